"""What happens to an enquiry: received, moved, noted, replied to. Form, admin and commands all come through here."""

import uuid
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from bookings import locking, search
from bookings.events import record
from bookings.messages.to_person import ACKNOWLEDGE, REPLY
from bookings.messages.to_therapist import TELL_SET_ASIDE, TELL_THERAPIST
from bookings.models import Appointment, Enquiry, Event, Message, Purpose, Reply
from bookings.outbox import enqueue
from bookings.reply_deadline import begins_to_count, half_time, reply_due
from practice.clock import LONDON

KEEP_DAYS = {  # the privacy notice says so
    Enquiry.Status.CLOSED: 90,
    Enquiry.Status.SET_ASIDE: 30,
    Enquiry.Status.PAUSED: 366,  # a day of the next year may be the one on which they allowed a question
}
JUST_NOW = timedelta(minutes=30)
SENT_ANOTHER = "Another letter was sent from this page already, and this one was not. Send it once more."


CONCLUDED = {  # what the enquiry becomes, and what its history says when they were told by phone
    Purpose.DECLINE: (Enquiry.Status.CLOSED, "Declined; they were told by phone"),
    Purpose.REFER: (Enquiry.Status.CLOSED, "Referred on; they were told by phone"),
    Purpose.LIST: (Enquiry.Status.LISTED, "Put on the waiting list; they were told by phone"),
}


class NotAllowed(Exception):
    """The step is not open to this enquiry; says why in a sentence for the therapist."""


@dataclass(frozen=True)
class ReplyDraft:
    """The therapist's answer, which goes with what it tells of or not at all."""

    subject: str
    body: str
    idempotency_key: uuid.UUID

    def is_sent_already(self) -> bool:
        """A second click. Raises NotAllowed where another letter went from the same page."""
        sent = Reply.objects.filter(idempotency_key=self.idempotency_key).first()
        if sent and (sent.subject, sent.body) != (self.subject, self.body):
            raise NotAllowed(SENT_ANOTHER)
        return sent is not None


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
    enquiry.nudge_at = half_time(begins_to_count(now, away_until), enquiry.reply_due)
    enquiry.keep_until = _keep_until(enquiry, now)
    try:
        with transaction.atomic():
            enquiry.save(force_insert=True)
            search.index(enquiry)
            record(enquiry, Event.Kind.RECEIVED, now)
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
    who: User,
    reply_days: int,
    away_until: date | None = None,
    now: datetime,
) -> None:
    """Raises NotAllowed where the table of transitions does not lead from here to there."""
    with locking.diary_locked(now):
        current = Enquiry.objects.select_for_update().get(pk=enquiry.pk)
        must_lead(current, to)
        if to in (Enquiry.Status.CLOSED, Enquiry.Status.SET_ASIDE):
            _let_go_of_times(current, now)
        was_set_aside = current.status == Enquiry.Status.SET_ASIDE
        change_status(current, Enquiry.Status(to), who, now)
        if current.status == Enquiry.Status.WAITING and (was_set_aside or current.reply_due <= now):
            deadline = reply_due(now, reply_days, away_until, is_complaint=current.is_complaint)
            _promise(current, deadline, away_until, now)
        if was_set_aside and current.status == Enquiry.Status.WAITING:
            _restore(current, now)
    enquiry.refresh_from_db()


def must_lead(enquiry: Enquiry, to: str) -> None:
    """Raises NotAllowed."""
    if to not in enquiry.allowed_moves():
        raise NotAllowed(
            f"This enquiry is “{enquiry.get_status_display()}” now, so it cannot become "
            f"“{Enquiry.Status(to).label if to in Enquiry.Status.values else to}”."
        )


def _let_go_of_times(enquiry: Enquiry, now: datetime) -> None:
    if enquiry.appointments.booked().filter(starts_at__gt=now).exists():
        raise NotAllowed("There is an appointment to come: cancel it first, so that they are told.")
    locking.withdraw_open_times(enquiry, Appointment.By.THERAPIST, now)


def note(enquiry: Enquiry, text: str, *, who: User, now: datetime) -> None:
    """A second click brings the same note once."""
    newest = enquiry.events.filter(kind=Event.Kind.NOTE, who=who, at__gt=now - timedelta(minutes=1)).last()
    if newest is None or newest.text != text:
        record(enquiry, Event.Kind.NOTE, now, who=who, text=text)


def reply(
    enquiry: Enquiry,
    *,
    subject: str,
    body: str,
    idempotency_key: uuid.UUID,
    purpose: str = Purpose.LETTER,
    appointment: Appointment | None = None,
    who: User,
    now: datetime,
) -> Reply:
    """Puts the therapist's message in the outbox; raises NotAllowed where the person did not say email is safe."""
    if not enquiry.may_email:
        raise NotAllowed("This person did not say that email is safe.")
    with transaction.atomic():
        current = Enquiry.objects.select_for_update().get(pk=enquiry.pk)
        letter = {"enquiry": current, "subject": subject, "body": body, "purpose": purpose}
        more = {"appointment": appointment, "written_at": now, "who": who}
        message, is_new = Reply.objects.get_or_create(idempotency_key=idempotency_key, defaults=letter | more)
        if not is_new and letter != {name: getattr(message, name) for name in letter}:
            raise NotAllowed(SENT_ANOTHER)
        if not is_new:
            return message
        enqueue(REPLY, now, enquiry=current, reply=message)
        if current.status == Enquiry.Status.WAITING:
            change_status(current, Enquiry.Status.ANSWERED, who, now)
    return message


