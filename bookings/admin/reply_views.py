"""The screen on which the therapist replies: fill in the form, look at the message as it will arrive, send it.

People who allow no email are told by phone, and the same screen records it.
"""

import uuid
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from bookings import enquiries, formatting, joining, outstanding
from bookings.actor import Actor
from bookings.admin import reply_checks, reply_preview, reply_words, texts
from bookings.admin.enquiry_pages import back_to_enquiry, describe, get_appointment, get_enquiry
from bookings.admin.reply_actions import ACTIONS
from bookings.admin.reply_context import ReplyContext
from bookings.admin.reply_forms import MAY_RECORD, ReplyForm, row_values
from bookings.exceptions import NotAllowed
from bookings.models import BookingSettings, Enquiry, Purpose
from practice import audit
from practice.clock import LONDON, localdate
from practice.requests import StaffRequest


@require_http_methods(["GET", "HEAD", "POST"])
def reply(
    request: StaffRequest,
    pk: int,
    admin_context: dict[str, Any],
    purpose: str = Purpose.REPLY.value,
    appointment_pk: int | None = None,
) -> HttpResponse:
    """Show the form, then the preview; then perform the act and go back to the enquiry."""
    context = _get_context(request.user, pk, purpose, appointment_pk)
    if refusal := _refusal(context, is_opened=request.method != "POST"):
        messages.error(request, refusal)
        return back_to_enquiry(context.enquiry)
    form, actor, preview = _get_form(request, context), Actor.therapist(request.user), None
    if form.is_bound and form.is_valid():
        try:
            if form.is_recorded or request.POST.get("act") == "send":
                messages.success(request, _perform(form, actor))
                audit.record(audit.Kind.REPLIED, request.user, context.enquiry)
                return back_to_enquiry(context.enquiry)
            preview = reply_preview.preview(form, actor)
        except NotAllowed as reason:
            form.refuse(str(reason))
    page_context = admin_context | _page_context(request, form) | {"preview": preview}
    return render(request, "admin/bookings/enquiry/reply.html", page_context)


def _get_context(user: User, pk: int, purpose: str, appointment_pk: int | None) -> ReplyContext:
    """Return what the reply is about. Raises Http404 where there is no such reply to this enquiry."""
    if purpose not in ACTIONS or (ACTIONS[Purpose(purpose)].needs_appointment and appointment_pk is None):
        raise Http404
    enquiry = get_enquiry(pk, user)
    if purpose != Purpose.REPLY and not enquiry.is_bookable:
        raise Http404
    appointment = get_appointment(enquiry, appointment_pk) if appointment_pk else None
    if ACTIONS[Purpose(purpose)].needs_series and not (appointment and appointment.series):
        raise Http404
    return ReplyContext(Purpose(purpose), enquiry, appointment, timezone.now())


def _refusal(context: ReplyContext, *, is_opened: bool) -> str:
    """Return why no reply can be given now, or nothing."""
    if context.purpose == Purpose.REPLY and not context.by_email:
        return texts.EMAIL_NOT_SAFE
    if context.enquiry.status == Enquiry.Status.SET_ASIDE:
        return texts.SET_ASIDE
    if context.purpose in enquiries.CONCLUDED and is_opened:  # afterwards the act refuses, and the words stay
        return outstanding.refusal(outstanding.read([context.enquiry], context.now))
    if context.purpose == Purpose.WITHDRAW and is_opened and not context.appointments:
        return texts.NOTHING_OFFERED
    return ""


def _get_form(request: StaffRequest, context: ReplyContext) -> ReplyForm:
    """Return the form. Who may only send templates can't change its words, whatever is posted."""
    form_class, may_write = ACTIONS[context.purpose].form_class, reply_words.may_write(request.user)
    template = reply_words.choose(context, request.GET.get("template", ""), request.user)
    if not template and not may_write and not _needs_no_template(context, request.user):
        raise PermissionDenied(texts.ONLY_TEMPLATES)
    words = reply_words.initial(context, template)
    if request.method != "POST":
        return form_class(reply=context, initial=_initial(context, words), has_fixed_words=not may_write)
    is_recorded = not context.by_email or (context.purpose in MAY_RECORD and request.POST.get("act") == "record")
    initial = {} if may_write else words
    return form_class(
        request.POST.copy(), reply=context, is_recorded=is_recorded, initial=initial, has_fixed_words=not may_write
    )


