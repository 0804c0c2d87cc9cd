"""Why an act is refused."""


class NotAllowed(Exception):
    """The act is not open now; the message is a sentence for the therapist."""


class SlotUnavailable(NotAllowed):
    """The time is not free, or no longer."""