def conclude(enquiry: Enquiry, purpose: Purpose, letter: ReplyDraft | None, *, who: User, now: datetime) -> None:
    """Declined, referred on or put on the waiting list. Without a letter, they were told by phone."""
    to, told = CONCLUDED[purpose]
    with locking.diary_locked(now):
        current = Enquiry.objects.select_for_update().get(pk=enquiry.pk)
        if letter.is_sent_already() if letter else current.status == to:
            return
        must_lead(current, to)
        _let_go_of_times(current, now)
        change_status(current, to, who, now)
        if letter:
            reply(current, **asdict(letter), purpose=purpose, who=who, now=now)
        else:
            record(current, Event.Kind.DIARY, now, who=who, text=told)


def wait_again(
    enquiry: Enquiry, *, reply_days: int, away_until: date | None = None, who: User | None, now: datetime
) -> None:
    """They asked for something more: the promise to reply begins anew. Within a transaction that has locked it."""
    if enquiry.status != Enquiry.Status.WAITING:
        must_lead(enquiry, Enquiry.Status.WAITING)
        change_status(enquiry, Enquiry.Status.WAITING, who, now)
        _promise(enquiry, reply_due(now, reply_days, away_until), away_until, now)


def change_status(enquiry: Enquiry, to: Enquiry.Status, who: User | None, now: datetime) -> None:
    before = enquiry.get_status_display()
    enquiry.status = to
    enquiry.keep_until = _keep_until(enquiry, now)
    enquiry.save(update_fields=["status", "keep_until"])
    text = f"From “{before}” to “{enquiry.get_status_display()}”"
    record(enquiry, Event.Kind.MOVED, now, who=who, text=text, moved_to=to)


def _keep_until(enquiry: Enquiry, now: datetime) -> date | None:
    if enquiry.is_complaint and enquiry.status == Enquiry.Status.SET_ASIDE:
        return None  # by law it is answered, so nothing but the therapist's own look may end it
    if enquiry.pk and enquiry.appointments.came_to_be().exists():
        return None  # the therapist's record of a client, who is not forgotten by a clock
    days = KEEP_DAYS.get(Enquiry.Status(enquiry.status))
    return now.astimezone(LONDON).date() + timedelta(days=days) if days else None


def _restore(enquiry: Enquiry, now: datetime) -> None:
    """A person after all, and acknowledged like any other."""
    enquiry.set_aside_because = ""
    enquiry.save(update_fields=["set_aside_because"])
    is_told = enquiry.messages.filter(kind=ACKNOWLEDGE.kind).exists()
    if not is_told and not _was_acknowledged_today(enquiry, now):
        enqueue(ACKNOWLEDGE, now, enquiry=enquiry)


def _promise(enquiry: Enquiry, deadline: datetime, away_until: date | None, now: datetime) -> None:
    """By when; the therapist is reminded at half time, and the person is told if it passes (worker/timed_jobs.py)."""
    enquiry.reply_due, enquiry.nudge_at = deadline, half_time(begins_to_count(now, away_until), deadline)
    enquiry.save(update_fields=["reply_due", "nudge_at"])


def _tell(enquiry: Enquiry, now: datetime) -> None:
    definitions = [TELL_THERAPIST] if _was_acknowledged_today(enquiry, now) else [TELL_THERAPIST, ACKNOWLEDGE]
    enqueue(definitions, now, enquiry=enquiry)


def _was_acknowledged_today(enquiry: Enquiry, now: datetime) -> bool:
    """One acknowledgement a day for each address, so that the form cannot be used to fill a stranger's mailbox."""
    lately = Message.objects.filter(kind=ACKNOWLEDGE.kind, due_at__gt=now - timedelta(days=1))
    return lately.filter(enquiry__in=search.with_email(enquiry.email)).exists()


def _tell_of_set_aside(enquiry: Enquiry, now: datetime) -> None:
    """At most one notice a day, so that a flood of robots is one short mail; see also tell_of_forgotten_suspects."""
    last = _notices_of_set_aside().last()
    if last is None or last.due_at <= now:
        at = max(now, last.due_at + timedelta(days=1)) if last else now
        enqueue(TELL_SET_ASIDE, at, enquiry=enquiry)


def tell_of_forgotten_suspects(now: datetime) -> None:
    """A notice goes with its enquiry when that is erased; whoever it would have covered gets another.

    What the therapist set aside by hand, which has no reason written beside it, is no news.
    """
    newest = Enquiry.objects.set_aside().exclude(set_aside_because="").order_by("received_at").last()
    last = _notices_of_set_aside().last()
    if newest and (last is None or last.due_at < newest.received_at):
        enqueue(TELL_SET_ASIDE, now, enquiry=newest)


def _notices_of_set_aside() -> QuerySet[Message]:
    return Message.objects.filter(kind=TELL_SET_ASIDE.kind).order_by("due_at")