def _perform(form: ReplyForm, actor: Actor) -> str:
    """Perform the act and return what was done. Raises NotAllowed, and then nothing is done."""
    action, notes = ACTIONS[form.reply.purpose], reply_preview.notes(form)
    draft = None if form.is_recorded else reply_preview.draft(form)
    action.perform(form.reply, form, draft, actor)
    return action.sent if draft else " ".join([action.recorded, *notes])


def _needs_no_template(context: ReplyContext, user: User) -> bool:
    return context.purpose != Purpose.REPLY and reply_words.has_words(context.purpose, user, context.enquiry)


def _initial(context: ReplyContext, words: dict[str, str]) -> dict[str, Any]:
    initial: dict[str, Any] = {"idempotency_key": uuid.uuid4(), **words}
    location = context.appointment.location_id if context.appointment else context.enquiry.location_id
    initial |= {f"place_{number}": location for number in (1, 2, 3)} if location else {}
    if context.purpose in (Purpose.SERIES, Purpose.CHANGE):
        initial |= _initial_series(context)
    if context.types:
        initial["appointment_type"] = context.suggested_type.pk
    if context.appointment:
        initial["version"] = context.appointment.sequence
    if context.purpose == Purpose.AGREED:
        initial |= row_values(context.slots)
    if context.purpose == Purpose.OFFER:
        initial["held_day"] = localdate(context.now) + timedelta(days=BookingSettings.load().hold_days)
    return initial


def _initial_series(context: ReplyContext) -> dict[str, Any]:
    """Suggest the same time in the week after the last appointment; of a series that changes, what it is now."""
    appointment = context.appointment
    if appointment and appointment.series:
        series = appointment.series
        names = ("at", "every_weeks", "last_day", "minutes")
        now = {name: getattr(series, name) for name in names}
        return now | {"first_day": appointment.series_day, "place": series.location_id}
    last = context.enquiry.appointments.came_to_be().last()
    if last is None:
        return {"place": context.enquiry.location_id} if context.enquiry.location_id else {}
    local = last.starts_at.astimezone(LONDON)
    weeks = max(1, -(-((localdate(context.now) - local.date()).days + 1) // 7))
    return {"first_day": local.date() + timedelta(weeks=weeks), "at": local.time(), "place": last.location_id}


def _page_context(request: StaffRequest, form: ReplyForm) -> dict[str, Any]:
    context, action = form.reply, ACTIONS[form.reply.purpose]
    appointment = context.appointment
    is_free_reply = context.purpose == Purpose.REPLY
    offers_templates = context.by_email and not is_free_reply
    templates = reply_words.templates_for(context.purpose, request.user) if offers_templates else []
    zone = context.enquiry.contact.time_zone
    return describe(context.enquiry, request.user) | {
        "title": action.title.format(context.enquiry.reference),
        "form": form,
        "purpose": context.purpose.value,
        "is_free_reply": is_free_reply,
        "path": request.path,
        "action": request.get_full_path() if form.has_fixed_words else request.path,  # which template it is
        "appointment_times": [
            formatting.span(each.starts_at, each.ends_at, each.location, zone) for each in context.appointments
        ],
        "by_email": context.by_email,
        "may_record": context.by_email and context.purpose in MAY_RECORD,
        "button": action.button,
        "says_where": action.says_where,
        "way_to_join": appointment and joining.way_to_join(appointment.location, appointment.video_link),
        "states_times": context.purpose in reply_checks.STATES_TIMES,
        "templates": templates if len(templates) > 1 else [],
    }
