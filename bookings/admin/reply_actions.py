"""The replies that a therapist can give: for each purpose its words, its form and its act.

CONTRIBUTING.md lists what a new kind of reply needs.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction

from bookings import appointments, enquiries, series
from bookings.actor import Actor
from bookings.admin.reply_context import ReplyContext
from bookings.admin.reply_forms import OfferReplyForm, OneSlotReplyForm, ReplyForm
from bookings.admin.series_forms import EndReplyForm, PauseReplyForm, SeriesReplyForm
from bookings.enquiries import ReplyDraft
from bookings.models import Appointment, Enquiry, Purpose

Status = Enquiry.Status
Perform = Callable[[ReplyContext, ReplyForm, ReplyDraft | None, Actor], object]


def _reply(reply: ReplyContext, form: ReplyForm, draft: ReplyDraft | None, actor: Actor) -> None:
    if draft:  # a reply in free words is only ever sent
        enquiries.reply(reply.enquiry, draft, actor=actor, now=reply.now)


def _keep_link(booked: Appointment | None, form: ReplyForm) -> None:
    """Save the appointment's own video link, if the form asked for it."""
    if booked and "video_link" in form.fields:
        appointments.save_notes(booked, video_link=form.cleaned_data["video_link"])


def _accept(reply: ReplyContext, form: ReplyForm, draft: ReplyDraft | None, actor: Actor) -> None:
    with transaction.atomic():
        booked = appointments.accept_request(reply.get_appointment(), reply.now, actor=actor, draft=draft)
        _keep_link(booked, form)


def _offer(reply: ReplyContext, form: ReplyForm, draft: ReplyDraft | None, actor: Actor) -> None:
    slots, held_until = form.cleaned_data["slots"], form.cleaned_data["held_until"]
    appointments.offer(
        reply.enquiry, slots, held_until, reply.now, actor=actor, draft=draft, appointment_type=form.appointment_type
    )


def _book_agreed(reply: ReplyContext, form: ReplyForm, draft: ReplyDraft | None, actor: Actor) -> None:
    (slot,), minutes = form.cleaned_data["slots"], form.cleaned_data["minutes"]
    kind = form.appointment_type
    with transaction.atomic():
        booked = appointments.book_agreed(
            reply.enquiry, slot, reply.now, actor=actor, draft=draft, appointment_type=kind, minutes=minutes
        )
        _keep_link(booked, form)


def _move(reply: ReplyContext, form: ReplyForm, draft: ReplyDraft | None, actor: Actor) -> None:
    (slot,), version = form.cleaned_data["slots"], form.cleaned_data["version"]
    minutes = form.cleaned_data["minutes"]
    with transaction.atomic():
        moved = appointments.move(
            reply.get_appointment(), slot, reply.now, actor=actor, draft=draft, version=version, minutes=minutes
        )
        _keep_link(moved, form)


def _tell_how_to_join(reply: ReplyContext, form: ReplyForm, draft: ReplyDraft | None, actor: Actor) -> None:
    version = form.cleaned_data["version"]
    appointments.tell_how_to_join(reply.get_appointment(), reply.now, actor=actor, draft=draft, version=version)


def _cancel(reply: ReplyContext, form: ReplyForm, draft: ReplyDraft | None, actor: Actor) -> None:
    version = form.cleaned_data["version"]
    appointments.cancel(reply.get_appointment(), reply.now, actor=actor, draft=draft, version=version)


def _withdraw(reply: ReplyContext, form: ReplyForm, draft: ReplyDraft | None, actor: Actor) -> None:
    appointments.withdraw_offers(reply.enquiry, reply.now, actor=actor, draft=draft)


def _agree_series(reply: ReplyContext, form: ReplyForm, draft: ReplyDraft | None, actor: Actor) -> None:
    if isinstance(form, SeriesReplyForm):
        closed = form.books_closed_days
        series.agree(form.new_series(), reply.now, actor=actor, draft=draft, books_closed_days=closed)


