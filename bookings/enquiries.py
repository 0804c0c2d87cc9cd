"""What happens to an enquiry: received, moved, noted, replied to. Form, admin and commands all come through here."""

import uuid
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from bookings import search
from bookings.models import Enquiry, Event, Notification, Reply
from bookings.promise import LONDON, reply_due

KEEP_DAYS = {Enquiry.Status.CLOSED: 90, Enquiry.Status.SET_ASIDE: 30}  # the privacy notice says so
JUST_NOW = timedelta(minutes=30)


class NotAllowed(Exception):
    """The step is not open to this enquiry; says why in a sentence for the therapist."""


def already_received(*, form_digest: str, answers_digest: str, now: datetime) -> Enquiry | None:
    """The enquiry that this form, or Back and Send within half an hour, has made before."""
    same_form = Q(form_digest=form_digest)
    same_answers = Q(answers_digest=answers_digest, status=Enquiry.Status.WAITING, received_at__gt=now - JUST_NOW)
    return Enquiry.objects.filter(same_form | same_answers).first()


def receive(
    details: dict[str, Any], *, reply_days: int, away_until: date | None = None, suspicion: str, now: datetime
) -> Enquiry:
    """Keeps the enquiry and what is due about it in one transaction; a second copy of its form returns the first."""
    enquiry = Enquiry(
        **details,
        received_at=now,
        status=Enquiry.Status.SET_ASIDE if suspicion else Enquiry.Status.WAITING,
        set_aside_because=suspicion,
    )
    enquiry.reply_due = reply_due(now, reply_days, away_until, is_complaint=enquiry.is_complaint)
    enquiry.keep_until = _keep_until(enquiry, now)
    try:
        with transaction.atomic():
            enquiry.save(force_insert=True)
            search.remember(enquiry)
            _record(enquiry, Event.Kind.RECEIVED, now)
            if suspicion:
                _tell_of_set_aside(enquiry, now)
            else:
                _tell(enquiry, now)
    except IntegrityError:
        if first := Enquiry.objects.filter(form_digest=enquiry.form_digest).first():
            return first
        raise
    return enquiry


def move(
    enquiry: Enquiry,
    to: str,
    *,
    who: AbstractBaseUser,
    reply_days: int,
    away_until: date | None = None,
    now: datetime,
) -> None:
    """Raises NotAllowed where the table of transitions does not lead from here to there."""
    with transaction.atomic():
        current = Enquiry.objects.select_for_update().get(pk=enquiry.pk)
        if to not in current.allowed_moves():
            raise NotAllowed(
                f"This enquiry is “{current.get_status_display()}” now, so it cannot become "
                f"“{Enquiry.Status(to).label if to in Enquiry.Status.values else to}”."
            )
        was_set_aside = current.status == Enquiry.Status.SET_ASIDE
        _move(current, Enquiry.Status(to), who, now)
        if was_set_aside and current.status == Enquiry.Status.WAITING:
            _restore(current, reply_due(now, reply_days, away_until, is_complaint=current.is_complaint), now)
    enquiry.refresh_from_db()


def note(enquiry: Enquiry, text: str, *, who: AbstractBaseUser, now: datetime) -> None:
    """A second click brings the same note once."""
    newest = enquiry.events.filter(kind=Event.Kind.NOTE, who=who, at__gt=now - timedelta(minutes=1)).last()
    if newest is None or newest.text != text:
        _record(enquiry, Event.Kind.NOTE, now, who=who, text=text)


def reply(enquiry: Enquiry, *, subject: str, body: str, once: uuid.UUID, who: AbstractBaseUser, now: datetime) -> Reply:
    """Puts the therapist's message in the outbox; raises NotAllowed where the person did not say email is safe."""
    if not enquiry.may_email:
        raise NotAllowed("This person did not say that email is safe.")
    with transaction.atomic():
        current = Enquiry.objects.select_for_update().get(pk=enquiry.pk)
        letter = {"enquiry": current, "subject": subject, "body": body}
        message, is_new = Reply.objects.get_or_create(once=once, defaults={**letter, "written_at": now, "who": who})
        if not is_new and letter != {name: getattr(message, name) for name in letter}:
            raise NotAllowed("Another letter was sent from this page already, and this one was not. Send it once more.")
        if not is_new:
            return message
        _due(Notification.Kind.REPLY, current, now, reply=message)
        if current.status == Enquiry.Status.WAITING:
            _move(current, Enquiry.Status.ANSWERED, who, now)
    return message


