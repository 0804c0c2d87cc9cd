"""The private page, on which a person returns to their request by the link in a message.

Reading it changes nothing. An act is posted, and leads back to the page with its outcome in the address.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from bookings import appointments, formatting, person_permissions, private_page_acts
from bookings.actor import Actor
from bookings.exceptions import NotAllowed, SlotUnavailable
from bookings.forms.private_page import MoveForm, PauseForm, RequestSlotsForm
from bookings.models import Appointment, Enquiry, PrivateLink
from bookings.views.private_page_request import PrivatePageRequest, private_view, unlisted, unstored
from bookings.views.private_page_summary import RequestSummary, actions, cancelling_terms
from practice.leaving import forget_visit

NOT_FREE = "This time is not free, or no longer. Nothing is lost: choose another one"
OUTCOMES = {
    "accepted": "The appointment is yours.",
    "cancelled": "Your appointment is cancelled. If that was a mistake, take it back within an hour.",
    "taken-back": "The appointment is yours again.",
    "moved": "Your appointment has moved.",
    "requested": "I have what you ask for.",
    "fewer": "Not all of the times you chose were still free. I have those that are.",
    "paused": "Your request is paused.",
    "pin-set": "From now on, the link opens this page only with your PIN.",
    "pin-removed": "The PIN is removed. The link alone opens this page again.",
    "taken": "Somebody else has this time now. Nothing is lost: you can ask for another one.",
    "changed": "Something has changed since you opened this page, so that is no longer open. Nothing is lost: this is "
    "how your request stands now.",
}
TAKEN_MEANWHILE = "The time you chose has just been taken. Nothing is lost: your request is here."


@private_view
def show(page: PrivatePageRequest) -> HttpResponse:
    return _show(page)


def _show(page: PrivatePageRequest) -> HttpResponse:
    enquiry, summary = page.enquiry, page.summary()
    is_taken = "gone" in page.request.GET and not (summary.booked or summary.requested)
    published = page.published_times(page.requested_type()) if is_taken and summary.may_request else None
    form = RequestSlotsForm(published=published, initial=_preferred_days(enquiry)) if published else None
    context = {
        "request_summary": summary,
        "actions": actions(page.link, summary),
        "days": formatting.days(enquiry),
        "requested_times": formatting.requested_times(enquiry),
        "outcome": TAKEN_MEANWHILE if is_taken else _outcome(page.request.GET.get("done", ""), page.link, summary),
        "is_late": enquiry.is_overdue(page.now),
        "away": formatting.absence(page.policy.absence_before(enquiry.reply_due, page.now), page.now),
        "published": published,
        "form": form if published and published.days else None,
    }
    return page.render("request", context)


def _outcome(outcome: str, link: PrivateLink, summary: RequestSummary) -> str:
    """Return the sentence for an outcome, unless it has changed since: Back in the browser repeats the address."""
    match outcome:
        case "accepted" | "taken-back" | "moved":
            is_current = bool(summary.booked)
        case "cancelled":
            is_current = bool(summary.cancelled)
        case "requested":
            is_current = link.enquiry.status == Enquiry.Status.WAITING
        case "fewer":
            is_current = bool(summary.requested)
        case "paused":
            is_current = link.enquiry.status == Enquiry.Status.PAUSED
        case "pin-set" | "pin-removed":
            is_current = bool(link.pin_digest) == (outcome == "pin-set")
        case _:
            is_current = True
    return OUTCOMES.get(outcome, "") if is_current else ""


@private_view
def accept(page: PrivatePageRequest, number: int) -> HttpResponse:
    return _act(page, number, appointments.accept_offer, "accepted")


@private_view
def take_back(page: PrivatePageRequest, number: int) -> HttpResponse:
    return _act(page, number, appointments.take_back, "taken-back")


def _act(
    page: PrivatePageRequest, number: int, act: Callable[[Appointment, datetime], object], outcome: str
) -> HttpResponse:
    """Answer a button of the page that needs no form."""
    appointment = page.appointment(number)
    if not page.is_post:
        return _show(page) if page.problem else page.redirect_to_page()
    try:
        act(appointment, page.now)
    except SlotUnavailable:
        return page.redirect_to_page(
            "taken" if person_permissions.may_take_back(appointment, page.absence, page.now) else "changed"
        )
    except NotAllowed:
        return page.redirect_to_page("changed")
    return page.redirect_to_page(outcome)


@private_view
def cancel(page: PrivatePageRequest, number: int) -> HttpResponse:
    appointment = page.appointment(number)
    if page.is_post:
        return _act(page, number, partial(appointments.cancel, actor=Actor.PERSON), "cancelled")
    booked = page.booked_appointment(appointment.pk)
    if booked is None:
        return page.redirect_to_page("changed")
    return page.render("cancel", {"appointment": booked, "terms": cancelling_terms(appointment, page.now)})


@private_view
def move(page: PrivatePageRequest, number: int) -> HttpResponse:
    appointment = page.appointment(number)
    if not appointment.appointment_type.shows_times:
        return redirect("bookings:private_times", page.enquiry.reference)
    form, status = MoveForm(page.data, appointment_type=appointment.appointment_type), 200
    form.problem = page.problem
    if page.is_post and form.is_valid():
        try:
            appointments.move(appointment, form.cleaned_data["time"], page.now, actor=Actor.PERSON)
            return page.redirect_to_page("moved")
        except SlotUnavailable:
            form.problem, status = NOT_FREE, 409
        except NotAllowed:
            return page.redirect_to_page("changed")
    booked = page.booked_appointment(number)
    if booked is None:
        return page.redirect_to_page("changed")
    context = {
        "appointment": booked,
        "published": page.published_times(appointment.appointment_type, without=appointment),
        "form": form,
        "summary": _error_summary(form),
        "selected": form["time"].value() or "",
    }
    return page.render("move", context, status)


@private_view
def times(page: PrivatePageRequest) -> HttpResponse:
    """Let the person request other times, or choose when after a pause."""
    published = page.published_times(page.requested_type())
    form = RequestSlotsForm(page.data, published=published, initial=_preferred_days(page.enquiry))
    form.problem, status = page.problem, 200
    if page.is_post and form.is_valid():
        try:
            private_page_acts.request_other_slots(
                page.enquiry,
                form.cleaned_data["slots"],
                days=form.cleaned_data["days"],
                parts=form.cleaned_data["parts"],
                policy=page.policy,
                now=page.now,
            )
            return page.redirect_to_page("requested")
        except SlotUnavailable:
            form.problem, status = NOT_FREE, 409
        except NotAllowed:
            return page.redirect_to_page("changed")
    summary = page.summary()
    if not summary.may_request:
        return page.redirect_to_page("changed")
    context = {"request_summary": summary, "published": published, "form": form, "summary": _error_summary(form)}
    return page.render("times", context, status)


@private_view
def pause(page: PrivatePageRequest) -> HttpResponse:
    form = PauseForm(page.data, enquiry=page.enquiry, now=page.now)
    form.problem = page.problem
    if page.is_post and form.is_valid():
        try:
            private_page_acts.pause(page.enquiry, page.now, check_in_on=form.cleaned_data.get("check_in_on"))
        except NotAllowed:
            return page.redirect_to_page("changed")
        return page.redirect_to_page("paused")
    summary = page.summary()
    if not summary.may_pause:
        return page.redirect_to_page("changed")
    return page.render("pause", {"request_summary": summary, "form": form, "summary": _error_summary(form)})


@private_view
def erase(page: PrivatePageRequest) -> HttpResponse:
    if page.is_post:
        try:
            named = page.request.POST.getlist("cancels")
            cancels = [booked.number for booked in page.summary().booked if str(booked.number) in named]
            private_page_acts.erase(page.enquiry, page.now, cancels=cancels)
        except NotAllowed:
            return page.redirect_to_page("changed")
        return redirect("bookings:private_erased")  # which also closes the page in this browser
    return page.render("erase", {"request_summary": page.summary()})


@private_view
def unknown(page: PrivatePageRequest, rest: str) -> HttpResponse:
    """Answer every other address below a private page."""
    raise Http404


@unstored
@require_safe
def erased(request: HttpRequest) -> HttpResponse:
    return forget_visit(unlisted(render(request, "bookings/private_page/erased.html")))


def _preferred_days(enquiry: Enquiry) -> dict[str, list[str]]:
    return {"days": [str(day) for day in enquiry.days], "parts": enquiry.parts}


def _error_summary(form: RequestSlotsForm | MoveForm | PauseForm) -> list[dict[str, str]]:
    return form.summary() if form.is_bound else []
