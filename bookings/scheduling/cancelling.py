"""When an appointment can still be cancelled free of charge, and what a missed one costs."""

from datetime import datetime, timedelta


def last_free_moment(starts_at: datetime, notice_hours: int) -> datetime:
    """Return the last moment at which cancelling costs nothing; a change of the clocks counts as the hour it is."""
    return starts_at - timedelta(hours=notice_hours)


def is_late(starts_at: datetime, notice_hours: int, moment: datetime) -> bool:
    return moment > last_free_moment(starts_at, notice_hours)


def share(pence: int, percent: int) -> int:
    """Return this share of an amount, rounded down to whole pence."""
    return pence * percent // 100
