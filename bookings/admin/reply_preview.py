"""The words of a reply as they will be sent, and the preview of the whole message."""

from typing import Any

from django.db import transaction

from bookings import formatting, joining, placeholders
from bookings.actor import Actor
from bookings.admin import reply_checks, texts
from bookings.admin.reply_actions import ACTIONS
from bookings.admin.reply_forms import ReplyForm
from bookings.enquiries import ReplyDraft
from bookings.messages import calendar_files, emails
from bookings.messages.automatic_words import one_line
from bookings.models import Appointment, Purpose, Reply
from practice.models import Location


def draft(form: ReplyForm) -> ReplyDraft:
    """Fill the placeholders about times and return the words of a valid form."""
    cleaned = form.cleaned_data
    until = ""
    if "held_until" in cleaned:  # a slot is held no longer than until it would begin
        until = formatting.moment(min([cleaned["held_until"], *(slot.starts_at for slot in cleaned["slots"])]))
    body = placeholders.fill_times(cleaned["body"], form.time_lines(), until, arrival(form))
    return ReplyDraft(one_line(cleaned["subject"]), body, cleaned["idempotency_key"])


def preview(form: ReplyForm, actor: Actor) -> dict[str, Any]:
    """Perform the whole act, compose the message and undo it all, so that the message is the very one.

    Raises NotAllowed.
    """
    reply, words = form.reply, draft(form)
    remarks = notes(form)
    with transaction.atomic():
        ACTIONS[reply.purpose].perform(reply, form, words, actor)
        written = Reply.objects.select_related(
            "enquiry__person__key", "enquiry__referrer__key", "appointment__location"
        )
        email = emails.reply_email(written.get(idempotency_key=words.idempotency_key), reply.practice, reply.now)
        transaction.set_rollback(True)
    warnings = reply_checks.warnings(
        words.subject, words.body, reply.enquiry, reply.practice, reply.purpose, form.time_lines()
    )
    if is_online(form) and not reply_checks.has_lines(words.body, arrival(form)):
        warnings.append(texts.JOIN_MISSING)
    return {
        **emails.headers_and_body(email),
        "stored": words.body,
        "has_calendar_file": reply.enquiry.contact.calendar_ok and calendar_files.may_go_with(reply.purpose),
        "warnings": [*form.questions, *remarks, *warnings],
    }


def notes(form: ReplyForm) -> list[str]:
    """Return what the therapist should know of the diary before the act, and reads afterwards if nothing is sent."""
    reply, sentences = form.reply, []
    if reply.purpose == Purpose.OFFER:
        offers = reply.enquiry.appointments.filter(status=Appointment.Status.PROPOSED).select_related("location")
        former = "; ".join(formatting.time_and_place(offer) for offer in offers)
        sentences += [f"This replaces what you have offered: {former}."] if former else []
    return sentences + form.notes_on_series()


def arrival(form: ReplyForm) -> str:
    """Return what stands below the time: the address of the room, or how to join online or by when that comes."""
    if not ACTIONS[form.reply.purpose].says_where:
        return ""
    slot = form.cleaned_data["slots"][0]
    return joining.arrival(slot.location, form.video_link, slot.starts_at, form.reply.now)


def is_online(form: ReplyForm) -> bool:
    return any(slot.location.kind == Location.Kind.ONLINE for slot in form.cleaned_data["slots"])
