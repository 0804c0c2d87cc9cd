"""The messages to the person. Someone else may read the screen, so their words stay neutral."""

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from bookings import formatting, joining
from bookings.messages import obsolete
from bookings.messages.context import MessageContext, readable
from bookings.messages.definitions import Audience, MessageDefinition, Placeholder


def _answer_by(context: MessageContext) -> str:
    """Return nothing once the time has passed: after an outage nobody is promised an answer for last week."""
    due = context.enquiry.reply_due
    return f"You can expect an answer by {formatting.moment(due)}, London time." if due > context.now else ""


def _new_time(context: MessageContext) -> str:
    return "Your appointment has a new time:" if context.message.about.endswith(":moved") else ""


def _when(context: MessageContext) -> str:
    appointment = context.appointment
    starts_at, ends_at = timezone.localtime(appointment.starts_at), timezone.localtime(appointment.ends_at)
    zone = appointment.enquiry.contact.time_zone
    their_time = formatting.visitor_time(starts_at, ends_at, appointment.location, zone)
    return f"{date_format(starts_at, 'l j F Y')}, {starts_at:%H:%M} to {ends_at:%H:%M}{their_time or ', London time'}"


def _where(context: MessageContext) -> str:
    location, own = context.appointment.location, readable(context.appointment.video_link)
    details = joining.arrival(location, own, context.appointment.starts_at, context.now)
    return f"{location.name}\n{details}" if details else location.name


def _link(meaning: str, *, needs_own_paragraph: bool = False) -> Placeholder:
    return Placeholder(
        "link",
        meaning,
        f"{settings.SITE_URL}/private/their-own-link",
        lambda context: context.private_link,
        is_required=True,
        needs_own_paragraph=needs_own_paragraph,
    )


def _return_page(context: MessageContext) -> str:
    return "" if context.enquiry.is_complaint else settings.SITE_URL + reverse("bookings:return")


def _greeting(context: MessageContext) -> str:
    name = readable(context.enquiry.contact.name)
    return f"Dear {name}," if name else "Hello,"


GREETING = Placeholder("greeting", "“Dear” and the name they gave; without one, “Hello”.", "Dear Zoë,", _greeting)
REFERENCE = Placeholder(
    "reference",
    "The reference of their request.",
    "7KQM2XHB",
    lambda context: context.enquiry.reference,
    fits_subject=True,
)
WHEN = Placeholder(
    "when",
    "The day and the time, in London and on their own clock.",
    "Tuesday 1 December 2026, 10:00 to 10:30, London time",
    _when,
    is_required=True,
)
WHERE = Placeholder(
    "where",
    "The place, with its address; online, how to join or by when that comes.",
    "Online\nhttps://video.example.org/room",
    _where,
    is_required=True,
)
OWN_PAGE = _link("Their own page, where they can move or cancel it.")
OWN_PAGE_UNLESS_A_COMPLAINT = _link(
    "Their own page. A complaint has none; its paragraph is then left out.", needs_own_paragraph=True
)


ACKNOWLEDGE = MessageDefinition(
    kind="acknowledge",
    label="Acknowledgement to the person",
    sent_when="As soon as their message has arrived, at most once a day to one address.",
    audience=Audience.PERSON,
    subject="We have your message – ref {reference}",
    placeholders=(
        REFERENCE,
        Placeholder(
            "answer_by",
            "By when you answer; nothing once that time has passed.",
            "You can expect an answer by Tuesday 1 December, 17:00, London time.",
            _answer_by,
        ),
        OWN_PAGE_UNLESS_A_COMPLAINT,
        Placeholder(
            "return_page",
            "The page that their reference and four words open; a complaint has none, and its paragraph is left out.",
            f"{settings.SITE_URL}/private/",
            _return_page,
            needs_own_paragraph=True,
        ),
    ),
    is_obsolete=obsolete.once_answered,
)
PRIVATE_PAGE = MessageDefinition(
    kind="private_page",
    label="Their private page",
    sent_when="When you enter somebody by hand and tick it.",
    audience=Audience.PERSON,
    subject="Your own page – ref {reference}",
    placeholders=(
        REFERENCE,
        _link("Their own page, where they can see how their request stands, change, pause or withdraw it."),
    ),
    is_obsolete=obsolete.never,
)
CONFIRM = MessageDefinition(
    kind="confirm",
    label="Confirmation to the person",
    sent_when="When they have chosen or moved an appointment themselves.",
    audience=Audience.PERSON,
    subject="Your appointment",
    placeholders=(
        GREETING,
        Placeholder(
            "new_time",
            "Says that the time is new; nothing unless it was moved.",
            "Your appointment has a new time:",
            _new_time,
        ),
        WHEN,
        WHERE,
        OWN_PAGE,
        REFERENCE,
    ),
    is_obsolete=obsolete.once_changed,
    carries_calendar_file=True,
)
CANCELLED = MessageDefinition(
    kind="cancelled",
    label="Cancellation to the person",
    sent_when="When they have cancelled an appointment themselves.",
    audience=Audience.PERSON,
    subject="Your appointment is cancelled",
    placeholders=(
        GREETING,
        Placeholder(
            "when",
            "The day and the time it would have begun, in London.",
            "Tuesday 1 December, 10:00",
            lambda context: formatting.moment(context.appointment.starts_at),
            is_required=True,
        ),
        _link("Their own page, where they can take it back or ask for another time."),
        REFERENCE,
    ),
    is_obsolete=obsolete.once_changed,
    carries_calendar_file=True,
)
REMIND = MessageDefinition(
    kind="remind",
    label="Reminder to the person",
    sent_when="Before an appointment, as many hours ahead as the booking settings say.",
    audience=Audience.PERSON,
    subject="Your appointment is coming up",
    placeholders=(GREETING, WHEN, WHERE, OWN_PAGE, REFERENCE),
    is_obsolete=obsolete.once_changed_or_begun,
    respects_quiet_hours=True,
)
REPLY_DELAYED = MessageDefinition(
    kind="reply_delayed",
    label="Note to the person: still waiting",
    sent_when="When the time you promised an answer by has passed.",
    audience=Audience.PERSON,
    subject="Your message is not forgotten",
    placeholders=(REFERENCE, OWN_PAGE_UNLESS_A_COMPLAINT),
    is_obsolete=obsolete.unless_overdue,
    respects_quiet_hours=True,
)
CHECK_IN = MessageDefinition(
    kind="check_in",
    label="Check-in they allowed",
    sent_when="Once, on the day they chose when they paused their request.",
    audience=Audience.PERSON,
    subject="As you asked: a short question",
    placeholders=(_link("Their own page, where they can choose a time."), REFERENCE),
    is_obsolete=obsolete.unless_paused,
    respects_quiet_hours=True,
)
REPLY = MessageDefinition(
    kind="reply",
    label="Your reply",
    sent_when="When you send it.",
    audience=Audience.PERSON,
    subject="",
    placeholders=(),
    is_obsolete=obsolete.never,
    is_automatic=False,
)
