"""When to send reminders: a number of hours before the appointment, and never in quiet hours."""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta

from bookings.scheduling.quiet_hours import before_quiet


def reminder_times(
    starts_at: datetime, hours: Iterable[int | None], quiet_from: time, quiet_until: time, now: datetime
) -> list[datetime]:
    """Return the future reminder times, in UTC. A reminder due in quiet hours is sent when they start."""
    begins = starts_at.astimezone(UTC)  # because differences in London time ignore clock changes
    times = {before_quiet(begins - timedelta(hours=count), quiet_from, quiet_until) for count in hours if count}
    return sorted(moment for moment in times if moment > now)
