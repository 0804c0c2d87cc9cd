import pytest

from practice.durations import in_words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 seconds"),
        (1, "1 second"),
        (60, "1 minute"),
        (90, "90 seconds"),
        (300, "5 minutes"),
        (3600, "1 hour"),
        (43199.9, "11 hours"),
        (86400, "1 day"),
        (100_000, "27 hours"),
        (2_592_000, "30 days"),
        (31_536_000, "1 year"),
        (31_622_400, "366 days"),
        (63_072_000, "2 years"),
    ],
)
def test_a_duration_is_said_in_a_unit_that_people_use(seconds, words):
    assert in_words(seconds) == words
