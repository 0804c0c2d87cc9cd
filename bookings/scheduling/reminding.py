"""When to remind someone of an appointment: so many hours before, and never in the quiet hours."""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta

from bookings.promise import LONDON
from bookings.scheduling.hours import from_wall_clock


def reminder_times(
    starts_at: datetime, hours: Iterable[int | None], quiet_from: time, quiet_until: time, now: datetime
) -> list[datetime]:
    """Those that are still to come, in UTC; what would fall in the quiet hours comes before they begin."""
    wanted = {before_quiet(starts_at - timedelta(hours=one), quiet_from, quiet_until) for one in hours if one}
    return sorted(at.astimezone(UTC) for at in wanted if at > now)


def before_quiet(at: datetime, quiet_from: time, quiet_until: time) -> datetime:
    """The moment itself, or the beginning of the quiet hours on London's clock that it lies in."""
    local = at.astimezone(LONDON)
    evening = local.date() if local.time() >= quiet_from else local.date() - timedelta(days=1)
    over_night = quiet_from > quiet_until
    is_quiet = (
        local.time() >= quiet_from or local.time() < quiet_until
        if over_night
        else quiet_from <= local.time() < quiet_until
    )
    return from_wall_clock(evening if over_night else local.date(), quiet_from) if is_quiet else at
