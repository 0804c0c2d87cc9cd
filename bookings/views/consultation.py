import base64
import hashlib
import json
import logging
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.module_loading import import_string
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from bookings import appointments, enquiries, private_links, published_slots, spam
from bookings.forms.complaint import ComplaintForm
from bookings.forms.consultation import ConsultationForm
from bookings.forms.slots import SlotConsultationForm
from bookings.models import Appointment, Enquiry
from bookings.reply_deadline import ReplyPolicy
from bookings.slots import is_slot_value
from bookings.views.message_preview import would_receive
from practice import facts
from practice.clock import localdate
from practice.errors import on_csrf_failure

logger = logging.getLogger(__name__)
unstored = cache_control(no_store=True, private=True)

TOO_OLD = "This page was open for more than a day. Check your answers, then send them again"
NO_COOKIE = (
    "Your browser did not send back the cookie that protects this form. Allow cookies for this site, "
    "then send your answers again"
)
TOO_MANY = "Several messages came from your connection within an hour, so this one was not sent. Try again in an hour"
NOT_KEPT = "Something went wrong here and your message was not kept. Send it again in a minute"
TIMES_NOT_KEPT = "Your message has arrived, but not the times that you chose. Send it again in a minute"


class SubmissionRefused(Exception):
    """The form cannot be taken as it came; the sentence says what to do, and everything typed is kept."""

    def __init__(self, sentence: str, status: int = 200) -> None:
        super().__init__(sentence)
        self.sentence, self.status = sentence, status


@unstored
def _without_cookie(request: HttpRequest) -> HttpResponse:
    return _show(request, _form(request), NO_COOKIE, 403)


@on_csrf_failure(_without_cookie)
@unstored
@require_http_methods(["GET", "HEAD", "POST"])
def consultation(request: HttpRequest) -> HttpResponse:
    form = _form(request)
    if not form.is_valid():
        return _show(request, form)
    try:
        enquiry = _receive(request, form)
        return redirect(_request_slots(enquiry, form) or reverse("bookings:received", args=[enquiry.reference]))
    except SubmissionRefused as reason:
        return _show(request, form, reason.sentence, reason.status)


@unstored
@require_safe
def received(request: HttpRequest, reference: str) -> HttpResponse:
    shown = Enquiry.objects.with_people().only(
        "reference", "reply_due", "on_behalf", "kind", "person__time_zone", "referrer__time_zone"
    )
    enquiry = get_object_or_404(shown, reference=reference)
    away_until = ReplyPolicy.of(facts.current().practice).away_after(timezone.now())
    context = {
        "enquiry": enquiry,
        "time_zone": enquiry.contact.time_zone,
        "is_personal": enquiry.on_behalf == Enquiry.Behalf.MYSELF,
        "asked": enquiry.appointments.filter(status=Appointment.Status.PENDING).count(),
        # Who wrote before the therapist went away keeps the earlier promise.
        "away_until": away_until and away_until <= localdate(enquiry.reply_due) and away_until,
    }
    return render(request, "bookings/received.html", context)


def _form(request: HttpRequest) -> ConsultationForm:
    data = request.POST if request.method == "POST" else None
    asked = (data or request.GET).get("kind")
    if asked == Enquiry.Kind.COMPLAINT:
        return ComplaintForm(data, facts=facts.current())
    return _request_form(data, request.GET.get("type", ""), timezone.now())


def _request_form(data: QueryDict | None, chosen_type: str, now: datetime) -> ConsultationForm:
    """Days and parts of the day, where no times are published or, the database being away, none can be read."""
    offer = published_slots.read_offer()
    # A form that was not sent yet is the only one that shows what is chosen beforehand.
    chosen = {"initial": {"appointment_type": chosen_type}} if chosen_type in offer.types else {}
    try:
        free, is_known = published_slots.published(offer, now), True
    except Error as problem:
        logger.error("The free times could not be read (%s).", type(problem).__name__)
        free, is_known = None, False
    has_chosen = data is not None and is_slot_value(data.get("timing", ""))
    if free or (has_chosen and not is_known):
        return SlotConsultationForm(data, facts=facts.current(), offer=offer, free=free, now=now, **chosen)
    return ConsultationForm(data, facts=facts.current(), offer=offer, **chosen)


