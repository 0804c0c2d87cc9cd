"""The messages that fall due by the clock, which the worker puts into the outbox once each.

They are the nudge to the therapist, the note to people whose reply is late, the question that a person on pause has
allowed, and the daily summary.
"""

from datetime import UTC, date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, Subquery

from bookings.actor import ActorRole
from bookings.messages import about_sign_in
from bookings.messages.definitions import Audience, MessageDefinition
from bookings.messages.to_person import CHECK_IN, REPLY_DELAYED
from bookings.messages.to_therapist import DAILY_SUMMARY, NUDGE, TELL_ERASED, TELL_RUSH
from bookings.models import BookingSettings, Enquiry, EnquiryQuerySet, Event, Message
from bookings.outbox import enqueue
from bookings.scheduling.quiet_hours import after_quiet
from practice.clock import from_wall_clock, localdate

DAY = timedelta(days=1)
MAX_SUMMARY_AGE = timedelta(days=30)
MAX_CHECK_IN_DELAY = timedelta(days=7)  # after an outage; later than that, the day they chose is no longer meant


def enqueue_due(now: datetime) -> None:
    """Enqueue what has fallen due. This takes four queries when nothing has."""
    settings = BookingSettings.load()
    _nudge(now)
    _tell_of_delay(now)
    _check_in(settings, now)
    _summarise_the_day(settings, now)


def _nudge(now: datetime) -> None:
    for enquiry in _waiting_without(NUDGE, "nudge_at", now):
        enqueue(NUDGE, enquiry.nudge_at, enquiry=enquiry, about=_about(enquiry.nudge_at))


def _tell_of_delay(now: datetime) -> None:
    # An enquiry from before there were nudges was never promised such a note, nor was one that was entered by hand,
    # unless the person themselves asked for something on their private page since.
    waits_since = Event.objects.filter(enquiry=OuterRef("pk"), moved_to=Enquiry.Status.WAITING).order_by("-at", "-pk")
    promised = Q(source=Enquiry.Source.FORM) | Q(asked_by=ActorRole.PERSON)
    waiting = _waiting_without(REPLY_DELAYED, "reply_due", now).filter(nudge_at__isnull=False)
    for enquiry in waiting.annotate(asked_by=Subquery(waits_since.values("role")[:1])).filter(promised):
        enqueue(REPLY_DELAYED, enquiry.reply_due, enquiry=enquiry, about=_about(enquiry.reply_due))


def _waiting_without(definition: MessageDefinition, field: str, now: datetime) -> EnquiryQuerySet:
    """Return the waiting enquiries whose moment has come and that lack this message.

    A renewed deadline is another moment.
    """
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


def _summarise_the_day(settings: BookingSettings, now: datetime) -> None:
    """Enqueue one summary a day, however late; on a new site the first comes at the next time it is due."""
    today = localdate(now)
    if settings.summary_at is None or settings.summary_made_on == today:
        return
    due_at = from_wall_clock(today, settings.summary_at)
    if settings.summary_made_on is None:
        _note_summary(settings, today if now >= due_at else today - DAY)
    elif now >= due_at:
        with transaction.atomic():
            enqueue(DAILY_SUMMARY, due_at, about=today.isoformat())
            _note_summary(settings, today)


def delete_old_summaries(now: datetime) -> None:
    """Delete the daily summaries and notices that belong to no enquiry and would stay for ever."""
    kinds = [DAILY_SUMMARY.kind, TELL_RUSH.kind, *about_sign_in.KINDS]
    Message.objects.filter(kind__in=kinds, due_at__lt=now - MAX_SUMMARY_AGE).delete()


def delete_sent_notices_of_erasures(now: datetime) -> None:
    """Delete the notices to the therapist that somebody erased their request: their reference is nobody’s any more."""
    Message.objects.filter(kind=TELL_ERASED.kind, sent_at__isnull=False).delete()


def _note_summary(settings: BookingSettings, day: date) -> None:
    BookingSettings.objects.filter(pk=settings.pk, summary_made_on=settings.summary_made_on).update(summary_made_on=day)


def _about(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M}"
