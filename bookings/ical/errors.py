class CalendarError(Exception):
    """The other calendar can't be used.

    `sentence` says why, for the therapist. It never contains the calendar's address or content.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
