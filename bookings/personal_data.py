"""Everything that is held about one person, for whoever asks to see it (UK GDPR Art. 15 and 20).

What is about somebody else is left out: the professional who referred them, or the person whom they referred. Free text
may speak of others too (Data Protection Act 2018, Schedule 2, paragraph 16), so the therapist reads it before it goes
out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.formats import date_format

from bookings import formatting, outcomes
from bookings.models import Appointment, Enquiry, Event, Invoice, Message, Person

PERMISSIONS = {
    "voicemail_ok": "A voicemail is safe",
    "text_ok": "A text message is safe",
    "calendar_ok": "A calendar file with an email is safe",
    "name_practice_ok": "Saying the name of the practice is safe",
}


@dataclass(frozen=True)
class FreeText:
    """Words that somebody wrote. The key is the same whenever the data are gathered."""

    key: str
    label: str
    text: str


@dataclass(frozen=True)
class Section:
    """Part of the data: facts with their labels, and free text."""

    title: str
    facts: list[tuple[str, str]]
    texts: list[FreeText] = field(default_factory=list)


def gather(person: Person) -> list[Section]:
    """Read everything that is held about the person, in the order in which it came to be."""
    concerned = Enquiry.objects.with_people().filter(Q(person=person) | Q(referrer=person))
    sections = [_contact(person)]
    for enquiry in concerned.select_related("location", "appointment_type").order_by("received_at", "pk"):
        sections += [_enquiry(enquiry, person), _appointments(enquiry), _invoices(enquiry), _history(enquiry)]
    return [section for section in sections if section.facts or section.texts]


def with_texts(sections: list[Section], texts: Mapping[str, str]) -> list[Section]:
    """Return the data with these texts in place of those with the same keys; an empty one is left out."""

    def edited(section: Section) -> list[FreeText]:
        changed = (replace(text, text=texts.get(text.key, text.text).strip()) for text in section.texts)
        return [text for text in changed if text.text]

    return [replace(section, texts=edited(section)) for section in sections]


def as_json(sections: list[Section]) -> list[dict[str, Any]]:
    """Return the data for a program to read (UK GDPR Art. 20)."""
    return [
        {
            "title": section.title,
            "facts": dict(section.facts),
            "texts": [{"label": text.label, "text": text.text} for text in section.texts],
        }
        for section in sections
    ]


def _contact(person: Person) -> Section:
    facts = [
        ("Name", person.name),
        ("Organisation", person.organisation),
        ("Reached by", person.get_channel_display()),
        ("Email", person.email),
        ("Phone", person.phone),
        ("Good times", person.good_times),
        ("Time zone", person.time_zone),
    ]
    if person.channel:
        facts += [(label, _yes_or_no(getattr(person, name))) for name, label in PERMISSIONS.items()]
    return Section("How you are reached", _filled(facts))


def _enquiry(enquiry: Enquiry, person: Person) -> Section:
    is_author = enquiry.contact == person
    facts = [
        ("Reference", enquiry.reference),
        ("Received", _day(enquiry.received_at)),
        ("Asked for", enquiry.asked_for),
        ("Came", enquiry.get_source_display()),
        ("For", "" if enquiry.is_by_hand else enquiry.get_on_behalf_display()),
        ("Written by", _written_by(enquiry, is_author=is_author)),
        ("You know of it", enquiry.get_person_knows_display() if enquiry.is_referral and not is_author else ""),
        ("Where", enquiry.where if enquiry.is_bookable else ""),
        ("Times asked for", "; ".join(formatting.requested_times(enquiry))),
        ("Days asked for", formatting.days(enquiry)),
        ("You may be asked once on", date_format(enquiry.check_in_on) if enquiry.check_in_on else ""),
        ("Privacy notice shown", enquiry.notice_version),
        ("Status", enquiry.get_status_display()),
        ("Set aside because", enquiry.set_aside_because),
        ("Kept until", date_format(enquiry.keep_until) if enquiry.keep_until else ""),
    ]
    texts = [FreeText(f"message-{enquiry.pk}", "Message", enquiry.message)]
    return Section(f"The request {enquiry.reference}", _filled(facts), _written(texts))


def _written_by(enquiry: Enquiry, *, is_author: bool) -> str:
    if enquiry.is_by_hand:
        return "the practice"
    return "you" if is_author else "a professional who referred you"


def _appointments(enquiry: Enquiry) -> Section:
    facts = [("Series", formatting.series(series)) for series in enquiry.series.select_related("location")]
    texts: list[FreeText] = []
    for appointment in enquiry.appointments.select_related("location", "appointment_type").order_by("starts_at"):
        when = formatting.time_and_place(appointment)
        facts.append((f"{when}, {appointment.starts_at.year}", _appointment(appointment)))
        texts.append(FreeText(f"notes-{appointment.pk}", f"Notes on {when}", appointment.notes))
    return Section(f"Appointments of {enquiry.reference}", facts, _written(texts))


def _appointment(appointment: Appointment) -> str:
    parts = [appointment.appointment_type.name, outcomes.label(appointment), _charge(appointment)]
    return ", ".join(filter(None, [*parts, appointment.video_link]))


def _charge(appointment: Appointment) -> str:
    if not (appointment.charge_pence or appointment.paid_pence):
        return ""
    amount = formatting.pounds(appointment.paid_pence or appointment.charge_pence)
    return f"{amount} {appointment.get_payment_display().lower()}"


def _invoices(enquiry: Enquiry) -> Section:
    facts = [(f"Invoice {invoice.number}", _invoice(invoice)) for invoice in enquiry.invoices.order_by("number")]
    return Section(f"Invoices of {enquiry.reference}", facts)


def _invoice(invoice: Invoice) -> str:
    parts = [
        f"to {invoice.addressee}, {date_format(invoice.issued_on)}",
        *(f"{line['words']} on {line['day']}: {formatting.pounds(line['pence'])}" for line in invoice.lines),
        f"paid {date_format(invoice.paid_on)}" if invoice.paid_on else "",
        f"cancelled {date_format(invoice.cancelled_on)}" if invoice.cancelled_on else "",
    ]
    return "; ".join(filter(None, parts))


def _history(enquiry: Enquiry) -> Section:
    facts: list[tuple[str, str]] = []
    texts: list[FreeText] = []
    for event in enquiry.events.order_by("at", "pk"):
        kind, day = event.get_kind_display(), _day(event.at)
        if event.kind == Event.Kind.NOTE:
            texts.append(FreeText(f"event-{event.pk}", f"{kind}, {day}", event.text))
        else:
            facts.append((kind, ": ".join(filter(None, [day, event.text]))))
    for reply in enquiry.replies.order_by("written_at", "pk"):
        label = f"Reply, {_day(reply.written_at)}"
        texts.append(FreeText(f"reply-{reply.pk}", label, f"{reply.subject}\n\n{reply.body}"))
    facts += list(_messages(enquiry))
    return Section(f"What happened with {enquiry.reference}", facts, _written(texts))


def _messages(enquiry: Enquiry) -> Iterator[tuple[str, str]]:
    for message in Message.objects.filter(enquiry=enquiry).order_by("sent_at"):
        if message.sent_at:
            yield message.get_kind_display(), f"sent {_day(message.sent_at)}"


def _day(at: datetime) -> str:
    return f"{formatting.moment(at)}, {at.year}"


def _yes_or_no(value: bool) -> str:
    return "yes" if value else "no"


def _filled(facts: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(label, value) for label, value in facts if value]


def _written(texts: list[FreeText]) -> list[FreeText]:
    return [text for text in texts if text.text]
