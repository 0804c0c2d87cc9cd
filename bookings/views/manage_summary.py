"""How a request stands, as the private link shows it: nothing that names anybody or repeats what was written."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.urls import reverse

from bookings import appointments, formatting
from bookings.encryption import UnreadableText
from bookings.models import Appointment, Enquiry
from bookings.self_service import OPEN
from bookings.views.manage_slots import said

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
    has_had_time: bool = False
    may_ask: bool = False
    may_pause: bool = False

    @property
    def may_erase(self) -> bool:
        return not self.has_had_time


def standing(enquiry: Enquiry, now: datetime, *, publishes: Iterable[int] = ()) -> RequestSummary:
    """One query. `publishes` are the appointment types whose times are published."""
    found = RequestSummary()
    for one in enquiry.appointments.select_related("location"):
        found.has_had_time |= one.status in Appointment.CAME_TO_BE
        place = _place_of(one, enquiry, found, now)
        if place is not None:
            place.append(_shown(one, enquiry, may_move=one.appointment_type_id in publishes))
    is_open = enquiry.status in OPEN
    found.may_ask = is_open
    is_paused = enquiry.status == Enquiry.Status.PAUSED
    found.may_pause = not found.booked and (is_paused or Enquiry.Status.PAUSED in enquiry.allowed_moves())
    return found


def _place_of(
    one: Appointment, enquiry: Enquiry, found: RequestSummary, now: datetime
) -> list[AppointmentDisplay] | None:
    """Where it belongs on the page; what is over or has ended, nowhere."""
    match one.status:
        case Status.BOOKED if one.starts_at > now:
            return found.booked
        case Status.PROPOSED if one.starts_at > now and (one.held_until is None or one.held_until > now):
            return found.offers
        case Status.PENDING if one.starts_at > now:
            return found.asked
        case Status.CANCELLED if enquiry.status not in NOT_TO_COME and appointments.may_ask_back(one, now):
            return found.cancelled
    return None


def _shown(one: Appointment, enquiry: Enquiry, *, may_move: bool) -> AppointmentDisplay:
    return AppointmentDisplay(
        number=one.pk,
        when=said(one, enquiry),
        begins=formatting.moment(one.starts_at),
        place=one.location.name,
        address=one.location.address,
        held_until=one.held_until,
        video_link="" if isinstance(one.video_link, UnreadableText) else one.video_link,
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