def _receive(request: HttpRequest, form: ConsultationForm) -> Enquiry:
    token = spam.read_form_token(form.cleaned_data["token"])
    if token.age is spam.FormAge.TOO_OLD:
        raise SubmissionRefused(TOO_OLD)
    try:
        return _keep(request, form, token, timezone.now())
    except Error as problem:
        logger.error("An enquiry could not be kept (%s).", type(problem).__name__)
        raise SubmissionRefused(NOT_KEPT, 503) from problem


def _request_slots(enquiry: Enquiry, form: ConsultationForm) -> str:
    """Where to go instead of the confirmation, if somebody came first: the enquiry is kept, and other times are there.

    What was sent twice, or whose times could not be kept the first time, is asked for once.
    """
    now = timezone.now()
    waits = enquiry.status in (Enquiry.Status.WAITING, Enquiry.Status.SET_ASIDE)
    try:
        if form.times and waits and not enquiry.appointments.exists():
            asked = appointments.request_slots(enquiry, form.times, now, or_fewer=True)
            if len(asked) < len(form.times):
                return f"{private_links.path(enquiry, now)}?{'done=fewer' if asked else 'gone'}"
    except Error as problem:
        logger.error("The times of an enquiry could not be kept (%s).", type(problem).__name__)
        raise SubmissionRefused(TIMES_NOT_KEPT, 503) from problem
    return ""


def _keep(request: HttpRequest, form: ConsultationForm, token: spam.FormToken, now: datetime) -> Enquiry:
    data = form.cleaned_data
    digests = {
        "form_digest": _digest(data),
        "answers_digest": _digest(data | {"token": ""}),
    }
    if earlier := enquiries.already_received(**digests, now=now):
        return earlier
    connection = spam.connection_digest(request)
    rush = spam.submission_rate(connection, now)
    if rush.from_this_connection >= settings.ENQUIRIES_PER_HOUR_ONE_CONNECTION:
        raise SubmissionRefused(TOO_MANY, 429)
    spam.record_attempt(connection, now)
    return enquiries.receive(
        form.details() | digests | {"notice_version": token.notice},
        policy=ReplyPolicy.of(form.facts.practice),
        suspicion=spam.suspicion(token.age, data["nothing"], data["message"], rush),
        now=now,
    )


def _digest(answers: dict[str, Any]) -> str:
    return salted_hmac("enquiry", json.dumps(answers, sort_keys=True), algorithm="sha256").hexdigest()


def _show(request: HttpRequest, form: ConsultationForm, problem: str = "", status: int = 200) -> HttpResponse:
    form.problem = problem
    summary = form.summary() if form.is_bound else []
    form.renew(_notice_shown())
    practice, now = form.facts.practice, timezone.now()
    policy = ReplyPolicy.of(practice)
    reply_by = policy.deadline(now, is_complaint=form.is_complaint)
    context = {
        "form": form,
        "summary": summary,
        "reply_by": reply_by,
        "away_until": policy.away_after(now),
        "receiving": would_receive(practice, reply_by, now, is_complaint=form.is_complaint),
    }
    response = render(request, "bookings/consultation.html", context, status=status)
    if form.stylesheet:
        digest = base64.b64encode(hashlib.sha256(form.stylesheet.encode()).digest()).decode()
        response._csp_update = {"style-src": f"'sha256-{digest}'"}  # type: ignore[attr-defined]  # read by django-csp
    return response


def _notice_shown() -> str:
    try:
        return import_string(settings.PRIVACY_NOTICE_VERSION)()
    except Error:  # the form is shown all the same
        return ""
