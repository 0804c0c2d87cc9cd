"""Where a moment lies to the quiet hours.

A message definition says with `respects_quiet_hours` that it waits for their end, for which bookings/worker/delivery.py
provides. Reminders are sent before they begin (reminders.py), check-ins after them (bookings/worker/timed_messages.py).
"""

from datetime import date, datetime, time, timedelta

from practice.clock import LONDON, from_wall_clock


def before_quiet(at: datetime, quiet_from: time, quiet_until: time) -> datetime:
    """Return the moment, or the start of the quiet hours (London time) that it falls in."""
    days = _quiet_days(at, quiet_from, quiet_until)
    return from_wall_clock(days[0], quiet_from) if days else at


def after_quiet(at: datetime, quiet_from: time, quiet_until: time) -> datetime:
    """Return the moment, or the end of the quiet hours (London time) that it falls in."""
    days = _quiet_days(at, quiet_from, quiet_until)
    return from_wall_clock(days[1], quiet_until) if days else at


def _quiet_days(at: datetime, quiet_from: time, quiet_until: time) -> tuple[date, date] | None:
    """Return the days on which the quiet hours around a moment start and end."""
    local = at.astimezone(LONDON)
    day, clock = local.date(), local.time()
    if quiet_from <= quiet_until:
        return (day, day) if quiet_from <= clock < quiet_until else None
    if clock >= quiet_from:
        return day, day + timedelta(days=1)
    return (day - timedelta(days=1), day) if clock < quiet_until else None
