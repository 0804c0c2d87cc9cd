"""What happens to an enquiry: it is received, moved, noted, replied to. Form, admin and commands all call these."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from bookings import formatting, locking, offers, outstanding, people, private_links, search, spam
from bookings.actor import Actor
from bookings.encryption import is_sealed
from bookings.events import record
from bookings.exceptions import NotAllowed
from bookings.messages.definitions import MessageDefinition
from bookings.messages.to_person import ACKNOWLEDGE, REPLY
from bookings.messages.to_therapist import TELL_RUSH, TELL_SET_ASIDE, TELL_THERAPIST
from bookings.models import Appointment, Enquiry, Event, Message, Purpose, Reply, Series
from bookings.outbox import enqueue, joined_due_at
from bookings.reply_deadline import ReplyPolicy
from bookings.status import change_enquiry_status, keep_until
from practice.clock import localdate

SAME_ANSWERS_WITHIN = timedelta(minutes=30)
ANOTHER_REPLY_SENT = "Another reply was sent from this page already, and this one was not. Send it once more."
SEALED_REPLY_SENT = (
    "A reply was sent from this page already. It is sealed, so it can’t be compared with this one. Open what "
    "people wrote to see it in the history; if it was another one, send this one once more."
)


CONCLUDED = {  # what the enquiry becomes, and what its history says when nothing was sent
    Purpose.DECLINE: (Enquiry.Status.CLOSED, "Declined"),
    Purpose.REFER: (Enquiry.Status.CLOSED, "Referred on"),
    Purpose.LIST: (Enquiry.Status.LISTED, "Put on the waiting list"),
}


@dataclass(frozen=True)
class ReplyDraft:
    """The words of a reply, sent together with the act they tell of or not at all."""

    subject: str
    body: str
    idempotency_key: uuid.UUID

    def is_sent(self) -> bool:
        """Return whether this reply was sent before. Raises NotAllowed where the same page sent other words."""
        sent = Reply.objects.filter(idempotency_key=self.idempotency_key).first()
        if sent:
            self.ensure_same(sent)
        return sent is not None

    def ensure_same(self, sent: Reply) -> None:
        """Raise NotAllowed where these aren't the words of that reply, or nobody has opened them to compare."""
        if is_sealed(sent.subject) or is_sealed(sent.body):
            raise NotAllowed(SEALED_REPLY_SENT)
        if (sent.subject, sent.body) != (self.subject, self.body):
            raise NotAllowed(ANOTHER_REPLY_SENT)


def is_repeated(draft: ReplyDraft | None, *, is_done: bool) -> bool:
    """Return whether an act is a second click: its reply is sent, or, where none is written, its effect is there.

    Raises NotAllowed where the same page sent other words.
    """
    return draft.is_sent() if draft else is_done


def like_received(
    *, form_digest: str, answers_digest: str, now: datetime, sent_before: str = ""
) -> tuple[Enquiry | None, Enquiry | None, Enquiry | None]:
    """Return what this form made before, what has the reference, and what had the same answers in the last half hour.

    One query reads all three; the caller knows what each of them proves.
    """
    since = now - SAME_ANSWERS_WITHIN
    same_answers = Q(answers_digest=answers_digest, status=Enquiry.Status.WAITING, received_at__gt=since)
    like = list(
        Enquiry.objects.with_people().filter(Q(form_digest=form_digest) | Q(reference=sent_before) | same_answers)
    )
    return (
        next((enquiry for enquiry in like if enquiry.form_digest == form_digest), None),
        next((enquiry for enquiry in like if enquiry.reference == sent_before), None),
        next((enquiry for enquiry in like if enquiry.answers_digest == answers_digest), None),
    )


def receive(
    details: dict[str, Any],
    *,
    policy: ReplyPolicy,
    suspicion: str,
    is_rush: bool = False,
    form_id: str = "",
    now: datetime,
) -> Enquiry:
    """Save the enquiry and its messages in one transaction. A second copy of its form returns the first enquiry.

    An enquiry with a `suspicion` is set aside. In a rush the therapist is told of several at once. With a `form_id`, a
    request gets its link and four words.
    """
    enquiry = Enquiry(
        **own_details(details),
        received_at=now,
        status=Enquiry.Status.SET_ASIDE if suspicion else Enquiry.Status.WAITING,
        set_aside_because=suspicion,
    )
    enquiry.reply_due = policy.deadline(now, is_complaint=enquiry.is_complaint)
    enquiry.nudge_at = policy.nudge_at(now, enquiry.reply_due)
    enquiry.keep_until = keep_until(enquiry, now)
    try:
        with transaction.atomic():
            insert(enquiry, details)
            if form_id and not enquiry.is_complaint:
                private_links.create(enquiry, form_id, now)
            record(enquiry, Event.Kind.RECEIVED, now, actor=Actor.PERSON)
            if suspicion:
                _notify_of_set_aside(enquiry, now)
            else:
                _notify(enquiry, now, is_rush=is_rush)
    except SecondCopyError as second:
        return second.first
    return enquiry


