"""What falls due by the clock: reminders to the therapist, notes to people who still wait, questions that were allowed,
and the daily summary. The worker looks in each of its turns and puts what it finds into the outbox, once."""

from datetime import UTC, date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef

from bookings import locking
from bookings.messages.definitions import Audience, MessageDefinition
from bookings.messages.to_person import CHECK_IN, HOLDING
from bookings.messages.to_therapist import DAILY_SUMMARY, NUDGE
from bookings.models import BookingSettings, Enquiry, EnquiryQuerySet, Message
from bookings.outbox import enqueue
from bookings.scheduling.reminders import after_quiet
from practice.clock import from_wall_clock, localdate

DAY = timedelta(days=1)
MAX_CHECK_IN_DELAY = timedelta(days=7)  # after an outage; later than that, the day they chose is no longer meant


def look(now: datetime) -> None:
    """Enqueue what has fallen due. This takes four queries when nothing has."""
    settings = locking.booking_settings()
    _nudge(now)
    _hold(now)
    _check_in(settings, now)
    _sum_up(settings, now)


def _nudge(now: datetime) -> None:
    for enquiry in _not_told(NUDGE, "nudge_at", now):
        enqueue(NUDGE, enquiry.nudge_at, enquiry=enquiry, about=_name(enquiry.nudge_at))


def _hold(now: datetime) -> None:
    """An enquiry from before there were nudges was never promised such a note."""
    for enquiry in _not_told(HOLDING, "reply_due", now).filter(nudge_at__isnull=False):
        enqueue(HOLDING, enquiry.reply_due, enquiry=enquiry, about=_name(enquiry.reply_due))


def _not_told(definition: MessageDefinition, field: str, now: datetime) -> EnquiryQuerySet:
    """Enquiries that wait, whose moment has come without this message. A renewed promise has another moment."""
    told = Message.objects.filter(enquiry=OuterRef("pk"), kind=definition.kind, due_at__gte=OuterRef(field))
    waiting = Enquiry.objects.waiting().filter(~Exists(told), **{f"{field}__lte": now}).order_by(field, "pk")
    return waiting.reachable_by(definition.channel) if definition.audience == Audience.PERSON else waiting


def _check_in(settings: BookingSettings, now: datetime) -> None:
    """Ask on the day they allowed, outside the quiet hours; then that day has been used."""
    if after_quiet(now, settings.quiet_from, settings.quiet_until) > now:
        return
    today = localdate(now)
    paused = Enquiry.objects.filter(status=Enquiry.Status.PAUSED).reachable_by(CHECK_IN.channel)
    for enquiry in paused.filter(check_in_on__lte=today, check_in_on__gt=today - MAX_CHECK_IN_DELAY):
        if day := enquiry.check_in_on:
            with transaction.atomic():
                enqueue(CHECK_IN, now, enquiry=enquiry, about=day.isoformat())
                Enquiry.objects.filter(pk=enquiry.pk, check_in_on=day).update(check_in_on=None)


def _sum_up(settings: BookingSettings, now: datetime) -> None:
    """One a day, however late; on a new site the first comes when its hour next strikes."""
    today = localdate(now)
    if settings.digest_at is None or settings.digest_made_on == today:
        return
    due_at = from_wall_clock(today, settings.digest_at)
    if settings.digest_made_on is None:
        _note_summary(settings, today if now >= due_at else today - DAY)
    elif now >= due_at:
        with transaction.atomic():
            enqueue(DAILY_SUMMARY, due_at, about=today.isoformat())
            _note_summary(settings, today)


def _note_summary(settings: BookingSettings, day: date) -> None:
    BookingSettings.objects.filter(pk=settings.pk, digest_made_on=settings.digest_made_on).update(digest_made_on=day)


def _name(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M}"
