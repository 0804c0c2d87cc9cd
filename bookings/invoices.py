"""The acts on invoices: they are issued and cancelled, never changed and never deleted."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F

from bookings import locking
from bookings.actor import Actor
from bookings.events import record_act
from bookings.exceptions import NotAllowed
from bookings.models import Appointment, BookingSettings, Enquiry, Invoice
from bookings.outcomes import CHANGED
from practice.clock import localdate
from practice.facts import practice_row
from practice.models import Location, Practice

WORDS = "Appointment"
MISSED = ", missed"
CANCELLED_LATE = ", cancelled late"


@dataclass(frozen=True)
class InvoiceDraft:
    """What the therapist chose for an invoice."""

    addressee: str
    service: str = ""  # in the words that the person asked for; empty: it says “Appointment”
    names_practice: bool = False


def can_be_invoiced(enquiry: Enquiry) -> list[Appointment]:
    """Return the appointments of the enquiry's person that cost something and are on no invoice, oldest first."""
    own = Appointment.objects.filter(person=enquiry.person_id, invoice=None).exclude(payment=Appointment.Payment.WAIVED)
    rows = own.select_related("location", "appointment_type").order_by("starts_at")
    return [appointment for appointment in rows if appointment.charge_pence]


def same_invoice(enquiry: Enquiry, pks: Sequence[int]) -> Invoice | None:
    """Return the invoice on which all of these stand and nothing else, as a second click finds it."""
    invoice = Invoice.objects.filter(enquiry=enquiry, appointments__in=pks).first()
    is_same = invoice and set(invoice.appointments.values_list("pk", flat=True)) == set(pks)
    return invoice if is_same else None


def issue(
    enquiry: Enquiry, pks: Sequence[int], draft: InvoiceDraft, now: datetime, *, actor: Actor, seen: str | None = None
) -> Invoice:
    """Save an invoice of these appointments under the next number. `seen` is the `key_of` what could be chosen.

    Raises NotAllowed.
    """
    with locking.diary_locked(now) as rules:
        current = Enquiry.objects.select_for_update().get(pk=enquiry.pk)
        possible = can_be_invoiced(current)
        chosen = [appointment for appointment in possible if appointment.pk in pks]
        if seen not in (None, key_of(possible)) or len(chosen) != len(set(pks)):
            raise NotAllowed(CHANGED)
        if not chosen:
            raise NotAllowed("Choose one appointment or more.")
        invoice = Invoice(
            number=rules.next_invoice_number,
            enquiry=current,
            issued_on=localdate(now),
            pence=sum(appointment.charge_pence for appointment in chosen),
            letterhead=_letterhead(practice_row(), chosen, draft),
            addressee=draft.addressee,
            items=json.dumps([_line(appointment, draft) for appointment in chosen], ensure_ascii=False),
            paid_on=_paid_on(chosen),
        )
        invoice.save(force_insert=True)
        BookingSettings.objects.update(next_invoice_number=F("next_invoice_number") + 1)
        Appointment.objects.filter(pk__in=[appointment.pk for appointment in chosen]).update(invoice=invoice)
        record_act(current, f"Invoice {invoice.number} made", actor, now)
    return invoice


def cancel(invoice: Invoice, now: datetime, *, actor: Actor) -> Invoice:
    """Cancel an invoice: it keeps its number, and its appointments can stand on another one."""
    with locking.diary_locked(now):
        current = Invoice.objects.select_for_update().get(pk=invoice.pk)
        if current.cancelled_on is None:
            current.cancelled_on = localdate(now)
            current.save(update_fields=["cancelled_on"])
            current.appointments.update(invoice=None)
            if current.enquiry:
                record_act(current.enquiry, f"Invoice {current.number} cancelled", actor, now)
    return current


def key_of(appointments: Iterable[Appointment]) -> str:
    """Return what the form carries, so that a change in another tab is noticed."""
    return ";".join(f"{appointment.pk} {appointment.state_key}" for appointment in appointments)


def differs(invoice: Invoice) -> bool:
    """Return whether the appointments no longer cost what the invoice says."""
    if invoice.cancelled_on or invoice.enquiry is None:
        return False
    return sum(appointment.charge_pence for appointment in invoice.appointments.all()) != invoice.pence


def _line(appointment: Appointment, draft: InvoiceDraft) -> dict[str, Any]:
    words = draft.service or WORDS
    if appointment.is_missed:
        words += CANCELLED_LATE if appointment.cancelled_late else MISSED
    return {
        "day": localdate(appointment.starts_at).isoformat(),
        "minutes": int((appointment.ends_at - appointment.starts_at).total_seconds()) // 60,
        "words": words,
        "pence": appointment.charge_pence,
        "is_paid": appointment.payment == Appointment.Payment.PAID,
    }


def _paid_on(appointments: Sequence[Appointment]) -> Any:
    """Return the day on which all of them were paid, or None."""
    if any(appointment.payment != Appointment.Payment.PAID for appointment in appointments):
        return None
    return localdate(max(appointment.settled_at for appointment in appointments if appointment.settled_at))


def _letterhead(practice: Practice, appointments: Sequence[Appointment], draft: InvoiceDraft) -> dict[str, str]:
    """Return the facts for the head of the invoice.

    The practice's name and its email address can say what it is about, so they stand there only if that is wished; what
    proves a qualification, only for somebody who has the service named, such as for an insurer.
    """
    facts = {"name": practice.therapist_name, "address": _address(appointments), "phone": practice.phone}
    if draft.names_practice:
        facts |= {"practice": practice.name, "email": practice.reply_to}
    if draft.service:
        facts |= {"credentials": practice.credentials, "registration": practice.registration}
    return {name: text for name, text in facts.items() if text}


def _address(appointments: Sequence[Appointment]) -> str:
    """Return the address of the first room in which they met, or else of the first room of the practice."""
    places = [*(appointment.location for appointment in appointments), *Location.objects.active()]
    addresses = (place.address.strip() for place in places if place.kind == Location.Kind.ROOM)
    return next(filter(None, addresses), "")
