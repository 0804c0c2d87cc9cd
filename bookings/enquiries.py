"""What happens to an enquiry: received, moved, noted, replied to. Form, admin and commands all come through here."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction

from bookings import search
from bookings.models import Enquiry, Event, Notification, Reply
from bookings.promise import LONDON, reply_due

KEEP_DAYS_AFTER_CLOSING = 90


class NotAllowed(Exception):
    """The step is not open to this enquiry; says why in a sentence for the therapist."""


def receive(details: dict[str, Any], *, fingerprint: str, reply_days: int, suspicion: str, now: datetime) -> Enquiry:
    """Keeps the enquiry and what is due about it in one transaction; a second copy of it returns the first."""
    enquiry = Enquiry(
        **details,
        fingerprint=fingerprint,
        received_at=now,
        reply_due=reply_due(now, reply_days),
        status=Enquiry.Status.SET_ASIDE if suspicion else Enquiry.Status.WAITING,
        set_aside_because=suspicion,
    )
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
        if first := Enquiry.objects.filter(fingerprint=fingerprint).first():
            return first
        raise
    return enquiry


def move(enquiry: Enquiry, to: str, *, who: AbstractBaseUser, now: datetime) -> None:
    """Raises NotAllowed where the table of transitions does not lead from here to there."""
    with transaction.atomic():
        current = Enquiry.objects.select_for_update().get(pk=enquiry.pk)
        if to not in current.allowed_moves():
            raise NotAllowed(
                f"This enquiry is “{current.get_status_display()}” now, so it cannot become "
                f"“{Enquiry.Status(to).label if to in Enquiry.Status.values else to}”."
            )
        _move(current, Enquiry.Status(to), who, now)
        if current.status == Enquiry.Status.WAITING and current.set_aside_because:
            _restore(current, now)
    enquiry.refresh_from_db()


def note(enquiry: Enquiry, text: str, *, who: AbstractBaseUser, now: datetime) -> None:
    _record(enquiry, Event.Kind.NOTE, now, who=who, text=text)


def reply(enquiry: Enquiry, *, subject: str, body: str, once: uuid.UUID, who: AbstractBaseUser, now: datetime) -> Reply:
    """Puts the therapist's message in the outbox; raises NotAllowed where the person did not say email is safe."""
    if not enquiry.may_email:
        raise NotAllowed("This person did not say that email is safe.")
    with transaction.atomic():
        current = Enquiry.objects.select_for_update().get(pk=enquiry.pk)
        message, is_new = Reply.objects.get_or_create(
            once=once,
            defaults={"enquiry": current, "subject": subject, "body": body, "written_at": now, "who": who},
        )
        if not is_new:
            return message
        _due(Notification.Kind.REPLY, current, now, reply=message)
        _record(current, Event.Kind.REPLY, now, who=who, text=subject)
        if current.status == Enquiry.Status.WAITING:
            _move(current, Enquiry.Status.ANSWERED, who, now)
    return message


def _move(enquiry: Enquiry, to: Enquiry.Status, who: AbstractBaseUser, now: datetime) -> None:
    before = enquiry.get_status_display()
    enquiry.status = to
    closing = to == Enquiry.Status.CLOSED
    enquiry.keep_until = now.astimezone(LONDON).date() + timedelta(days=KEEP_DAYS_AFTER_CLOSING) if closing else None
    enquiry.save(update_fields=["status", "keep_until"])
    _record(enquiry, Event.Kind.MOVED, now, who=who, text=f"From “{before}” to “{enquiry.get_status_display()}”")


def _restore(enquiry: Enquiry, now: datetime) -> None:
    """A person after all: everything that should have been due on arrival is due now."""
    enquiry.set_aside_because = ""
    enquiry.save(update_fields=["set_aside_because"])
    if enquiry.may_email:
        _due(Notification.Kind.ACKNOWLEDGE, enquiry, now)


def _tell(enquiry: Enquiry, now: datetime) -> None:
    kinds = [Notification.Kind.TELL_THERAPIST]
    if enquiry.may_email:
        kinds.append(Notification.Kind.ACKNOWLEDGE)
    Notification.objects.bulk_create(
        [Notification(kind=kind, enquiry=enquiry, due_at=now, next_try=now) for kind in kinds]
    )


def _tell_of_set_aside(enquiry: Enquiry, now: datetime) -> None:
    """At most once a day, so that a flood of robots is one short notice."""
    told = Notification.objects.filter(kind=Notification.Kind.TELL_SET_ASIDE, due_at__gt=now - timedelta(days=1))
    if not told.exists():
        _due(Notification.Kind.TELL_SET_ASIDE, enquiry, now)


def _due(kind: Notification.Kind, enquiry: Enquiry, now: datetime, reply: Reply | None = None) -> None:
    Notification.objects.create(kind=kind, enquiry=enquiry, reply=reply, due_at=now, next_try=now)


def _record(
    enquiry: Enquiry, kind: Event.Kind, now: datetime, who: AbstractBaseUser | None = None, text: str = ""
) -> None:
    Event.objects.create(enquiry=enquiry, kind=kind, at=now, who=who, text=text)
