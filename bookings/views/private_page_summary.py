"""How a request stands, as the private link shows it: nothing that names anybody or repeats what was written."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.urls import reverse

from bookings import formatting, permissions
from bookings.encryption import UnreadableText
from bookings.models import Appointment, Enquiry
from bookings.views.private_page_slots import said

Status = Appointment.Status
NOT_TO_COME = (Enquiry.Status.CLOSED, Enquiry.Status.SET_ASIDE)


@dataclass(frozen=True)
class AppointmentDisplay:
    """One appointment in words."""

    number: int
    when: str  # with until, and their clock
    begins: str  # such as “Tuesday 1 December, 10:00”
    place: str
    address: str
    held_until: datetime | None
    video_link: str = ""
    may_move: bool = False


@dataclass(frozen=True)
class RequestAction:
    """A link under “What you can do”."""

    url: str
    label: str
    explanation: str


@dataclass
class RequestSummary:
    """What is so now, and what is open to them now."""

    booked: list[AppointmentDisplay] = field(default_factory=list)
    offers: list[AppointmentDisplay] = field(default_factory=list)
    asked: list[AppointmentDisplay] = field(default_factory=list)
    cancelled: list[AppointmentDisplay] = field(default_factory=list)  # lately, by themselves: may be taken back
    may_ask: bool = False
    may_pause: bool = False
    may_erase: bool = False


def standing(enquiry: Enquiry, now: datetime, *, publishes: Iterable[int] = ()) -> RequestSummary:
    """One query. `publishes` are the appointment types whose times are published."""
    appointments = list(enquiry.appointments.select_related("location"))
    summary = RequestSummary(
        may_ask=permissions.may_request_slots(enquiry),
        may_pause=permissions.may_pause(enquiry, appointments, now),
        may_erase=permissions.may_erase(appointments),
    )
    for appointment in appointments:
        group = _group_of(appointment, enquiry, summary, now)
        if group is not None:
            may_move = permissions.may_move(appointment, now) and appointment.appointment_type_id in publishes
            group.append(_display(appointment, enquiry, may_move=may_move))
    return summary


def _group_of(
    appointment: Appointment, enquiry: Enquiry, summary: RequestSummary, now: datetime
) -> list[AppointmentDisplay] | None:
    """Return the list it belongs to on the page, or None for what is over or has ended."""
    if appointment.starts_at <= now:
        return None
    match appointment.status:
        case Status.BOOKED:
            return summary.booked
        case Status.PROPOSED if appointment.held_until is None or appointment.held_until > now:
            return summary.offers
        case Status.PENDING:
            return summary.asked
        case Status.CANCELLED if enquiry.status not in NOT_TO_COME and permissions.may_take_back(appointment, now):
            return summary.cancelled
    return None


def _display(appointment: Appointment, enquiry: Enquiry, *, may_move: bool) -> AppointmentDisplay:
    is_readable = not isinstance(appointment.video_link, UnreadableText)
    return AppointmentDisplay(
        number=appointment.pk,
        when=said(appointment, enquiry),
        begins=formatting.moment(appointment.starts_at),
        place=appointment.location.name,
        address=appointment.location.address,
        held_until=appointment.held_until,
        video_link=appointment.video_link if is_readable else "",
        may_move=may_move,
    )


def actions(enquiry: Enquiry, standing: RequestSummary, token: str) -> list[RequestAction]:
    """Return the links to everything the person may do from the page, besides the buttons of their appointments."""
    is_paused = enquiry.status == Enquiry.Status.PAUSED
    links = []
    if standing.may_ask and not standing.booked:
        links.append(_asking(enquiry, standing, reverse("bookings:private_times", args=[token])))
    if standing.may_pause:
        label = "Change the pause" if is_paused else "Not now: pause it"
        explanation = (
            "A day on which I may ask once, or none." if is_paused else "You hear nothing more until you come back."
        )
        links.append(RequestAction(reverse("bookings:private_pause", args=[token]), label, explanation))
    if enquiry.status == Enquiry.Status.CLOSED:
        url = reverse("bookings:consultation")
        links.append(RequestAction(url, "Write to me again", "With the form, as the first time."))
    if standing.may_erase:
        url = reverse("bookings:private_erase", args=[token])
        explanation = "Everything that belongs to it, at once and for good."
        links.append(RequestAction(url, "Erase this request", explanation))
    return links


def _asking(enquiry: Enquiry, standing: RequestSummary, url: str) -> RequestAction:
    if enquiry.status == Enquiry.Status.PAUSED:
        label = "Come back and choose when"
    elif standing.offers or standing.asked or formatting.days(enquiry):
        label = "Ask for another time"
    else:
        label = "Say when it suits you"
    if standing.offers:
        return RequestAction(url, label, "If none of these suits you. What I offer now is then free again.")
    return RequestAction(url, label, "I reply with times that fit.")
