"""The consultation form. receipt.py shows the page that confirms what it sent."""

import base64
import hashlib
import logging
from datetime import datetime

from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from bookings import form_choices, formatting, published_times, submissions
from bookings.forms.complaint import ComplaintForm
from bookings.forms.consultation import ConsultationForm
from bookings.forms.consultation_with_times import ConsultationWithTimesForm
from bookings.models import Enquiry
from bookings.reply_deadline import ReplyPolicy
from bookings.slot import is_slot_value
from bookings.submissions import Receipt, SubmissionRefused
from bookings.views import receipt_cookie
from bookings.views.message_preview import preview
from practice import facts
from practice.errors import RETRY_SECONDS, on_csrf_failure
from practice.rate_limits import Origin

logger = logging.getLogger(__name__)
unstored = cache_control(no_store=True, private=True)

NO_COOKIE = (
    "Your browser did not send back the cookie that protects this form. Allow cookies for this site, "
    "then send your answers again."
)


@unstored
def _without_cookie(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    return _show(request, _form(request, now), now, NO_COOKIE, 403)


@on_csrf_failure(_without_cookie)
@unstored
@require_http_methods(["GET", "HEAD", "POST"])
def consultation(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    form = _form(request, now)
    if not form.is_valid():
        return _show(request, form, now)
    try:
        cookie = receipt_cookie.read(request)
        submission = form.submission(Origin.connection(request), cookie.reference if cookie else "")
        receipt = submissions.submit(submission, ReplyPolicy.of(form.facts.practice), now)
    except SubmissionRefused as refusal:
        return _show(request, form, now, refusal.sentence, refusal.status)
    response = redirect(_next_page(receipt))
    if receipt.is_own:
        receipt_cookie.set_on(response, receipt, submission.token.form_id, cookie)
    return response


def _form(request: HttpRequest, now: datetime) -> ConsultationForm:
    data = request.POST if request.method == "POST" else None
    if (data or request.GET).get("kind") == Enquiry.Kind.COMPLAINT:
        return ComplaintForm(data, facts=facts.current())
    return _request_form(data, request.GET.get("type", ""), now)


def _request_form(data: QueryDict | None, type_in_link: str, now: datetime) -> ConsultationForm:
    """Return the form with times where any are published and can be read, and otherwise the one with days.

    A slot that was chosen before the database failed stays in the form.
    """
    choices, current_facts = form_choices.read(), facts.current()
    answer_by = ReplyPolicy.of(current_facts.practice).deadline(now)
    initial = {"initial": {"appointment_type": type_in_link}} if type_in_link in choices.types else {}
    try:
        published = published_times.read(choices, now, answer_by)
        has_times = published is not None
    except Error as problem:
        logger.error("The free times could not be read (%s).", type(problem).__name__)
        published = None
        has_times = data is not None and is_slot_value(data.get("timing", ""))
    if has_times:
        return ConsultationWithTimesForm(
            data, facts=current_facts, choices=choices, published=published, now=now, **initial
        )
    return ConsultationForm(data, facts=current_facts, choices=choices, **initial)


def _next_page(receipt: Receipt) -> str:
    if receipt.private_path:
        return f"{receipt.private_path}?{'done=fewer' if receipt.requested_slots else 'gone'}"
    return reverse("bookings:received", args=[receipt.enquiry.reference])


def _show(
    request: HttpRequest, form: ConsultationForm, now: datetime, problem: str = "", status: int = 200
) -> HttpResponse:
    form.problem = problem
    summary = form.summary() if form.is_bound else []
    form.renew_token(_notice_version(), is_return=settings.CSRF_COOKIE_NAME in request.COOKIES)
    policy = ReplyPolicy.of(form.facts.practice)
    reply_by = policy.deadline(now, is_complaint=form.is_complaint)
    context = {
        "form": form,
        "summary": summary,
        "reply_by": reply_by,
        "away": formatting.absence(policy.absence_before(reply_by, now), now),
        "message_preview": preview(form.facts.practice, policy, now, is_complaint=form.is_complaint),
    }
    response = render(request, "bookings/consultation.html", context, status=status)
    if status == 503:
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    if form.stylesheet:
        digest = base64.b64encode(hashlib.sha256(form.stylesheet.encode()).digest()).decode()
        response._csp_update = {"style-src": f"'sha256-{digest}'"}  # type: ignore[attr-defined]  # read by django-csp
    return response


def _notice_version() -> str:
    """Return the version of the privacy notice that is shown now."""
    try:
        return import_string(settings.PRIVACY_NOTICE_VERSION)()
    except Error:  # the form is shown all the same
        return ""