def insert(enquiry: Enquiry, details: dict[str, Any]) -> None:
    """Insert the enquiry with its people. The caller opens the transaction. Raises SecondCopyError."""
    enquiry.person, enquiry.referrer = people.create(
        people.contact_details(details),
        person_initials=details.get("person_initials", ""),
        is_referral=enquiry.on_behalf == Enquiry.Behalf.PROFESSIONAL,
    )
    _insert_row(enquiry)


def own_details(details: dict[str, Any]) -> dict[str, Any]:
    """Return what of the answers belongs to the enquiry itself."""
    return {name: value for name, value in details.items() if name not in {*people.CONTACT_FIELDS, "person_initials"}}


class SecondCopyError(Exception):
    """The form arrived twice at the same moment; everything that the second copy has stored is undone."""

    def __init__(self, first: Enquiry) -> None:
        super().__init__()
        self.first = first


def _insert_row(enquiry: Enquiry) -> None:
    """Insert the row. Raises SecondCopyError where another copy of the form came first.

    A conflict is ignored, not raised: the database would write the row's values into its error log.
    """
    Enquiry.objects.bulk_create([enquiry], ignore_conflicts=True)
    pk, reference = Enquiry.objects.values_list("pk", "reference").get(form_digest=enquiry.form_digest)
    if reference != enquiry.reference:
        raise SecondCopyError(Enquiry.objects.with_people().get(pk=pk))
    enquiry.pk = pk


def forget_digests(now: datetime) -> None:
    """Empty the digests of forms when no second copy can be recognised by them any more."""
    Enquiry.objects.filter(received_at__lt=now - SAME_ANSWERS_WITHIN).exclude(answers_digest="").update(
        answers_digest=""
    )
    old_forms = Enquiry.objects.filter(received_at__lt=now - spam.MAX_FORM_AGE, form_digest__isnull=False)
    old_forms.update(form_digest=None)


def change_status(enquiry: Enquiry, status: str, *, actor: Actor, policy: ReplyPolicy, now: datetime) -> None:
    """Give the enquiry another status. Raises NotAllowed where the table of transitions does not lead there.

    Closing or setting aside withdraws what was requested, and is refused while anything is outstanding.
    """
    with locking.diary_locked(now):
        current = Enquiry.objects.select_for_update().get(pk=enquiry.pk)
        was_set_aside = current.status == Enquiry.Status.SET_ASIDE
        change_enquiry_status(current, status, actor, now)
        if status in (Enquiry.Status.CLOSED, Enquiry.Status.SET_ASIDE):
            _withdraw_slots(current, actor, now)
        if status == Enquiry.Status.WAITING and (was_set_aside or current.reply_due <= now):
            _renew_deadline(current, policy, now)
        if status == Enquiry.Status.WAITING and was_set_aside:
            _restore(current, now)
    enquiry.refresh_from_db()


def note(enquiry: Enquiry, text: str, *, actor: Actor, now: datetime) -> None:
    """Add a private note; the same text from the same user within a minute is a second click."""
    with transaction.atomic():
        current = Enquiry.objects.select_for_update().get(pk=enquiry.pk)  # else it may be another person's by now
        recent = current.events.filter(kind=Event.Kind.NOTE, user=actor.user, at__gt=now - timedelta(minutes=1))
        newest = recent.last()
        if newest is None or newest.text != text:
            record(current, Event.Kind.NOTE, now, actor=actor, text=text)


def reply(
    enquiry: Enquiry,
    draft: ReplyDraft,
    *,
    purpose: Purpose = Purpose.REPLY,
    appointment: Appointment | None = None,
    actor: Actor,
    now: datetime,
) -> Reply:
    """Save the reply and put it in the outbox; a waiting enquiry is then answered. A second click returns the first.

    Raises NotAllowed where the person did not say that email is safe, or the same page sent another reply.
    """
    if not enquiry.contact.may_email:
        raise NotAllowed("This person did not say that email is safe.")
    with transaction.atomic():
        current = Enquiry.objects.select_for_update().get(pk=enquiry.pk)
        content = {"enquiry": current, "subject": draft.subject, "body": draft.body, "purpose": purpose}
        origin = {"appointment": appointment, "written_at": now, "user": actor.user}
        written, is_new = Reply.objects.get_or_create(idempotency_key=draft.idempotency_key, defaults=content | origin)
        if not is_new:
            if (written.enquiry_id, written.purpose) != (current.pk, purpose):
                raise NotAllowed(ANOTHER_REPLY_SENT)
            draft.ensure_same(written)
            return written
        enqueue(REPLY, now, enquiry=current, reply=written)
        if current.status == Enquiry.Status.WAITING:
            change_enquiry_status(current, Enquiry.Status.ANSWERED, actor, now)
    return written


