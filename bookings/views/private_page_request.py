"""A request to a view of the private page, by a browser in which it was opened."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property, wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from bookings import private_links, private_page_acts
from bookings.booking import type_for
from bookings.models import Appointment, AppointmentType, Enquiry, PrivateLink
from bookings.reply_deadline import ReplyPolicy
from bookings.views import private_page_cookie
from bookings.views.private_page_summary import AppointmentDisplay, RequestSummary, summarise
from bookings.views.private_page_times import PrivatePageTimes, published_times
from practice import facts
from practice.absence import Absence
from practice.errors import on_csrf_failure
from practice.facts import Facts

unstored = cache_control(no_store=True, private=True)

NO_COOKIE = (
    "Nothing has changed yet: this page was open twice, or your browser did not send back the cookie that protects "
    "it. Allow cookies for this site, then press the button again."
)
TOO_MANY_ACTS = (
    "Too many changes to this request were sent within an hour, so this one was not made. Try again in an hour."
)


@dataclass(frozen=True)
class PrivatePageRequest:
    request: HttpRequest
    link: PrivateLink
    now: datetime
    problem: str = ""  # why nothing that was posted may be done
    problem_status: int = 403

    @property
    def enquiry(self) -> Enquiry:
        return self.link.enquiry

    @cached_property
    def facts(self) -> Facts:
        return facts.current()

    @property
    def policy(self) -> ReplyPolicy:
        """Return what the practice promises now."""
        return ReplyPolicy.of(self.facts.practice)

    @property
    def answer_by(self) -> datetime:
        """Return by when a request that is made now is answered: as promised already, or as would be promised."""
        enquiry = self.enquiry
        is_promised = enquiry.status == Enquiry.Status.WAITING and enquiry.reply_due > self.now
        return enquiry.reply_due if is_promised else self.policy.deadline(self.now)

    @property
    def absence(self) -> Absence | None:
        return self.facts.practice.absence

    @property
    def is_post(self) -> bool:
        """Return whether something was posted and may be done."""
        return self.request.method == "POST" and not self.problem

    @property
    def data(self) -> Any:
        return self.request.POST if self.request.method == "POST" else None

    def redirect_to_page(self, outcome: str = "") -> HttpResponse:
        """Lead back to the private page, which tells the outcome."""
        url = reverse("bookings:private_page", args=[self.enquiry.reference])
        return redirect(f"{url}?done={outcome}" if outcome else url)

    def render(self, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
        summary = [{"message": self.problem, "target": ""}] if self.problem else []
        context = {"facts": self.facts, "enquiry": self.enquiry, "summary": summary, **context}
        status = self.problem_status if self.problem else status
        return render(self.request, f"bookings/private_page/{template}.html", context, status=status)

    def appointment(self, number: int) -> Appointment:
        """Return an appointment of this enquiry. Raises Http404 for any other."""
        appointments = self.enquiry.appointments.select_related("location", "appointment_type")
        appointment = appointments.filter(pk=number).first()
        if appointment is None:
            raise Http404
        return appointment

    def summary(self) -> RequestSummary:
        published_types = AppointmentType.objects.published().values_list("pk", flat=True)
        return summarise(self.enquiry, self.now, absence=self.absence, published_types=list(published_types))

    def booked_appointment(self, number: int) -> AppointmentDisplay | None:
        """Return the appointment, if it is booked and still to come."""
        booked = (appointment for appointment in self.summary().booked if appointment.number == number)
        return next(booked, None)

    def requested_type(self) -> AppointmentType | None:
        """Return the type that the person would request now, if its times are published."""
        appointment_type = type_for(self.enquiry)
        return appointment_type if appointment_type and appointment_type.shows_times else None

    def published_times(
        self, appointment_type: AppointmentType | None, without: Appointment | None = None
    ) -> PrivatePageTimes | None:
        """Read the published times from the day and at the location that the address names."""
        if appointment_type is None:
            return None
        query, first_day = self.request.GET, None
        with contextlib.suppress(ValueError):
            first_day = date.fromisoformat(query.get("from", ""))
        return published_times(
            appointment_type,
            self.enquiry,
            self.now,
            location_slug=query.get("at", ""),
            first_day=first_day,
            without=without,
            answer_by=None if without else self.answer_by,
        )


def private_view(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Call the view with a PrivatePageRequest, and keep every response out of caches and search engines.

    The page must have been opened in this browser by its link or its four words. Where it asks for a PIN that was not
    given, the view is not called.
    """

    @unstored
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def guarded(request: HttpRequest, reference: str, problem: str = "", **kwargs: Any) -> HttpResponse:
        now = timezone.now()
        open_page = private_page_cookie.find(request, reference)
        if open_page is None:
            return unlisted(render(request, "bookings/private_page/not_open.html", status=403))
        if not open_page.is_unlocked:
            return unlisted(redirect("bookings:private_unlock", reference))
        try:
            link = private_links.find_by_digest(open_page.link_digest, now)
            if link is None:
                raise Http404
            page = PrivatePageRequest(request, link, now, problem)
            if page.is_post and private_page_acts.too_many(page.enquiry, now):
                page = replace(page, problem=TOO_MANY_ACTS, problem_status=429)
            response = view(page, **kwargs)
            private_page_cookie.open_on(response, request, open_page)
        except (Http404, Enquiry.DoesNotExist, Appointment.DoesNotExist):
            response = link_closed(request)
        return unlisted(response)

    def without_cookie(request: HttpRequest, reference: str, **kwargs: Any) -> HttpResponse:
        return guarded(request, reference, problem=NO_COOKIE, **kwargs)

    return on_csrf_failure(without_cookie)(guarded)


def link_closed(request: HttpRequest) -> HttpResponse:
    return render(request, "bookings/private_page/link_closed.html", status=404)


def unlisted(response: HttpResponse) -> HttpResponse:
    """Keep the response out of search engines."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
