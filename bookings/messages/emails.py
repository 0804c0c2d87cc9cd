"""The messages this site sends, a function for each. None holds a name, an address or a word that a person wrote,
save a reply the therapist wrote to them; subjects and senders are neutral (someone else may read the screen)."""

from collections.abc import Callable
from datetime import datetime
from email.utils import formataddr, parseaddr

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse

from bookings import formatting, private_links
from bookings.encryption import UnreadableText
from bookings.messages.calendar_files import with_calendar_file
from bookings.messages.daily_summary import sum_up
from bookings.models import Appointment, Enquiry, Notification, Purpose, Reply
from practice.models import Practice

HEADERS = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}  # RFC 3834

CALENDAR_KINDS = (Notification.Kind.CONFIRM, Notification.Kind.CANCELLED)
CALENDAR_PURPOSES = (Purpose.ACCEPT, Purpose.AGREED, Purpose.MOVE, Purpose.CANCEL)


class UnreadableMessageError(Exception):
    """A word of the message is encrypted with a key that is not there; nothing may be sent in its place."""


def compose(notification: Notification, practice: Practice, now: datetime) -> EmailMessage:
    """The message as it is to be sent now; the same Message-ID however often it is tried. Raises UnreadableError."""
    message = _write(notification, practice, now)
    if any(isinstance(word, UnreadableText) for word in (message.subject, message.body, *message.to)):
        raise UnreadableMessageError
    message.subject = one_line(str(message.subject))
    message = with_calendar_file(message, _in_their_calendar(notification), now)
    message.extra_headers["Message-ID"] = notification.message_id
    return message


def _write(notification: Notification, practice: Practice, now: datetime) -> EmailMessage:
    kind, enquiry, appointment = Notification.Kind(notification.kind), notification.enquiry, notification.appointment
    if notification.reply:
        return reply(notification.reply, practice, now)
    if appointment and kind in SUBJECTS:
        is_moved = notification.about.endswith(":moved")
        return about_appointment(kind, appointment, practice, now, is_moved=is_moved)
    if enquiry:
        return ABOUT_AN_ENQUIRY[kind](enquiry, practice, now)
    if kind == Notification.Kind.DIGEST:
        return digest(notification, practice, now)
    return tell_erased(notification, practice)


def _in_their_calendar(notification: Notification) -> Appointment | None:
    """What the message puts into their calendar, moves in it or takes out; nothing that was never booked."""
    if notification.reply:
        return notification.reply.appointment if notification.reply.purpose in CALENDAR_PURPOSES else None
    return notification.appointment if notification.kind in CALENDAR_KINDS else None


def tell_therapist(enquiry: Enquiry, practice: Practice, now: datetime) -> EmailMessage:
    return _message(
        to=notification_address(practice),
        subject=f"New website message – ref {enquiry.reference}",
        template="tell_therapist",
        context={"link": _desk_link(enquiry), "reply_due": _unless_past(enquiry.reply_due, now)},
        practice=practice,
    )


def tell_set_aside(enquiry: Enquiry, practice: Practice, now: datetime) -> EmailMessage:
    return _message(
        to=notification_address(practice),
        subject="Website messages set aside for a look",
        template="tell_set_aside",
        context={"link": _desk_link(enquiry)},
        practice=practice,
    )


def acknowledge(enquiry: Enquiry, practice: Practice, now: datetime, *, link: str = "") -> EmailMessage:
    """Of a request, with their private link, or what stands in its place before there is one."""
    if enquiry.is_bookable:
        link = link or private_links.address(enquiry, now)
    return _message(
        to=enquiry.email,
        subject="We have your message",
        template="acknowledge",
        context={"reference": enquiry.reference, "reply_due": _unless_past(enquiry.reply_due, now), "link": link},
        practice=practice,
    )


def tell_change(enquiry: Enquiry, practice: Practice, now: datetime) -> EmailMessage:
    return _message(
        to=notification_address(practice),
        subject=f"A change on your website – ref {enquiry.reference}",
        template="tell_change",
        context={"link": _desk_link(enquiry)},
        practice=practice,
    )


def tell_erased(notification: Notification, practice: Practice) -> EmailMessage:
    """The enquiry is gone; its reference is in `about`, after a colon."""
    reference = notification.about.partition(":")[2]
    return _message(
        to=notification_address(practice),
        subject=f"A change on your website – ref {reference}",
        template="tell_erased",
        context={"reference": reference},
        practice=practice,
    )


