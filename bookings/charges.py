"""The acts on what appointments cost: it is paid, waived, due again, or another amount."""

from collections.abc import Iterable
from datetime import datetime

from bookings import formatting, locking
from bookings.actor import Actor
from bookings.booking import lock_appointment
from bookings.events import record_act
from bookings.exceptions import NotAllowed
from bookings.models import Appointment, Invoice
from bookings.outcomes import ensure_seen
from practice.clock import localdate

Payment = Appointment.Payment
FIELDS = ("payment", "settled_at", "paid_pence")


def set_payment(
    appointment: Appointment, payment: str, now: datetime, *, actor: Actor, seen: str | None = None
) -> Appointment:
    """Record that what it costs is paid, waived, or due after all. `seen` as in `record_outcome`.

    Raises NotAllowed.
    """
    with locking.diary_locked(now):
        current = lock_appointment(appointment)
        if payment == current.payment:
            return current
        ensure_seen(current, seen)
        _ensure_possible(current, payment)
        current.payment = payment
        current.settled_at = None if payment == Payment.DUE else now
        current.paid_pence = current.charge_pence if payment == Payment.PAID else None
        current.save(update_fields=FIELDS)
        _note_on_invoice(current.invoice)
        amount = formatting.pounds(current.charge_pence)
        text = f"{current.get_payment_display()}: {amount} for {formatting.time_and_place(current)}"
        record_act(current.enquiry, text, actor, now)
    return current


def change_amount(
    appointment: Appointment, pence: int, now: datetime, *, actor: Actor, seen: str | None = None
) -> Appointment:
    """Let this one appointment cost another amount. `seen` as in `record_outcome`. Raises NotAllowed."""
    with locking.diary_locked(now):
        current = lock_appointment(appointment)
        if pence == current.charge_pence:
            return current
        ensure_seen(current, seen)
        if reason := fixed_because(current):
            raise NotAllowed(reason)
        before, field = current.charge_pence, "missed_pence" if current.is_missed else "fee_pence"
        setattr(current, field, pence)
        current.save(update_fields=[field])
        change = f"from {formatting.pounds(before)} to {formatting.pounds(pence)}"
        record_act(current.enquiry, f"Amount changed {change}: {formatting.time_and_place(current)}", actor, now)
    return current


def fixed_because(appointment: Appointment) -> str:
    """Return why the amount can't be changed now, or nothing."""
    if appointment.status not in Appointment.CAME_TO_BE and not appointment.is_missed:
        return "This appointment costs nothing."
    if appointment.invoice_id:
        return f"It is on invoice {appointment.invoice_id}. Cancel the invoice first."
    if appointment.payment != Payment.DUE:
        return f"It is “{appointment.get_payment_display()}”. Take that back first."
    return ""


def sum_of(appointments: Iterable[Appointment]) -> int:
    return sum(appointment.charge_pence for appointment in appointments)


def _ensure_possible(appointment: Appointment, payment: str) -> None:
    if payment not in Payment.values:
        raise NotAllowed("Choose “Paid” or “Waive”.")
    if payment != Payment.DUE and not appointment.charge_pence:
        raise NotAllowed("Nothing is due for this appointment.")
    if payment == Payment.WAIVED and appointment.invoice_id:
        raise NotAllowed(f"It is on invoice {appointment.invoice_id}. Cancel the invoice first.")


def _note_on_invoice(invoice: Invoice | None) -> None:
    """Keep on the invoice when all of it was paid; nothing else keeps that once the person is erased."""
    if invoice is None:
        return
    settled = [each.settled_at if each.payment == Payment.PAID else None for each in invoice.appointments.all()]
    paid_at = None if None in settled else max(filter(None, settled))
    invoice.paid_on = localdate(paid_at) if paid_at else None
    invoice.save(update_fields=["paid_on"])
