"""The therapist's answers from the enquiry's screen: fill in, look at the message exactly as it will arrive, send.

Whoever has no safe email is told by phone, and the same screen writes down that it was done.
"""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from bookings import appointments, defaults, enquiries, formatting, placeholders
from bookings.actor import Actor
from bookings.admin import reply_checks
from bookings.admin.outside_hours import outside_hours
from bookings.admin.reply_forms import OfferReplyForm, ReplyForm, form_for, typed
from bookings.admin.slot_suggestions import suggest
from bookings.booking import type_for
from bookings.enquiries import ReplyDraft
from bookings.exceptions import NotAllowed
from bookings.messages import calendar_files, emails
from bookings.messages.words import one_line
from bookings.models import Appointment, AppointmentType, BookingSettings, Enquiry, Purpose, Reply, ReplyTemplate
from bookings.slots import Slot
from practice.clock import localdate
from practice.facts import practice_row
from practice.models import Location, Practice, dial
from practice.requests import StaffRequest

OF_ONE_APPOINTMENT = (Purpose.ACCEPT, Purpose.MOVE, Purpose.CANCEL)
BOOKS = (Purpose.ACCEPT, Purpose.AGREED, Purpose.MOVE)
Status = Enquiry.Status


@dataclass(frozen=True)
class ReplyAction:
    """One of the answers in words: where it is chosen, above its form, and once it is done."""

    link: str
    title: str
    sent: str
    by_phone: str  # the button where no letter goes
    recorded: str
    leads_to: Status


ANSWERS = {
    Purpose.LETTER: ReplyAction(
        "Write a letter", "Reply to {}", "Your reply is on its way.", "Record it", "Recorded.", Status.ANSWERED
    ),
    Purpose.ACCEPT: ReplyAction(
        "Accept",
        "Accept this time",
        "It is booked, and your confirmation is on its way.",
        "Book it",
        "It is booked.",
        Status.BOOKED,
    ),
    Purpose.OFFER: ReplyAction(
        "Offer times",
        "Offer times to {}",
        "Your offer is on its way, and the times are held.",
        "Hold these times",
        "The times are held.",
        Status.ANSWERED,
    ),
    Purpose.AGREED: ReplyAction(
        "Book what you agreed by phone",
        "Book what you agreed with {}",
        "It is booked, and your confirmation is on its way.",
        "Book it",
        "It is booked.",
        Status.BOOKED,
    ),
    Purpose.MOVE: ReplyAction(
        "Move",
        "Move this appointment",
        "It is moved, and your message is on its way.",
        "Move it",
        "It is moved.",
        Status.BOOKED,
    ),
    Purpose.CANCEL: ReplyAction(
        "Cancel",
        "Cancel this appointment",
        "It is cancelled, and your message is on its way.",
        "Cancel it",
        "It is cancelled.",
        Status.BOOKED,
    ),
    Purpose.LIST: ReplyAction(
        "Put on the waiting list",
        "Put {} on the waiting list",
        "On your waiting list, and your message is on its way.",
        "Put on the list",
        "On your waiting list.",
        Status.LISTED,
    ),
    Purpose.REFER: ReplyAction(
        "Refer on",
        "Refer {} on",
        "Your message is on its way, and the enquiry is closed.",
        "Close the enquiry",
        "The enquiry is closed.",
        Status.CLOSED,
    ),
    Purpose.DECLINE: ReplyAction(
        "Decline, with other help",
        "Decline {}",
        "Your message is on its way, and the enquiry is closed.",
        "Close the enquiry",
        "The enquiry is closed.",
        Status.CLOSED,
    ),
}


def open_to(enquiry: Enquiry, *, is_booked: bool) -> list[tuple[str, str]]:
    """Value and words of every answer about the whole enquiry that can be given now, the likeliest first."""
    if not enquiry.is_bookable or enquiry.status in (Status.SET_ASIDE, Status.CLOSED):
        return []
    reachable = {enquiry.status, *enquiry.allowed_moves()}
    offered = [Purpose.AGREED] if is_booked else [Purpose.OFFER, Purpose.AGREED, *enquiries.CONCLUDED]
    stays = [one for one in enquiries.CONCLUDED if ANSWERS[one].leads_to == enquiry.status]  # it stands so already
    possible = [one for one in ANSWERS if one in offered and one not in stays and ANSWERS[one].leads_to in reachable]
    return [(one.value, ANSWERS[one].link) for one in possible]


