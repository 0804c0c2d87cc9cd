class CalendarError(Exception):
    """The other calendar cannot be used. Holds one sentence for the therapist, and never the address or its words."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
