"""When to remind someone of an appointment: so many hours before, and never in the quiet hours."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from practice.clock import LONDON, from_wall_clock


def reminder_times(
    starts_at: datetime, hours: Iterable[int | None], quiet_from: time, quiet_until: time, now: datetime
) -> list[datetime]:
    """Those that are still to come, in UTC; what would fall in the quiet hours comes as they begin."""
    begins = starts_at.astimezone(UTC)  # where an hour has its true length
    wanted = {before_quiet(begins - timedelta(hours=one), quiet_from, quiet_until) for one in hours if one}
    return sorted(at for at in wanted if at > now)


def before_quiet(at: datetime, quiet_from: time, quiet_until: time) -> datetime:
    """The moment itself, or the beginning of the quiet hours on London's clock that it lies in."""
    days = _quiet_days(at, quiet_from, quiet_until)
    return from_wall_clock(days[0], quiet_from) if days else at


def after_quiet(at: datetime, quiet_from: time, quiet_until: time) -> datetime:
    """The moment itself, or the end of the quiet hours on London's clock that it lies in."""
    days = _quiet_days(at, quiet_from, quiet_until)
    return from_wall_clock(days[1], quiet_until) if days else at


def _quiet_days(at: datetime, quiet_from: time, quiet_until: time) -> tuple[date, date] | None:
    """On which days the quiet hours around it begin and end."""
    local = at.astimezone(LONDON)
    day, clock = local.date(), local.time()
    if quiet_from <= quiet_until:
        return (day, day) if quiet_from <= clock < quiet_until else None
    if clock >= quiet_from:
        return day, day + timedelta(days=1)
    return (day - timedelta(days=1), day) if clock < quiet_until else None
