"""What a password may not be, beside Django's own rules: whatever is guessed first, by strangers or by people who know
the practice.

Each rule leaves a passphrase of four ordinary words alone.
"""

import re
from collections.abc import Iterable

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError

from practice import facts

MIN_DIFFERENT = 5  # characters
MIN_LEFT = 8  # characters that remain once what is guessed first is taken out
MIN_RUN = 4  # neighbours on a keyboard, or in the alphabet
ROWS = (
    "1234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "abcdefghijklmnopqrstuvwxyz",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik",  # columns
    "qazwsxedcrfvtgbyhnujm",
    "qwertzuiop",
    "azertyuiop",
)
# Words of the trade and the place that anybody would try here.
OWN_WORDS = """
addiction addictions admin alcohol appointment appointments clinic consultation counselling counsellor desk doctor
england harley help london password practice private psychotherapy recovery rehab sober sobriety street therapist
therapists therapy website welcome
"""


def bare(password: str) -> str:
    """Return the letters and digits alone, in lower case."""
    return re.sub(r"[\W_]", "", password.lower())


class RepetitionValidator:
    """Refuse one letter, one word or one pattern again and again, blanks included."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        if len(set(password.lower())) < MIN_DIFFERENT or is_repeated(bare(password)):
            raise ValidationError("This password repeats itself. Use several different words.", code="repeated")

    def get_help_text(self) -> str:
        return "Not one letter, word or pattern again and again."


class DigitsValidator:
    """Refuse digits alone, however they are separated: a telephone number, a date, a card."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        if not re.search(r"[^\W\d_]", password):
            raise ValidationError("This password has no letters. Use several words.", code="digits")

    def get_help_text(self) -> str:
        return "Not digits alone."


class KeyboardRowValidator:
    """Refuse neighbours on the keyboard or in the alphabet, in either direction."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        if len(without_runs(bare(password))) < MIN_LEFT <= len(bare(password)):
            raise ValidationError("This password is a row of neighbouring keys. Use several words.", code="keyboard")

    def get_help_text(self) -> str:
        return "Not a row of the keyboard."


class OwnWordsValidator:
    """Refuse the names of the practice, the therapist and the places, and words of the trade, also with digits."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        letters = re.sub(r"\d", "", bare(password))
        left = without_words(letters, own_words())
        if left != letters and len(left) < MIN_LEFT <= len(bare(password)):
            raise ValidationError(
                "This password is made of words that anybody would try here, such as the name of the practice. Use "
                "several others.",
                code="own_words",
            )

    def get_help_text(self) -> str:
        return "Not the names or words of the practice."


def is_repeated(text: str) -> bool:
    """Return whether the text is a shorter one, twice or more, perhaps with its beginning again at the end."""
    return any(text[length:] == text[:-length] for length in range(1, len(text) // 2 + 1))


def without_runs(text: str) -> str:
    """Return the text without its runs of neighbours, the longest first."""
    runs = re.compile("|".join(re.escape(run) for run in _runs()))
    return runs.sub("", text)


def _runs() -> list[str]:
    """Return every run of four neighbours or more, the longest first, so that the pattern prefers them."""
    found = {
        row[start:end]
        for line in ROWS
        for row in (line, line[::-1])
        for start in range(len(row))
        for end in range(start + MIN_RUN, len(row) + 1)
    }
    return sorted(found, key=len, reverse=True)


def without_words(text: str, words: Iterable[str]) -> str:
    longest_first = sorted(words, key=len, reverse=True)
    return re.sub("|".join(map(re.escape, longest_first)), "", text)


def own_words() -> set[str]:
    """Return the words of the trade, and of the names of the practice, the therapist and the places."""
    current = facts.current()
    names = [current.practice.name, current.practice.therapist_name, *(place.name for place in current.locations)]
    return {*OWN_WORDS.split(), *(word for name in names for word in re.findall(r"[^\W\d_]{3,}", name.lower()))}