def _change_series(reply: ReplyContext, form: ReplyForm, draft: ReplyDraft | None, actor: Actor) -> None:
    if isinstance(form, SeriesReplyForm):
        series.change(
            reply.get_appointment(),
            form.new_series(),
            reply.now,
            actor=actor,
            draft=draft,
            version=form.cleaned_data["version"],
            books_closed_days=form.books_closed_days,
        )


def _pause_series(reply: ReplyContext, form: ReplyForm, draft: ReplyDraft | None, actor: Actor) -> None:
    until, version = form.cleaned_data["paused_until"], form.cleaned_data["version"]
    series.pause(reply.get_appointment(), until, reply.now, actor=actor, draft=draft, version=version)


def _end_series(reply: ReplyContext, form: ReplyForm, draft: ReplyDraft | None, actor: Actor) -> None:
    version = form.cleaned_data["version"]
    series.end(reply.get_appointment(), reply.now, actor=actor, draft=draft, version=version)


def _conclude(reply: ReplyContext, form: ReplyForm, draft: ReplyDraft | None, actor: Actor) -> None:
    enquiries.conclude(reply.enquiry, reply.purpose, draft, actor=actor, now=reply.now)


@dataclass(frozen=True)
class ReplyAction:
    """One kind of reply: where it is chosen, above its form, and once it is done."""

    link: str
    title: str
    sent: str
    button: str  # where nothing is sent
    recorded: str
    leads_to: Status
    perform: Perform
    form_class: type[ReplyForm] = ReplyForm
    needs_appointment: bool = False
    books: bool = False
    needs_series: bool = False
    says_where: bool = False  # the message has the address of the room, or how to join