def conclude(enquiry: Enquiry, purpose: Purpose, draft: ReplyDraft | None, *, actor: Actor, now: datetime) -> None:
    """Decline, refer on or put on the waiting list. Without a draft, the person was told by phone.

    Raises NotAllowed where the status does not allow it or anything is outstanding.
    """
    status, act = CONCLUDED[purpose]
    with locking.diary_locked(now):
        current = Enquiry.objects.select_for_update().get(pk=enquiry.pk)
        if is_repeated(draft, is_done=current.status == status):
            return
        change_enquiry_status(current, status, actor, now)
        _withdraw_slots(current, actor, now)
        if draft:
            reply(current, draft, purpose=purpose, actor=actor, now=now)
        else:
            text = f"{act}; {formatting.told_without_message(current)}"
            record(current, Event.Kind.DIARY, now, actor=actor, text=text)


def wait_again(enquiry: Enquiry, *, policy: ReplyPolicy, actor: Actor, now: datetime) -> None:
    """Put the enquiry back to waiting with a new deadline, unless it waits already.

    The caller has locked the enquiry's row. Raises NotAllowed.
    """
    if enquiry.status != Enquiry.Status.WAITING:
        change_enquiry_status(enquiry, Enquiry.Status.WAITING, actor, now)
        _renew_deadline(enquiry, policy, now)


def _withdraw_slots(enquiry: Enquiry, actor: Actor, now: datetime) -> None:
    outstanding.ensure_none([enquiry], now)
    Series.objects.filter(enquiry=enquiry).end(localdate(now))
    offers.withdraw_open_slots(enquiry, actor, now)


def _restore(enquiry: Enquiry, now: datetime) -> None:
    """Treat what was set aside as any other enquiry, with its acknowledgement."""
    enquiry.set_aside_because = ""
    enquiry.save(update_fields=["set_aside_because"])
    acknowledge(enquiry, now)


def acknowledge(enquiry: Enquiry, now: datetime) -> None:
    """Send the acknowledgement, unless it was sent or the address had one today."""
    if not enquiry.messages.filter(kind=ACKNOWLEDGE.kind).exists():
        enqueue(_acknowledgement(enquiry, now), now, enquiry=enquiry)


def _renew_deadline(enquiry: Enquiry, policy: ReplyPolicy, now: datetime) -> None:
    """Set the deadline and the therapist's reminder of it.

    The person is told if it passes (worker/timed_messages.py).
    """
    enquiry.reply_due = policy.deadline(now, is_complaint=enquiry.is_complaint)
    enquiry.nudge_at = policy.nudge_at(now, enquiry.reply_due)
    enquiry.save(update_fields=["reply_due", "nudge_at"])


def _notify(enquiry: Enquiry, now: datetime, *, is_rush: bool) -> None:
    if is_rush:
        _notify_of_rush(now)
    definitions = [] if is_rush else [TELL_THERAPIST]
    enqueue([*definitions, *_acknowledgement(enquiry, now)], now, enquiry=enquiry)


def _notify_of_rush(now: datetime) -> None:
    """Send at most one notice an hour about everybody who writes in a rush."""
    if due_at := joined_due_at(Message.objects.filter(kind=TELL_RUSH.kind), timedelta(hours=1), now):
        enqueue(TELL_RUSH, due_at, about=f"{due_at:%Y-%m-%dT%H}")


def _acknowledgement(enquiry: Enquiry, now: datetime) -> list[MessageDefinition]:
    """Return the acknowledgement to send, or nothing, and leave in the history why."""
    earlier = _acknowledgement_of_the_day(enquiry, now)
    if earlier is None:
        return [ACKNOWLEDGE]
    if enquiry.contact.may_email:
        record(enquiry, Event.Kind.NOT_SENT, now, actor=Actor.SYSTEM, text=formatting.why_unacknowledged(earlier, now))
    return []


def _acknowledgement_of_the_day(enquiry: Enquiry, now: datetime) -> Message | None:
    """Return the one that this address had within a day; the form cannot fill a stranger's mailbox."""
    recent = Message.objects.filter(kind=ACKNOWLEDGE.kind, due_at__gt=now - timedelta(days=1))
    same = search.with_email(enquiry.contact.email)
    return recent.filter(Q(enquiry__person__in=same) | Q(enquiry__referrer__in=same)).last()


def _notify_of_set_aside(enquiry: Enquiry, now: datetime) -> None:
    """Send at most one notice a day, so that a flood of robots is one short mail."""
    if due_at := joined_due_at(_notices_of_set_aside(), timedelta(days=1), now):
        enqueue(TELL_SET_ASIDE, due_at, enquiry=enquiry)


def tell_of_forgotten_suspects(now: datetime) -> None:
    """Enqueue another notice where one was erased with its enquiry before later enquiries were covered by it.

    What the therapist set aside by hand has no reason beside it and needs no notice.
    """
    newest = Enquiry.objects.set_aside().exclude(set_aside_because="").order_by("received_at").last()
    last = _notices_of_set_aside().last()
    if newest and (last is None or last.due_at < newest.received_at):
        enqueue(TELL_SET_ASIDE, now, enquiry=newest)


def _notices_of_set_aside() -> QuerySet[Message]:
    return Message.objects.filter(kind=TELL_SET_ASIDE.kind).order_by("due_at")
