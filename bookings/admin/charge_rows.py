"""What an appointment costs, as a row shows it on the desk, with its buttons."""

from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.timezone import localtime

from bookings import charges, fees, formatting
from bookings.models import Appointment

Payment = Appointment.Payment
LABELS = {Payment.PAID: "Paid", Payment.WAIVED: "Waive", Payment.DUE: "Due after all"}


@dataclass(frozen=True)
class ChargeRow:
    amount: str  # such as “£82.50”
    state: str  # such as “due” or “paid on 3 December 2026”
    buttons: list[tuple[str, str]]  # what is posted, and what the button says
    seen: str
    may_change: bool
    invoice: int | None
    is_due: bool = False
    surplus: str = ""  # what was paid and is no longer due


def of(appointment: Appointment) -> ChargeRow | None:
    """Return what it costs, or None where nothing is said about money."""
    charge = appointment.charge_pence
    surplus = (appointment.paid_pence or 0) - charge
    if not (charge or surplus > 0 or _could_cost(appointment)):
        return None
    return ChargeRow(
        amount=formatting.pounds(appointment.paid_pence or charge),
        state=_state(appointment),
        buttons=_buttons(appointment) if charge or surplus > 0 else [],
        seen=appointment.state_key,
        may_change=not charges.fixed_because(appointment),
        invoice=appointment.invoice_id,
        is_due=bool(charge) and appointment.payment == Payment.DUE,
        surplus=formatting.pounds(surplus) if surplus > 0 else "",
    )


def _could_cost(appointment: Appointment) -> bool:
    """Return whether its type costs something now, so that this one can be given an amount."""
    is_agreed = appointment.status in Appointment.CAME_TO_BE or appointment.is_missed
    return is_agreed and bool(fees.of_type(appointment.appointment_type))


def _state(appointment: Appointment) -> str:
    if not (appointment.charge_pence or appointment.paid_pence):
        return "nothing is due"
    if appointment.payment == Payment.DUE or appointment.settled_at is None:
        return "due"
    return f"{appointment.payment} on {date_format(localtime(appointment.settled_at), 'j F Y')}"


def _buttons(appointment: Appointment) -> list[tuple[str, str]]:
    """Return the two ways to settle it, or the way back."""
    if appointment.payment != Payment.DUE:
        return [(Payment.DUE.value, LABELS[Payment.DUE])]
    return [
        (payment.value, LABELS[payment])
        for payment in (Payment.PAID, Payment.WAIVED)
        if not (payment == Payment.WAIVED and appointment.invoice_id)
    ]
