"""Where a person comes back to their request, by the link in a message. Reading changes nothing; acts are posted, and
lead back to the page with one word in the address that says what was done."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial, wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from bookings import appointments, formatting, permissions, private_links, private_page
from bookings.actor import Actor
from bookings.booking import type_for
from bookings.exceptions import NotAllowed, SlotUnavailable
from bookings.forms.private_page import MoveForm, PauseForm, RequestSlotsForm
from bookings.models import Appointment, AppointmentType, Enquiry
from bookings.reply_deadline import ReplyPolicy
from bookings.views.private_page_slots import PrivatePageSlots, published
from bookings.views.private_page_summary import AppointmentDisplay, RequestSummary, actions, standing
from practice import facts
from practice.errors import on_csrf_failure

unstored = cache_control(no_store=True, private=True)

NO_COOKIE = (
    "Nothing has changed yet: this page was open twice, or your browser did not send back the cookie that protects "
    "it. Allow cookies for this site, then press the button again"
)
TAKEN = "This time is not free, or no longer. Nothing is lost: choose another one"
DONE = {
    "accepted": "The appointment is yours.",
    "cancelled": "Your appointment is cancelled. If that was a mistake, take it back within an hour.",
    "back": "The appointment is yours again.",
    "moved": "Your appointment has moved.",
    "asked": "I have what you ask for.",
    "fewer": "Not all of the times you chose were still free. I have those that are.",
    "paused": "Your request is paused.",
    "taken": "Somebody else has this time now. Nothing is lost: you can ask for another one.",
    "changed": "Something has changed since you opened this page, so that is no longer open. Nothing is lost: this is "
    "how your request stands now.",
}
GONE = "The time you chose has just been taken. Nothing is lost: your request is here."


def _is_still_so(done: str, enquiry: Enquiry, found: RequestSummary) -> bool:
    """What was done may have been undone since: the browser's Back shows the same address again."""
    match done:
        case "accepted" | "back" | "moved":
            return bool(found.booked)
        case "cancelled":
            return bool(found.cancelled)
        case "asked":
            return enquiry.status == Enquiry.Status.WAITING
        case "fewer":
            return bool(found.asked)
        case "paused":
            return enquiry.status == Enquiry.Status.PAUSED
    return True