def _move(enquiry: Enquiry, to: Enquiry.Status, who: AbstractBaseUser, now: datetime) -> None:
    before = enquiry.get_status_display()
    enquiry.status = to
    enquiry.keep_until = _keep_until(enquiry, now)
    enquiry.save(update_fields=["status", "keep_until"])
    _record(enquiry, Event.Kind.MOVED, now, who=who, text=f"From “{before}” to “{enquiry.get_status_display()}”")


def _keep_until(enquiry: Enquiry, now: datetime) -> date | None:
    if enquiry.is_complaint and enquiry.status == Enquiry.Status.SET_ASIDE:
        return None  # by law it is answered, so nothing but the therapist's own look may end it
    days = KEEP_DAYS.get(Enquiry.Status(enquiry.status))
    return now.astimezone(LONDON).date() + timedelta(days=days) if days else None


def _restore(enquiry: Enquiry, due: datetime, now: datetime) -> None:
    """A person after all: the promise begins now, and so does the acknowledgement."""
    enquiry.set_aside_because = ""
    enquiry.reply_due = due
    enquiry.save(update_fields=["set_aside_because", "reply_due"])
    is_told = enquiry.notifications.filter(kind=Notification.Kind.ACKNOWLEDGE).exists()
    if not is_told and _may_acknowledge(enquiry, now):
        _due(Notification.Kind.ACKNOWLEDGE, enquiry, now)


def _tell(enquiry: Enquiry, now: datetime) -> None:
    kinds = [Notification.Kind.TELL_THERAPIST]
    if _may_acknowledge(enquiry, now):
        kinds.append(Notification.Kind.ACKNOWLEDGE)
    Notification.objects.bulk_create(
        [Notification(kind=kind, enquiry=enquiry, due_at=now, next_try=now) for kind in kinds]
    )


def _may_acknowledge(enquiry: Enquiry, now: datetime) -> bool:
    """One acknowledgement a day for each address, so that the form cannot be used to fill a stranger's mailbox."""
    if not enquiry.may_email:
        return False
    lately = Notification.objects.filter(kind=Notification.Kind.ACKNOWLEDGE, due_at__gt=now - timedelta(days=1))
    return not lately.filter(enquiry__in=search.with_email(enquiry.email)).exists()


def _tell_of_set_aside(enquiry: Enquiry, now: datetime) -> None:
    """At most one notice a day, so that a flood of robots is one short mail; see also tell_of_forgotten_suspects."""
    last = _notices_of_set_aside().last()
    if last is None or last.due_at <= now:
        _due(Notification.Kind.TELL_SET_ASIDE, enquiry, max(now, last.due_at + timedelta(days=1)) if last else now)


def tell_of_forgotten_suspects(now: datetime) -> None:
    """A notice goes with its enquiry when that is erased; whoever it would have covered gets another.

    What the therapist set aside by hand, which has no reason written beside it, is no news.
    """
    newest = Enquiry.objects.set_aside().exclude(set_aside_because="").order_by("received_at").last()
    last = _notices_of_set_aside().last()
    if newest and (last is None or last.due_at < newest.received_at):
        _due(Notification.Kind.TELL_SET_ASIDE, newest, now)


def _notices_of_set_aside() -> QuerySet[Notification]:
    return Notification.objects.filter(kind=Notification.Kind.TELL_SET_ASIDE).order_by("due_at")


def _due(kind: Notification.Kind, enquiry: Enquiry, now: datetime, reply: Reply | None = None) -> None:
    Notification.objects.create(kind=kind, enquiry=enquiry, reply=reply, due_at=now, next_try=now)


def _record(
    enquiry: Enquiry, kind: Event.Kind, now: datetime, who: AbstractBaseUser | None = None, text: str = ""
) -> None:
    Event.objects.create(enquiry=enquiry, kind=kind, at=now, who=who, text=text)
