"""What people type, as text: control characters taken out, and whether anything can be seen."""

import unicodedata


def without_controls(text: str, *, keep: str = "") -> str:
    """Control characters are never meant; names keep every letter, mark and emoji of every script."""
    return "".join(char for char in text if char in keep or unicodedata.category(char) not in ("Cc", "Cs"))


BLANK_LETTERS = "\u115f\u1160\u2800\u3164\uffa0"  # Unicode calls them letters or symbols


def is_visible(text: str) -> bool:
    """Something to see is in it, not only blanks and marks that take no space."""
    return any(unicodedata.category(char)[0] in "LNSP" and char not in BLANK_LETTERS for char in text)