@dataclass(frozen=True)
class PrivatePageRequest:
    """Somebody with a link that is open."""

    request: HttpRequest
    token: str
    enquiry: Enquiry
    now: datetime
    problem: str = ""  # why what was posted may not be done

    @property
    def acts(self) -> bool:
        return self.request.method == "POST" and not self.problem

    @property
    def data(self) -> Any:
        return self.request.POST if self.request.method == "POST" else None

    def back(self, done: str = "") -> HttpResponse:
        page = reverse("bookings:private", args=[self.token])
        return redirect(f"{page}?done={done}" if done else page)

    def show(self, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
        summary = [{"message": self.problem, "target": ""}] if self.problem else []
        page = {"enquiry": self.enquiry, "token": self.token, "summary": summary, **context}
        return render(
            self.request, f"bookings/private_page/{template}.html", page, status=403 if self.problem else status
        )

    def appointment(self, number: int) -> Appointment:
        """Theirs, and nobody else's."""
        found = self.enquiry.appointments.filter(pk=number).select_related("location", "appointment_type").first()
        if found is None:
            raise Http404
        return found

    def standing(self) -> RequestSummary:
        publishes = AppointmentType.objects.published().values_list("pk", flat=True)
        return standing(self.enquiry, self.now, publishes=list(publishes))

    def still(self, number: int) -> AppointmentDisplay | None:
        """The appointment to come, if it still is."""
        return next((one for one in self.standing().booked if one.number == number), None)

    def requested_type(self) -> AppointmentType | None:
        """What they would ask for now, if its times are published."""
        appointment_type = type_for(self.enquiry)
        return appointment_type if appointment_type and appointment_type.shows_times else None

    def free(
        self, appointment_type: AppointmentType | None, without: Appointment | None = None
    ) -> PrivatePageSlots | None:
        """What is published, from the day and at the place that the address asks for."""
        asked = self.request.GET
        first = None
        with contextlib.suppress(ValueError):
            first = date.fromisoformat(asked.get("from", ""))
        if appointment_type is None:
            return None
        return published(
            appointment_type, self.enquiry, self.now, place=asked.get("at", ""), first=first, without=without
        )


def private(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For a view of a PrivatePageRequest. Every answer, a refusal too, is kept out of caches and of search engines."""

    @unstored
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def guarded(request: HttpRequest, token: str, problem: str = "", **which: int) -> HttpResponse:
        now = timezone.now()
        enquiry = private_links.find(token, now)
        try:
            if enquiry is None or enquiry.is_complaint:
                raise Http404
            response = view(PrivatePageRequest(request, token, enquiry, now, problem), **which)
        except (Http404, Enquiry.DoesNotExist, Appointment.DoesNotExist):
            response = render(request, "bookings/private_page/link_closed.html", status=404)
        return _unlisted(response)

    def without_cookie(request: HttpRequest, token: str, **which: int) -> HttpResponse:
        return guarded(request, token, problem=NO_COOKIE, **which)

    return on_csrf_failure(without_cookie)(guarded)


def _unlisted(response: HttpResponse) -> HttpResponse:
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@private
def show(visit: PrivatePageRequest) -> HttpResponse:
    return _show(visit)


def _show(visit: PrivatePageRequest) -> HttpResponse:
    asked = visit.request.GET
    found = visit.standing()
    is_gone = "gone" in asked and not (found.booked or found.asked)
    free = visit.free(visit.requested_type()) if is_gone and found.may_ask else None
    done = DONE.get(asked.get("done", ""), "")
    context = {
        "standing": found,
        "actions": actions(visit.enquiry, found, visit.token),
        "days": formatting.days(visit.enquiry),
        "said": GONE if is_gone else done if _is_still_so(asked.get("done", ""), visit.enquiry, found) else "",
        "is_late": visit.enquiry.is_overdue(visit.now),
        "away_until": ReplyPolicy.of(facts.current().practice).away_after(visit.now),
        "published": free,
        "form": RequestSlotsForm(published=free, initial=_wishes(visit.enquiry)) if free and free.days else None,
    }
    return visit.show("request", context)


@private
def accept(visit: PrivatePageRequest, number: int) -> HttpResponse:
    return _at_once(visit, number, appointments.accept_offer, "accepted")


@private
def take_back(visit: PrivatePageRequest, number: int) -> HttpResponse:
    return _at_once(visit, number, appointments.take_back, "back")


def _at_once(
    visit: PrivatePageRequest, number: int, act: Callable[[Appointment, datetime], object], done: str
) -> HttpResponse:
    """A button on the page itself."""
    appointment = visit.appointment(number)
    if not visit.acts:
        return _show(visit) if visit.problem else visit.back()
    try:
        act(appointment, visit.now)
    except SlotUnavailable:
        return visit.back("taken" if permissions.may_take_back(appointment, visit.now) else "changed")
    except NotAllowed:
        return visit.back("changed")
    return visit.back(done)


@private
def cancel(visit: PrivatePageRequest, number: int) -> HttpResponse:
    appointment = visit.appointment(number)
    if visit.acts:
        return _at_once(visit, number, partial(appointments.cancel, actor=Actor.PERSON), "cancelled")
    shown = visit.still(appointment.pk)
    return visit.show("cancel", {"appointment": shown}) if shown else visit.back("changed")


@private
def move(visit: PrivatePageRequest, number: int) -> HttpResponse:
    appointment = visit.appointment(number)
    if not appointment.appointment_type.shows_times:
        return redirect("bookings:private_times", visit.token)
    form, status = MoveForm(visit.data, appointment_type=appointment.appointment_type), 200
    form.problem = visit.problem
    if visit.acts and form.is_valid():
        try:
            appointments.move(appointment, form.cleaned_data["time"], visit.now, actor=Actor.PERSON)
            return visit.back("moved")
        except SlotUnavailable:
            form.problem, status = TAKEN, 409
        except NotAllowed:
            return visit.back("changed")
    shown = visit.still(number)
    if shown is None:
        return visit.back("changed")
    free = visit.free(appointment.appointment_type, without=appointment)
    chosen = form["time"].value() or ""
    context = {"appointment": shown, "published": free, "form": form, "summary": _summary(form), "chosen": chosen}
    return visit.show("move", context, status)


@private
def times(visit: PrivatePageRequest) -> HttpResponse:
    """They ask for another time, or come back to choose."""
    enquiry = visit.enquiry
    free = visit.free(visit.requested_type())
    form = RequestSlotsForm(visit.data, published=free, initial=_wishes(enquiry))
    form.problem, status = visit.problem, 200
    if visit.acts and form.is_valid():
        try:
            private_page.request_other_slots(
                enquiry,
                form.cleaned_data["times"],
                days=form.cleaned_data["days"],
                parts=form.cleaned_data["parts"],
                policy=ReplyPolicy.of(facts.current().practice),
                now=visit.now,
            )
            return visit.back("asked")
        except SlotUnavailable:
            form.problem, status = TAKEN, 409
        except NotAllowed:
            return visit.back("changed")
    found = visit.standing()
    if not found.may_ask:
        return visit.back("changed")
    context = {"standing": found, "published": free, "form": form, "summary": _summary(form)}
    return visit.show("times", context, status)


@private
def pause(visit: PrivatePageRequest) -> HttpResponse:
    form = PauseForm(visit.data, enquiry=visit.enquiry, now=visit.now)
    form.problem = visit.problem
    if visit.acts and form.is_valid():
        try:
            private_page.pause(visit.enquiry, visit.now, check_in_on=form.cleaned_data.get("check_in_on"))
        except NotAllowed:
            return visit.back("changed")
        return visit.back("paused")
    found = visit.standing()
    if not found.may_pause:
        return visit.back("changed")
    return visit.show("pause", {"standing": found, "form": form, "summary": _summary(form)})


@private
def erase(visit: PrivatePageRequest) -> HttpResponse:
    if visit.acts:
        try:
            private_page.erase(visit.enquiry, visit.now)
        except NotAllowed:
            return visit.back("changed")
        return redirect("bookings:private_erased")
    return visit.show("erase", {"standing": visit.standing()})


@private
def nowhere(visit: PrivatePageRequest) -> HttpResponse:
    """Below the link there is nothing else."""
    raise Http404


@unstored
@require_safe
def erased(request: HttpRequest) -> HttpResponse:
    return _unlisted(render(request, "bookings/private_page/erased.html"))


def _wishes(enquiry: Enquiry) -> dict[str, list[str]]:
    return {"days": [str(day) for day in enquiry.days], "parts": enquiry.parts}


def _summary(form: RequestSlotsForm | MoveForm | PauseForm) -> list[dict[str, str]]:
    return form.summary() if form.is_bound else []