def digest(notification: Notification, practice: Practice, now: datetime) -> EmailMessage:
    """Comes every day, so that its absence says something too."""
    summary = sum_up(now, without=notification)
    return _message(
        to=notification_address(practice),
        subject=summary.subject,
        template="digest",
        context={"summary": summary, "link": settings.SITE_URL + reverse("admin:index")},
        practice=practice,
    )


def nudge(enquiry: Enquiry, practice: Practice, now: datetime) -> EmailMessage:
    return _message(
        to=notification_address(practice),
        subject=f"Still waiting for you – ref {enquiry.reference}",
        template="nudge",
        context={"link": _desk_link(enquiry), "reply_due": enquiry.reply_due, "is_past": enquiry.is_overdue(now)},
        practice=practice,
    )


def holding(enquiry: Enquiry, practice: Practice, now: datetime) -> EmailMessage:
    """The promise was not kept, and they hear it from us first."""
    return _message(
        to=enquiry.email,
        subject="Your message is not forgotten",
        template="holding",
        # A complaint has no private link: it is answered as the law says, whatever happens to it meanwhile.
        context={
            "reference": enquiry.reference,
            "link": "" if enquiry.is_complaint else private_links.address(enquiry, now),
        },
        practice=practice,
    )


def check_in(enquiry: Enquiry, practice: Practice, now: datetime) -> EmailMessage:
    return _message(
        to=enquiry.email,
        subject="As you asked: a short question",
        template="check_in",
        context={"reference": enquiry.reference, "link": private_links.address(enquiry, now)},
        practice=practice,
    )


ABOUT_AN_ENQUIRY: dict[Notification.Kind, Callable[[Enquiry, Practice, datetime], EmailMessage]] = {
    Notification.Kind.TELL_THERAPIST: tell_therapist,
    Notification.Kind.TELL_SET_ASIDE: tell_set_aside,
    Notification.Kind.TELL_CHANGE: tell_change,
    Notification.Kind.NUDGE: nudge,
    Notification.Kind.ACKNOWLEDGE: acknowledge,
    Notification.Kind.HOLDING: holding,
    Notification.Kind.CHECK_IN: check_in,
}
SUBJECTS = {
    Notification.Kind.CONFIRM: "Your appointment",
    Notification.Kind.REMIND: "Your appointment is coming up",
    Notification.Kind.CANCELLED: "Your appointment is cancelled",
}


def about_appointment(
    kind: Notification.Kind, appointment: Appointment, practice: Practice, now: datetime, *, is_moved: bool = False
) -> EmailMessage:
    """What was booked, moved or cancelled by themselves, and the reminder; as it stands when it is sent."""
    enquiry = appointment.enquiry
    when = appointment.starts_at, appointment.ends_at, appointment.location
    about = {"appointment": appointment, "theirs": formatting.visitor_time(*when, enquiry.time_zone)}
    return _message(
        to=enquiry.email,
        subject=SUBJECTS[kind],
        template=str(kind),
        context={
            **about,
            "reference": enquiry.reference,
            "link": private_links.address(enquiry, now),
            "is_moved": is_moved,
        },
        practice=practice,
    )


def reply(message: Reply, practice: Practice, now: datetime) -> EmailMessage:
    """{link} becomes their private link only now, so that no stored letter holds it."""
    link = private_links.address(message.enquiry, now) if "{link}" in message.body else ""
    return EmailMessage(
        subject=message.subject,
        body=message.body.replace("{link}", link),
        from_email=sender(practice),
        to=[message.enquiry.email],
        reply_to=_reply_to(practice),
    )


def sender(practice: Practice) -> str:
    """What the receiver's screen shows: the neutral sender name and the site's address."""
    return formataddr((practice.sender_name, parseaddr(settings.DEFAULT_FROM_EMAIL)[1]))


def notification_address(practice: Practice) -> str:
    return practice.notification_address or settings.THERAPIST_EMAIL


def _message(*, to: str, subject: str, template: str, context: dict, practice: Practice) -> EmailMessage:
    return EmailMessage(
        subject=subject,
        body=render_to_string(f"emails/{template}.txt", context),
        from_email=sender(practice),
        to=[to],
        reply_to=_reply_to(practice),
        headers=dict(HEADERS),
    )


def _unless_past(due: datetime, now: datetime) -> datetime | None:
    """After a long outage nobody is promised an answer for last week."""
    return due if due > now else None


def _reply_to(practice: Practice) -> list[str]:
    return [practice.reply_to] if practice.reply_to else []


def one_line(text: str) -> str:
    """A subject cannot smuggle in further headers."""
    return " ".join(text.split())


def _desk_link(enquiry: Enquiry) -> str:
    return settings.SITE_URL + reverse("admin:bookings_enquiry_change", args=[enquiry.pk])
