"""How long something lasts, in words. It needs no package, so that deploy/ can use it on any machine."""

YEAR, DAY, HOUR, MINUTE = 365 * 24 * 60 * 60, 24 * 60 * 60, 60 * 60, 60  # seconds
UNITS = {DAY: "day", HOUR: "hour", MINUTE: "minute", 1: "second"}


def in_words(seconds: float) -> str:
    """Return the duration in the largest unit that holds two of it, or exactly one: “5 minutes”, “36 hours”, “1 day”.

    Whatever is left over is dropped. Years are said only where they are exact, because people compare days.
    """
    whole = int(seconds)
    if whole and whole % YEAR == 0:
        return _counted(whole // YEAR, "year")
    size = next((size for size in UNITS if whole >= 2 * size or whole == size), 1)
    return _counted(whole // size, UNITS[size])


def _counted(count: int, unit: str) -> str:
    return f"{count} {unit}{'' if count == 1 else 's'}"
