"""Shorten text to a number of letters."""


def shortened(text: str, max_letters: int = 60) -> str:
    """Cut at a word, with … where something is left out."""
    text = " ".join(text.split())
    if len(text) <= max_letters:
        return text
    start = text[: max_letters - 1]
    words, space, _ = start.rpartition(" ")
    # A word that ends just at the limit is whole; a single word that is too long is cut inside.
    return (start if text[max_letters - 1] == " " or not space else words).rstrip(" ,;:.–-") + "…"
