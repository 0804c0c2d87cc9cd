"""Telephone numbers within what people type, which may be two of them with words between."""

from collections.abc import Iterator
from dataclasses import dataclass

import phonenumbers

SHORTEST, LONGEST = 7, 16  # characters of one number among words (E.164 allows 15 digits)


@dataclass(frozen=True)
class PhonePiece:
    """A part of the text: a number as a tel: link takes it (RFC 3966), or words, which nobody can ring."""

    text: str
    dial: str = ""


def pieces(text: str) -> list[PhonePiece]:
    """Split the text into its numbers and what stands between them; where none is recognised, all of it is one."""
    return list(_pieces(text))


def numbers(text: str) -> list[str]:
    """Return the numbers in the text as they are written."""
    return [piece.text for piece in pieces(text) if piece.dial]


def dial(text: str) -> str:
    """Return the first number as a tel: link takes it: digits, after a plus if it begins with one."""
    first = [piece for piece in pieces(text) if piece.dial]
    return first[0].dial if first else ""


def _pieces(text: str) -> Iterator[PhonePiece]:
    end = 0
    for match in _matches(text):
        if between := text[end : match.start]:
            yield PhonePiece(between)
        digits = _digits(match.raw_string).removesuffix(match.number.extension or "")
        yield PhonePiece(match.raw_string, digits)
        end = match.end
    if end == 0:
        digits = _digits(text)
        yield PhonePiece(text, digits if len(digits) <= LONGEST else "")
    elif rest := text[end:]:
        yield PhonePiece(rest)


def _matches(text: str) -> list[phonenumbers.PhoneNumberMatch]:
    """Return the numbers that are found, or none where that would leave a part of a number over."""
    matches = list(phonenumbers.PhoneNumberMatcher(text, "GB", phonenumbers.Leniency.POSSIBLE))
    left_over = len(_digits(text)) - sum(len(_digits(match.raw_string)) for match in matches)
    is_partial = left_over > 2 or any(len(_digits(match.raw_string)) < SHORTEST for match in matches)
    return [] if is_partial else matches


def _digits(number: str) -> str:
    digits = "".join(character for character in number if character.isdecimal())
    return f"+{digits}" if number.strip().startswith("+") else digits
