"""Clean text that people typed, and check whether it is visible."""

import re
import unicodedata


def without_controls(text: str, *, keep: str = "") -> str:
    """Remove control characters. All letters, marks and emoji of all scripts stay."""
    return "".join(char for char in text if char in keep or unicodedata.category(char) not in ("Cc", "Cs"))


BLANK_CHARACTERS = "\u115f\u1160\u2800\u3164\uffa0"  # invisible, although Unicode classifies them as letters or symbols


def is_visible(text: str) -> bool:
    """Return whether the text contains a visible character."""
    return any(unicodedata.category(char)[0] in "LNSP" and char not in BLANK_CHARACTERS for char in text)


def practice_mention(text: str, practice_name: str) -> str:
    """Return the first words that name the practice or its field, such as “addiction”; empty if there are none."""
    match = re.search(rf"{re.escape(practice_name)}|\w*addict\w*|\w*therap\w*", text, re.IGNORECASE)
    return match[0] if match else ""
