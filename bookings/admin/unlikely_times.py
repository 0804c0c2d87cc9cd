"""Facts about times and hours that are more often a slip than a plan. The screens ask about them before they act."""

import copy
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format

from bookings import availability
from bookings.admin import outside_hours, texts
from bookings.admin.week import holiday_name
from bookings.models import OpeningException
from bookings.scheduling import cells
from bookings.scheduling.opening_hours import WeeklyRule
from bookings.slot import Slot
from practice.clock import LONDON, localdate, midnight
from practice.confirmation import is_far_ahead

DAY_BEGINS, DAY_ENDS = time(6), time(22)
MANY_DAYS = 62


def of_slots(slots: Sequence[Slot], length: timedelta, now: datetime) -> list[str]:
    """Return what is unlikely about booking or offering these slots."""
    if not slots:
        return []
    begins = [slot.starts_at for slot in slots]
    rules = availability.read_rules(min(begins), max(begins), now)
    return [fact for slot in slots for fact in _of_slot(slot, length, rules)]


def _of_slot(slot: Slot, length: timedelta, rules: availability.AvailabilityRules) -> Iterator[str]:
    ends_at = slot.starts_at + length
    begins_local, ends_local = slot.starts_at.astimezone(LONDON), ends_at.astimezone(LONDON)
    if not availability.is_open(slot.location, slot.starts_at, ends_at, rules):
        yield f"{slot}, is outside your hours.{_closed_day(slot, rules)}"
    if is_night(begins_local.time(), ends_local.time()) or begins_local.date() != ends_local.date():
        yield f"{slot}, is at night."
    covered = cells.covered(slot.starts_at, ends_at)
    if any(busy.start < covered.stop and covered.start < busy.stop for busy in rules.busy):
        yield f"{slot}: your other calendar is busy then."


def _closed_day(slot: Slot, rules: availability.AvailabilityRules) -> str:
    """Return a sentence where nothing is open at the location on that day."""
    day = localdate(slot.starts_at)
    if any(rule.is_absence and rule.applies_to(day, slot.location.pk) for rule in rules.exceptions):
        return " You’re away that day."
    if availability.opening(slot.location, day, rules):
        return ""
    holiday = holiday_name(day) if rules.diary.rests_on_bank_holidays else ""
    return f" You’re closed that day{f': {holiday}' if holiday else ''}."


def of_exception(exception: OpeningException) -> list[str]:
    """Return what is unlikely about saving these closed days or extra hours."""
    first, last, today = exception.first_day, exception.last_day, timezone.localdate()
    count = (last - first).days + 1
    facts = []
    if first < today:
        facts.append(texts.DAY_PASSED.format(day=day_in_words(first)))
    if count == 1 and is_far_ahead(last):
        facts.append(texts.FAR_DAY.format(day=day_in_words(first)))
    elif count > MANY_DAYS or is_far_ahead(last):
        facts.append(texts.MANY_DAYS.format(first=day_in_words(first), last=day_in_words(last), count=count))
    if exception.opens and exception.closes and exception.is_open and is_night(exception.opens, exception.closes):
        facts.append(texts.OPEN_AT_NIGHT.format(hours=f"{exception.opens:%H:%M} to {exception.closes:%H:%M}"))
    same = OpeningException.objects.filter(
        is_open=exception.is_open, location=exception.location, first_day__lte=last, last_day__gte=first
    )
    facts += [texts.SAME_DAYS.format(exception=other) for other in same.exclude(pk=exception.pk)[:3]]
    return facts + closed_by(copy.copy(exception).save)


def of_weekly_hours(rules: Iterable[WeeklyRule], saved: Iterable[WeeklyRule], locations: dict[int, str]) -> list[str]:
    """Return what is unlikely about these weekly hours in place of the saved ones, but for appointments."""
    rules = list(rules)
    facts = [
        texts.OPEN_AT_NIGHT.format(hours=f"{locations[rule.location]}, {rule.opens:%H:%M} to {rule.closes:%H:%M}")
        for rule in rules
        if rule not in saved and is_night(rule.opens, rule.closes)
    ]
    emptied = {rule.location for rule in saved} - {rule.location for rule in rules}
    return facts + [texts.NO_HOURS_LEFT.format(location=name) for pk, name in locations.items() if pk in emptied]


def closed_by(change: Callable[[], object]) -> list[str]:
    """Return the appointments that a change leaves outside opening hours. The change is tried and undone."""
    now = timezone.now()
    before = {appointment.pk for appointment in outside_hours.appointments_outside(now)}
    with transaction.atomic():
        change()
        closed = [each for each in outside_hours.appointments_outside(now) if each.pk not in before]
        transaction.set_rollback(True)
    return [texts.WOULD_BE_OUTSIDE.format(appointments=outside_hours.list_appointments(closed))] if closed else []


def is_night(begins: time, ends: time) -> bool:
    return begins < DAY_BEGINS or begins >= DAY_ENDS or ends > DAY_ENDS or ends < begins


def day_in_words(day: date) -> str:
    return date_format(midnight(day).astimezone(LONDON), "l j F Y")