@require_http_methods(["GET", "HEAD", "POST"])
def reply(request: StaffRequest, pk: int, admin_context: dict[str, Any]) -> HttpResponse:
    return answer(request, pk=pk, purpose=Purpose.LETTER.value, admin_context=admin_context)


@require_http_methods(["GET", "HEAD", "POST"])
def answer(
    request: StaffRequest, pk: int, purpose: str, admin_context: dict[str, Any], appointment: int | None = None
) -> HttpResponse:
    if purpose not in ANSWERS or (purpose in OF_ONE_APPOINTMENT and appointment is None):
        raise Http404
    step = _ReplyStep(request, Purpose(purpose), find(pk), appointment)
    if purpose != Purpose.LETTER and not step.enquiry.is_bookable:
        raise Http404
    if purpose == Purpose.LETTER and not step.enquiry.contact.may_email:
        messages.error(request, "This person did not say that email is safe.")
        return back_to(step.enquiry)
    if step.enquiry.status == Status.SET_ASIDE:
        messages.error(request, "It is set aside. Put it back to waiting first, then answer it.")
        return back_to(step.enquiry)
    preview = None
    if request.method == "POST" and step.form.is_valid():
        try:
            if step.is_last:
                step.do()
                messages.success(request, step.done)
                return back_to(step.enquiry)
            preview = step.look()
        except NotAllowed as reason:
            step.come_back(str(reason))
    return render(request, "admin/bookings/enquiry/reply.html", admin_context | step.context() | {"preview": preview})


def find(pk: int) -> Enquiry:
    return get_object_or_404(Enquiry.objects.with_people().select_related("location", "appointment_type"), pk=pk)


def back_to(enquiry: Enquiry) -> HttpResponse:
    return redirect("admin:bookings_enquiry_change", enquiry.pk)


def about(enquiry: Enquiry) -> dict[str, Any]:
    """What every screen of an enquiry shows of it."""
    return {
        "enquiry": enquiry,
        "contact": enquiry.contact,
        "who": formatting.contact_name(enquiry),
        "wishes": formatting.wishes(enquiry),
        "safe": formatting.safe_contact(enquiry),
        "dial": dial(enquiry.contact.phone),
        "clock": formatting.city(enquiry.contact.time_zone) if formatting.known_zone(enquiry.contact.time_zone) else "",
    }


