"""The messages to the therapist. None holds a name, an address or a word that a person wrote."""

from collections.abc import Callable
from datetime import UTC, datetime

from django.conf import settings
from django.urls import reverse

from bookings import formatting
from bookings.messages import obsolete
from bookings.messages.context import MessageContext
from bookings.messages.definitions import Audience, MessageDefinition, Placeholder
from bookings.models import Appointment


def _reference(value: Callable[[MessageContext], str]) -> Placeholder:
    return Placeholder("reference", "The reference of the request.", "7KQM2XHB", value, fits_subject=True)


def _promise(context: MessageContext) -> str:
    """Return nothing once the time has passed: after a long outage nobody is reminded of a promise for last week."""
    due = context.enquiry.reply_due
    return f"Your site promised a reply by {formatting.moment(due)}, London time." if due > context.now else ""


def _if_it_passes(context: MessageContext) -> str:
    if context.enquiry.is_overdue(context.now):
        return "That time has passed. Where they allow email, the person is told that they are not forgotten."
    return "If that time passes, the person is told that they are not forgotten, where they allow email."


def erased_with(reference: str, appointment: Appointment) -> str:
    """Return what an erasure is about that cancels an appointment; nothing else of the two is left to say it."""
    return f"{reference}@{appointment.starts_at.astimezone(UTC):%Y-%m-%dT%H:%MZ}"


def _cancelled(context: MessageContext) -> str:
    starts_at = context.message.about.partition("@")[2]
    if not starts_at:
        return ""
    when = formatting.moment(datetime.fromisoformat(starts_at))
    return f"Their appointment on {when}, London time, is cancelled, and its time is free again."


REFERENCE = _reference(lambda context: context.enquiry.reference)
LINK = Placeholder(
    "link",
    "The request on your desk.",
    f"{settings.SITE_URL}/admin/bookings/enquiry/1/change/",
    lambda context: context.enquiry_link,
    is_required=True,
)
WAITING = Placeholder(
    "waiting",
    "Who waits for your answer, and until when.",
    "1 message waits for your answer. The nearest deadline is Tuesday 1 December, 17:00, London time.",
    lambda context: context.summary.waiting_sentence,
    is_required=True,
)
SET_ASIDE = Placeholder(
    "set_aside",
    "How many are set aside as possible spam; nothing if none is.",
    "2 are set aside as possible spam.",
    lambda context: context.summary.set_aside_sentence,
)
DESK_LINK = Placeholder(
    "link",
    "Your desk.",
    f"{settings.SITE_URL}/admin/",
    lambda context: settings.SITE_URL + reverse("admin:index"),
    is_required=True,
)