ACTIONS = {
    Purpose.REPLY: ReplyAction(
        link="Write a reply",
        title="Reply to {}",
        sent="Your reply is on its way.",
        button="Record it",
        recorded="Recorded.",
        leads_to=Status.ANSWERED,
        perform=_reply,
    ),
    Purpose.ACCEPT: ReplyAction(
        link="Accept",
        title="Accept this time",
        sent="It is booked, and your confirmation is on its way.",
        button="Book it",
        recorded="It is booked.",
        leads_to=Status.BOOKED,
        perform=_accept,
        needs_appointment=True,
        books=True,
        says_where=True,
    ),
    Purpose.OFFER: ReplyAction(
        link="Offer times",
        title="Offer times to {}",
        sent="Your offer is on its way, and the times are held.",
        button="Hold these times",
        recorded="The times are held.",
        leads_to=Status.ANSWERED,
        perform=_offer,
        form_class=OfferReplyForm,
    ),
    Purpose.AGREED: ReplyAction(
        link="Book what you agreed by phone",
        title="Book what you agreed with {}",
        sent="It is booked, and your confirmation is on its way.",
        button="Book it",
        recorded="It is booked.",
        leads_to=Status.BOOKED,
        perform=_book_agreed,
        form_class=OneSlotReplyForm,
        books=True,
        says_where=True,
    ),
    Purpose.SERIES: ReplyAction(
        link="Book a series",
        title="Book a series with {}",
        sent="The series is booked, and your confirmation is on its way.",
        button="Book the series",
        recorded="The series is booked.",
        leads_to=Status.BOOKED,
        perform=_agree_series,
        form_class=SeriesReplyForm,
        books=True,
        says_where=True,
    ),
    Purpose.MOVE: ReplyAction(
        link="Move",
        title="Move this appointment",
        sent="It is moved, and your message is on its way.",
        button="Move it",
        recorded="It is moved.",
        leads_to=Status.BOOKED,
        perform=_move,
        form_class=OneSlotReplyForm,
        needs_appointment=True,
        books=True,
        says_where=True,
    ),
    Purpose.JOIN: ReplyAction(
        link="Send how to join",
        title="Say how to join this appointment",
        sent="Your message is on its way.",
        button="Record it",
        recorded="Noted: you tell them how to join.",
        leads_to=Status.BOOKED,
        perform=_tell_how_to_join,
        needs_appointment=True,
        says_where=True,
    ),
    Purpose.CANCEL: ReplyAction(
        link="Cancel",
        title="Cancel this appointment",
        sent="It is cancelled, and your message is on its way.",
        button="Cancel it",
        recorded="It is cancelled.",
        leads_to=Status.BOOKED,
        perform=_cancel,
        needs_appointment=True,
    ),
    Purpose.CHANGE: ReplyAction(
        link="Change from here on",
        title="Change the series from this appointment on",
        sent="The series is changed, and your message is on its way.",
        button="Change the series",
        recorded="The series is changed.",
        leads_to=Status.BOOKED,
        perform=_change_series,
        form_class=SeriesReplyForm,
        needs_appointment=True,
        needs_series=True,
        books=True,
        says_where=True,
    ),
    Purpose.PAUSE: ReplyAction(
        link="Pause",
        title="Pause the series from this appointment on",
        sent="The series is paused, and your message is on its way.",
        button="Pause the series",
        recorded="The series is paused.",
        leads_to=Status.BOOKED,
        perform=_pause_series,
        form_class=PauseReplyForm,
        needs_appointment=True,
        needs_series=True,
    ),
    Purpose.END: ReplyAction(
        link="End",
        title="End the series with the appointment before this one",
        sent="The series is ended, and your message is on its way.",
        button="End the series",
        recorded="The series is ended.",
        leads_to=Status.BOOKED,
        perform=_end_series,
        form_class=EndReplyForm,
        needs_appointment=True,
        needs_series=True,
    ),
    Purpose.WITHDRAW: ReplyAction(
        link="Withdraw",
        title="Withdraw what you offered to {}",
        sent="The times are free again, and your message is on its way.",
        button="Withdraw it",
        recorded="The times are free again.",
        leads_to=Status.ANSWERED,
        perform=_withdraw,
    ),
    Purpose.LIST: ReplyAction(
        link="Put on the waiting list",
        title="Put {} on the waiting list",
        sent="On your waiting list, and your message is on its way.",
        button="Put on the list",
        recorded="On your waiting list.",
        leads_to=Status.LISTED,
        perform=_conclude,
    ),
    Purpose.REFER: ReplyAction(
        link="Refer on",
        title="Refer {} on",
        sent="Your message is on its way, and the enquiry is closed.",
        button="Close the enquiry",
        recorded="The enquiry is closed.",
        leads_to=Status.CLOSED,
        perform=_conclude,
    ),
    Purpose.DECLINE: ReplyAction(
        link="Decline, with other help",
        title="Decline {}",
        sent="Your message is on its way, and the enquiry is closed.",
        button="Close the enquiry",
        recorded="The enquiry is closed.",
        leads_to=Status.CLOSED,
        perform=_conclude,
    ),
}


def choices_for(enquiry: Enquiry, *, is_booked: bool) -> list[tuple[str, str]]:
    """Return value and link of every reply about the whole enquiry that can be given now, the likeliest first."""
    if not enquiry.is_bookable or enquiry.status in (Status.SET_ASIDE, Status.CLOSED):
        return []
    reachable = {enquiry.status, *enquiry.allowed_moves()}
    booking = {Purpose.AGREED, Purpose.SERIES}
    suitable = booking if is_booked else {Purpose.OFFER, *booking, *enquiries.CONCLUDED}
    suitable -= {purpose for purpose in enquiries.CONCLUDED if ACTIONS[purpose].leads_to == enquiry.status}
    possible = [purpose for purpose in ACTIONS if purpose in suitable and ACTIONS[purpose].leads_to in reachable]
    return [(purpose.value, ACTIONS[purpose].link) for purpose in possible]