class _ReplyStep:
    """One request for one answer, with all that it is about."""

    def __init__(self, request: StaffRequest, purpose: Purpose, enquiry: Enquiry, appointment: int | None) -> None:
        self.request, self.purpose, self.enquiry = request, purpose, enquiry
        self.now = timezone.now()
        self.practice: Practice = practice_row()
        own = enquiry.appointments.select_related("location", "appointment_type")
        self.appointment = get_object_or_404(own, pk=appointment) if appointment else None
        self.by_letter = enquiry.contact.may_email
        act = request.POST.get("act", "")
        self.is_recorded = not self.by_letter or (purpose == Purpose.AGREED and act == "record")
        self.is_last = self.is_recorded or act == "send"
        self.types = self._types()
        self.form = self._form()

    def _form(self) -> ReplyForm:
        kind = form_for(self.purpose)
        how: dict[str, Any] = {
            "by_letter": self.by_letter,
            "must_write": not self.is_recorded,
            "must_tell": self.purpose != Purpose.AGREED,
        }
        if kind.has_times:
            free = suggest(self.enquiry, self._expected_type(), self.appointment, self.now)
            how |= {"places": self._places(), "types": self.types, "free": free, "now": self.now}
        if self.request.method == "POST":
            return kind(self.request.POST.copy(), **how)
        return kind(initial=self._start(), **how)

    def _types(self) -> list[AppointmentType]:
        """The types that can be chosen for a new appointment: the active ones, and the one that is expected."""
        if self.purpose not in (Purpose.OFFER, Purpose.AGREED):
            return []
        usual = self._usual_type()
        return [choice for choice in AppointmentType.objects.all() if choice.is_active or choice == usual]

    def _usual_type(self) -> AppointmentType | None:
        return self.appointment.appointment_type if self.appointment else type_for(self.enquiry)

    def _expected_type(self) -> AppointmentType:
        """Return the type chosen in the form that was sent, else that of the appointment or of their last one."""
        key = self.request.POST.get("appointment_type", "")
        chosen = next((choice for choice in self.types if str(choice.pk) == key), None)
        expected = chosen or self._usual_type()
        if expected is None:
            raise Http404  # a complaint
        return expected

    def _places(self) -> list[Location]:
        """Those that are offered, and where it is now."""
        now_at = [one.location_id for one in (self.appointment, self.enquiry) if one and one.location_id]
        return [one for one in Location.objects.all() if one.is_active or one.pk in now_at]

    def _start(self) -> dict[str, Any]:
        start: dict[str, Any] = {"idempotency_key": uuid.uuid4(), **self._words()}
        place = self.appointment.location_id if self.appointment else self.enquiry.location_id
        if self.types:
            start["appointment_type"] = self._expected_type().pk
        start |= {f"place_{number}": place for number in (1, 2, 3)} if place else {}
        if self.appointment:
            start["version"] = self.appointment.sequence
        if self.appointment and self.purpose == Purpose.AGREED:
            start |= typed([Slot(self.appointment.starts_at, self.appointment.location)])
        if self.purpose == Purpose.OFFER:
            today = localdate(self.now)
            start["held_day"] = today + timedelta(days=BookingSettings.load().hold_days)
        return start

    def _words(self) -> dict[str, str]:
        """From a template, else the words a new site begins with; a letter begins empty."""
        chosen = self.request.GET.get("template", "")
        templates = ReplyTemplate.objects.filter(purpose=self.purpose)
        if is_number(chosen):
            template = templates.filter(pk=chosen).first()
        else:
            template = templates.first() if self.purpose != Purpose.LETTER else None
        _, subject, body = defaults.ANSWERS.get(self.purpose, ("", "Your message", ""))
        words = (template.subject, template.body) if template else (subject, body)
        filled = (placeholders.fill(text, self.enquiry, self.practice) for text in words)
        return dict(zip(("subject", "body"), filled, strict=True))

    @property
    def length(self) -> timedelta:
        return timedelta(minutes=self._expected_type().minutes)

    @property
    def done(self) -> str:
        words = ANSWERS[self.purpose]
        return " ".join([words.recorded, *self.notes] if self.is_recorded else [words.sent])

    def do(self) -> None:
        """Raises NotAllowed, and then nothing is done."""
        self.notes = self._notes()
        self._act(None if self.is_recorded else self._draft())

    def _act(self, draft: ReplyDraft | None) -> None:
        enquiry, one, now, form = self.enquiry, self.appointment, self.now, self.form
        actor = Actor.therapist(self.request.user)
        cleaned = form.cleaned_data
        match self.purpose:
            case Purpose.LETTER if draft:
                enquiries.reply(enquiry, draft, actor=actor, now=now)
            case Purpose.ACCEPT if one:
                appointments.accept(one, now, actor=actor, draft=draft)
            case Purpose.OFFER if isinstance(form, OfferReplyForm):
                slots, until, offered = cleaned["times"], form.held_until(), self._expected_type()
                appointments.offer(enquiry, slots, until, now, actor=actor, draft=draft, appointment_type=offered)
            case Purpose.AGREED:
                agreed = self._expected_type()
                appointments.book_agreed(
                    enquiry, cleaned["times"][0], now, actor=actor, draft=draft, appointment_type=agreed
                )
            case Purpose.MOVE if one:
                appointments.move(one, cleaned["times"][0], now, actor=actor, draft=draft, version=cleaned["version"])
            case Purpose.CANCEL if one:
                appointments.cancel(one, now, actor=actor, draft=draft, version=cleaned["version"])
            case _:
                enquiries.conclude(enquiry, self.purpose, draft, actor=actor, now=now)

    def _draft(self) -> ReplyDraft:
        cleaned, until = self.form.cleaned_data, ""
        if isinstance(self.form, OfferReplyForm):  # a time is held no longer than until it would begin
            until = formatting.moment(min([self.form.held_until(), *(one.starts_at for one in cleaned["times"])]))
        body = placeholders.fill_times(cleaned["body"], self._lines(), until, self._address())
        return ReplyDraft(one_line(cleaned["subject"]), body, cleaned["idempotency_key"])

    def _places_and_times(self) -> list[Slot]:
        if self.form.has_times:
            return self.form.cleaned_data["times"]
        return [Slot(self.appointment.starts_at, self.appointment.location)] if self.appointment else []

    def _address(self) -> str:
        """Of the room where they meet; an offer is one of several places."""
        return self._places_and_times()[0].location.address if self.purpose in BOOKS else ""

    def _notes(self) -> list[str]:
        """What the therapist should know of the diary before it is done, and hears afterwards where nothing is sent."""
        notes = list(getattr(self.form, "notes", []))
        times = self._places_and_times() if self.purpose in (*BOOKS, Purpose.OFFER) else []
        if times:
            notes += [f"{one}, is outside your hours." for one in outside_hours(times, self.length, self.now)]
        if self.purpose == Purpose.OFFER:
            offers = self.enquiry.appointments.filter(status=Appointment.Status.PROPOSED).select_related("location")
            former = [formatting.time_and_place(one) for one in offers]
            notes += [f"This replaces what you have offered: {'; '.join(former)}."] if former else []
        return notes

    def _lines(self) -> list[str]:
        """The times as the letter says them."""
        zone = self.enquiry.contact.time_zone
        if self.form.has_times:
            times = self.form.cleaned_data["times"]
            return [formatting.span(one.starts_at, one.starts_at + self.length, one.location, zone) for one in times]
        one = self.appointment
        return [formatting.span(one.starts_at, one.ends_at, one.location, zone)] if one else []

    def look(self) -> dict[str, Any]:
        """What would happen is done and undone, so that the message is the very one. Raises NotAllowed."""
        self.notes, draft = self._notes(), self._draft()
        with transaction.atomic():
            self._act(draft)
            written = Reply.objects.select_related("enquiry__person", "enquiry__referrer", "appointment__location").get(
                idempotency_key=draft.idempotency_key
            )
            message = emails.letter(written, self.practice, self.now)
            transaction.set_rollback(True)
        words = (draft.subject, draft.body, self.enquiry, self.practice, self.purpose, self._lines())
        return {
            **emails.headers_and_body(message),
            "stored": draft.body,
            "has_calendar_file": self.enquiry.contact.calendar_ok and self.purpose in calendar_files.PURPOSES,
            "doubts": [*self.notes, *reply_checks.warnings(*words)],
        }

    def come_back(self, reason: str) -> None:
        """The form again as it was filled in, to be sent anew."""
        data = self.form.data
        data["idempotency_key"] = str(uuid.uuid4())
        data["body"] = data.get("draft", data.get("body", ""))
        if self.appointment:
            self.appointment.refresh_from_db()
            data["version"] = str(self.appointment.sequence)
        self.form.add_error(None, reason)

    def context(self) -> dict[str, Any]:
        words, one = ANSWERS[self.purpose], self.appointment
        is_chosen_here = self.by_letter and self.purpose != Purpose.LETTER
        templates = list(ReplyTemplate.objects.filter(purpose=self.purpose)) if is_chosen_here else []
        return about(self.enquiry) | {
            "title": words.title.format(self.enquiry.reference),
            "form": self.form,
            "purpose": self.purpose.value,
            "action": self.request.path,
            "said": formatting.span(one.starts_at, one.ends_at, one.location, self.enquiry.contact.time_zone)
            if one
            else "",
            "by_letter": self.by_letter,
            "may_record": self.by_letter and self.purpose == Purpose.AGREED,
            "button": words.by_phone,
            "says_when": self.purpose in reply_checks.STATES_TIMES,
            "templates": templates if len(templates) > 1 else [],
        }


def is_number(text: str) -> bool:
    """Of the size of a primary key."""
    return text.isascii() and text.isdecimal() and len(text) < 19
