"""What falls due by the clock: the therapist is nudged, a person hears that they are not forgotten, an allowed question
is asked, the day is summed up. The sender looks in each of its turns; what it finds goes into the outbox, once."""

from datetime import UTC, date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef

from bookings import locking
from bookings.models import BookingSettings, Enquiry, EnquiryQuerySet, Notification
from bookings.outbox import enqueue
from bookings.scheduling.reminders import after_quiet
from practice.clock import from_wall_clock, localdate

Kind = Notification.Kind
DAY = timedelta(days=1)
STILL_ASKED = timedelta(days=7)  # after an outage; later than that, the day they chose is no longer meant


def look(now: datetime) -> None:
    """Four queries when nothing has become due."""
    rules = locking.booking_settings()
    _nudge(now)
    _hold(now)
    _check_in(rules, now)
    _sum_up(rules, now)


def _nudge(now: datetime) -> None:
    for enquiry in _untold(Kind.NUDGE, "nudge_at", now):
        enqueue(Kind.NUDGE, enquiry.nudge_at, enquiry=enquiry, about=_name(enquiry.nudge_at))


def _hold(now: datetime) -> None:
    """What waited before there were nudges was never promised such a note."""
    for enquiry in _untold(Kind.HOLDING, "reply_due", now).filter(nudge_at__isnull=False):
        if enquiry.may_email:
            enqueue(Kind.HOLDING, enquiry.reply_due, enquiry=enquiry, about=_name(enquiry.reply_due))


def _untold(kind: Kind, moment: str, now: datetime) -> EnquiryQuerySet:
    """Who waits, and whose moment has come without such a message. A renewed promise has another moment."""
    told = Notification.objects.filter(enquiry=OuterRef("pk"), kind=kind, due_at__gte=OuterRef(moment))
    found = Enquiry.objects.waiting().filter(~Exists(told), **{f"{moment}__lte": now}).order_by(moment, "pk")
    return found.exclude(channel=Enquiry.Channel.PHONE) if kind in Notification.TO_THE_PERSON else found


def _check_in(rules: BookingSettings, now: datetime) -> None:
    """On the day they allowed, outside the quiet hours; then that day has been used."""
    if after_quiet(now, rules.quiet_from, rules.quiet_until) > now:
        return
    today = localdate(now)
    paused = Enquiry.objects.filter(status=Enquiry.Status.PAUSED).exclude(channel=Enquiry.Channel.PHONE)
    for enquiry in paused.filter(check_in_on__lte=today, check_in_on__gt=today - STILL_ASKED):
        day = enquiry.check_in_on
        if day and enquiry.may_email:
            with transaction.atomic():
                enqueue(Kind.CHECK_IN, now, enquiry=enquiry, about=day.isoformat())
                Enquiry.objects.filter(pk=enquiry.pk, check_in_on=day).update(check_in_on=None)


def _sum_up(rules: BookingSettings, now: datetime) -> None:
    """One a day, however late; on a new site the first comes when its hour next strikes."""
    today = localdate(now)
    if rules.digest_at is None or rules.digest_made_on == today:
        return
    at = from_wall_clock(today, rules.digest_at)
    if rules.digest_made_on is None:
        _note_digest(rules, today if now >= at else today - DAY)
    elif now >= at:
        with transaction.atomic():
            enqueue(Kind.DIGEST, at, about=today.isoformat())
            _note_digest(rules, today)


def _note_digest(rules: BookingSettings, day: date) -> None:
    BookingSettings.objects.filter(pk=rules.pk, digest_made_on=rules.digest_made_on).update(digest_made_on=day)


def _name(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M}"