TELL_THERAPIST = MessageDefinition(
    kind="tell_therapist",
    label="Notice to you",
    sent_when="As soon as somebody has written.",
    audience=Audience.THERAPIST,
    subject="New website message – ref {reference}",
    placeholders=(
        REFERENCE,
        LINK,
        Placeholder(
            "promise",
            "By when your site promised a reply; nothing once that time has passed.",
            "Your site promised a reply by Tuesday 1 December, 17:00, London time.",
            _promise,
        ),
    ),
    is_obsolete=obsolete.once_answered,
)
TELL_SET_ASIDE = MessageDefinition(
    kind="tell_set_aside",
    label="Notice to you: set aside",
    sent_when="When a message looks like a robot’s, at most once a day.",
    audience=Audience.THERAPIST,
    subject="Website messages set aside for a look",
    placeholders=(LINK, REFERENCE),
    is_obsolete=obsolete.unless_something_is_set_aside,
)
TELL_ADDITION = MessageDefinition(
    kind="tell_addition",
    label="Notice to you: an addition",
    sent_when="When somebody has gone back to the form and sent it again with other answers.",
    audience=Audience.THERAPIST,
    subject="More for a website message – ref {reference}",
    placeholders=(LINK, REFERENCE),
    is_obsolete=obsolete.never,
)
TELL_RUSH = MessageDefinition(
    kind="tell_rush",
    label="Notice to you: unusually many messages",
    sent_when="In place of a notice about each message, when there are unusually many; at most once an hour.",
    audience=Audience.THERAPIST,
    subject="Unusually many website messages",
    placeholders=(WAITING, SET_ASIDE, DESK_LINK),
    is_obsolete=obsolete.unless_somebody_waits,
)
TELL_CHANGE = MessageDefinition(
    kind="tell_change",
    label="Notice to you: a change",
    sent_when="When somebody has changed something through their private link. Further changes within ten minutes are "
    "one notice.",
    audience=Audience.THERAPIST,
    subject="A change on your website – ref {reference}",
    placeholders=(LINK, REFERENCE),
    is_obsolete=obsolete.never,
)
TELL_ERASED = MessageDefinition(
    kind="tell_erased",
    label="Notice to you: a request erased",
    sent_when="When somebody has erased their request through their private link.",
    audience=Audience.THERAPIST,
    subject="A change on your website – ref {reference}",
    # The enquiry is gone, so its reference is all that is left.
    placeholders=(
        _reference(lambda context: context.message.about.partition("@")[0]),
        Placeholder(
            "cancelled",
            "The appointment that they had; nothing if they had none.",
            "Their appointment on Tuesday 1 December, 10:00, London time, is cancelled, and its time is free again.",
            _cancelled,
            is_required=True,
        ),
    ),
    is_obsolete=obsolete.never,
)
NUDGE = MessageDefinition(
    kind="nudge",
    label="Reminder to you: reply",
    sent_when="When half of the time until your promised answer has passed.",
    audience=Audience.THERAPIST,
    subject="Still waiting for you – ref {reference}",
    placeholders=(
        REFERENCE,
        LINK,
        Placeholder(
            "reply_by",
            "By when your site promised an answer, in London.",
            "Tuesday 1 December, 17:00",
            lambda context: formatting.moment(context.enquiry.reply_due),
        ),
        Placeholder(
            "if_it_passes",
            "What the person is told when that time passes, or has passed.",
            "If that time passes, the person is told that they are not forgotten, where they allow email.",
            _if_it_passes,
        ),
    ),
    is_obsolete=obsolete.unless_nudge_is_due,
)
DAILY_SUMMARY = MessageDefinition(
    kind="daily_summary",
    label="Daily summary to you",
    sent_when="Every day at the hour you have chosen, so that its absence tells you something too.",
    audience=Audience.THERAPIST,
    subject="Today: {count} waiting, {mail_state}",
    placeholders=(
        Placeholder(
            "count",
            "How many wait for your answer.",
            "1",
            lambda context: str(context.summary.waiting),
            fits_subject=True,
        ),
        Placeholder(
            "mail_state",
            "Whether mail works.",
            "mail works",
            lambda context: context.summary.mail_state,
            fits_subject=True,
        ),
        WAITING,
        SET_ASIDE,
        Placeholder(
            "mail",
            "Whether mail works, as a sentence.",
            "Mail works.",
            lambda context: context.summary.mail_sentence,
            is_required=True,
        ),
        Placeholder(
            "refused",
            "How many messages were refused for good or could not be written; nothing if none was.",
            "1 message could not be delivered, or not for certain; the enquiry says which and why.",
            lambda context: context.summary.refused_sentence,
        ),
        Placeholder(
            "appointments",
            "Your appointments today and tomorrow, or the next one.",
            "Appointments today, London time:\n- 10:00, Online, ref 7KQM2XHB\n\nTomorrow: none.",
            lambda context: context.summary.appointments,
        ),
        Placeholder(
            "offers",
            "The offers that run out by the end of tomorrow; if there are none, its paragraph is left out.",
            "- Tuesday 1 December, 17:00, ref 7KQM2XHB",
            lambda context: context.summary.offer_lines,
        ),
        Placeholder(
            "other_calendar",
            "What is wrong with your other calendar; nothing if it is up to date.",
            "Your other calendar is not up to date. Last read on Sunday 29 November, 06:00.",
            lambda context: context.summary.other_calendar_sentence,
        ),
        DESK_LINK,
    ),
    is_obsolete=obsolete.unless_for_today,
)
