"""What the desk says about an enquiry, in words rather than states."""

import calendar
import re
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timesince import timesince

from bookings.models import Enquiry
from practice.models import Practice

MOVES = {
    Enquiry.Status.WAITING: "Put back to waiting",
    Enquiry.Status.ANSWERED: "Mark as answered",
    Enquiry.Status.BOOKED: "Appointment agreed",
    Enquiry.Status.CLOSED: "Close",
    Enquiry.Status.SET_ASIDE: "Set aside as spam",
}


def moment(at: datetime) -> str:
    """Such as “Tuesday 24 November, 17:00”, London time."""
    return date_format(timezone.localtime(at), "l j F, H:i")


def status(enquiry: Enquiry, now: datetime) -> str:
    """Such as “Waiting 3 hours, reply by Tuesday 24 November, 17:00”."""
    if enquiry.status != Enquiry.Status.WAITING:
        return enquiry.get_status_display()
    has_waited = now - enquiry.received_at >= timedelta(minutes=1)
    waited = f"Waiting {timesince(enquiry.received_at, now, depth=1)}" if has_waited else "Just arrived"
    promise = "reply was due" if enquiry.is_overdue(now) else "reply by"
    return f"{waited}, {promise} {moment(enquiry.reply_due)}"


def when(enquiry: Enquiry) -> str:
    if not enquiry.days:
        return "Not ready to choose"
    days = ", ".join(calendar.day_name[day] for day in enquiry.days)
    return f"{days}: {', '.join(enquiry.parts)}"


def safe_contact(enquiry: Enquiry) -> list[tuple[bool, str]]:
    """Every rule the person set, the forbidden ones as plainly as the allowed ones."""
    return [
        (enquiry.may_email, "Email" if enquiry.may_email else "Do not email"),
        (enquiry.may_phone, "Phone" if enquiry.may_phone else "Do not phone"),
        (enquiry.voicemail_ok, "Voicemail" if enquiry.voicemail_ok else "Leave no voicemail"),
        (enquiry.text_ok, "Text message" if enquiry.text_ok else "Send no text message"),
        (enquiry.calendar_ok, "Calendar file" if enquiry.calendar_ok else "Attach no calendar file"),
        (
            enquiry.name_practice_ok,
            "You may say the practice’s name" if enquiry.name_practice_ok else "Do not say the practice’s name",
        ),
    ]


def fill(text: str, enquiry: Enquiry, practice: Practice) -> str:
    """Replaces {name}, {reference}, {location} and {therapist}; anything else in braces stays as it is."""
    facts = {
        "name": enquiry.professional_name or enquiry.name,
        "reference": enquiry.reference,
        "location": enquiry.where,
        "therapist": practice.therapist_name,
    }
    return re.sub(r"\{(\w+)\}", lambda found: facts.get(found[1], found[0]), text)
