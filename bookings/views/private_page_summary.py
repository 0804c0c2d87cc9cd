"""The state of a request as the private page shows it, without any name or anything that the person wrote."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.urls import reverse

from bookings import fees, formatting, joining, person_permissions
from bookings.encryption import UnreadableText
from bookings.models import Appointment, BookingSettings, Enquiry, PrivateLink
from practice.absence import Absence
from practice.clock import localdate
from practice.models import Location

MAX_NEXT = 4  # of a series, the rest can be opened
Status = Appointment.Status
ANSWER_HERE = "I have no way to reach you, so my answer will be on this page."
ENDED = (Enquiry.Status.CLOSED, Enquiry.Status.SET_ASIDE)


@dataclass(frozen=True)
class AppointmentDisplay:
    """An appointment in words."""

    number: int
    when: str  # with its end, by London's clock and the person's
    day: str
    begins: str  # such as “Tuesday 1 December, 10:00”
    place: str
    address: str
    held_until: datetime | None
    video_link: str = ""
    arrival: str = ""  # online, without a link of its own: the standing way, or by when they are told
    may_move: bool = False


@dataclass(frozen=True)
class RequestAction:
    """A link under “What you can do”."""

    url: str
    label: str
    explanation: str


@dataclass
class RequestSummary:
    """The appointments of a request, and what the person may do now."""

    booked: list[AppointmentDisplay] = field(default_factory=list)
    offers: list[AppointmentDisplay] = field(default_factory=list)
    requested: list[AppointmentDisplay] = field(default_factory=list)
    cancelled: list[AppointmentDisplay] = field(default_factory=list)  # by the person, within the last hour
    may_request: bool = False
    may_pause: bool = False
    may_erase: bool = False

    @property
    def next_booked(self) -> list[AppointmentDisplay]:
        return self.booked[:MAX_NEXT]

    @property
    def later_booked(self) -> list[AppointmentDisplay]:
        return self.booked[MAX_NEXT:]

    @property
    def last_booked(self) -> str:
        """Return the day of the last one."""
        return self.booked[-1].day


def summarise(
    enquiry: Enquiry, now: datetime, *, absence: Absence | None, published_types: Iterable[int] = ()
) -> RequestSummary:
    """Read the summary with one query. The appointments of published types may be moved."""
    appointments = list(enquiry.appointments.select_related("location"))
    summary = RequestSummary(
        may_request=person_permissions.may_request_slots(enquiry),
        may_pause=person_permissions.may_pause(enquiry, appointments, now),
        may_erase=person_permissions.may_erase(appointments, now),
    )
    for appointment in appointments:
        group = _group_of(appointment, enquiry, summary, absence, now)
        if group is not None:
            may_move = (
                person_permissions.may_move(appointment, now) and appointment.appointment_type_id in published_types
            )
            group.append(_display(appointment, enquiry, now, may_move=may_move))
    return summary


def _group_of(
    appointment: Appointment, enquiry: Enquiry, summary: RequestSummary, absence: Absence | None, now: datetime
) -> list[AppointmentDisplay] | None:
    """Return the list it belongs to on the page, or None if it is over or has ended."""
    if appointment.starts_at <= now:
        return None
    match appointment.status:
        case Status.BOOKED:
            return summary.booked
        case Status.PROPOSED if person_permissions.may_accept(appointment, absence, now):
            return summary.offers
        case Status.PENDING:
            return summary.requested
        case Status.CANCELLED if enquiry.status not in ENDED:
            return summary.cancelled if person_permissions.may_take_back(appointment, absence, now) else None
    return None


def _display(appointment: Appointment, enquiry: Enquiry, now: datetime, *, may_move: bool) -> AppointmentDisplay:
    own = "" if isinstance(appointment.video_link, UnreadableText) else appointment.video_link
    is_online = appointment.location.kind == Location.Kind.ONLINE
    return AppointmentDisplay(
        number=appointment.pk,
        when=formatting.span_by_clock(
            appointment.starts_at, appointment.ends_at, appointment.location, enquiry.contact.time_zone
        ),
        day=formatting.day(localdate(appointment.starts_at)),
        begins=formatting.moment(appointment.starts_at),
        place=appointment.location.name,
        address="" if is_online else joining.arrival(appointment.location, "", appointment.starts_at, now),
        held_until=appointment.held_until,
        video_link=own if is_online else "",
        arrival=_arrival(appointment, enquiry, now) if is_online and not own else "",
        may_move=may_move,
    )


def _arrival(appointment: Appointment, enquiry: Enquiry, now: datetime) -> str:
    """Return the standing way to join, or by when they are told; who can't be reached finds it on this page."""
    if enquiry.contact.is_reachable or joining.way_to_join(appointment.location, ""):
        return joining.arrival(appointment.location, "", appointment.starts_at, now)
    return "How to join will be on this page before it begins."


def cancelling_terms(appointment: Appointment, now: datetime) -> str:
    """Say until when cancelling costs the person nothing and what is due after that; empty if nothing ever is."""
    rules = BookingSettings.load()
    pence = fees.if_cancelled(appointment, rules, appointment.starts_at).pence
    if not pence:
        return ""
    free_until, zone = fees.if_cancelled(appointment, rules, now).free_until, appointment.enquiry.contact.time_zone
    moment = formatting.moment_by_clock(free_until, appointment.location, zone)
    amount = formatting.pounds(pence)
    if now <= free_until:
        return f"Until {moment}, cancelling costs you nothing. After that, {amount} is due."
    return f"It could be cancelled free of charge until {moment}. If you cancel it now, {amount} is due."


def actions(link: PrivateLink, summary: RequestSummary) -> list[RequestAction]:
    """Return the links to everything the person may do from the page, besides the buttons of their appointments."""
    enquiry = link.enquiry
    is_paused = enquiry.status == Enquiry.Status.PAUSED
    links = []
    if summary.may_request and not summary.booked:
        links.append(_link_to_times(enquiry, summary, reverse("bookings:private_times", args=[enquiry.reference])))
    if summary.may_pause:
        label = "Change the pause" if is_paused else "Not now: pause it"
        explanation = (
            "A day on which I may ask once, or none." if is_paused else "You’ll hear nothing more until you come back."
        )
        links.append(RequestAction(reverse("bookings:private_pause", args=[enquiry.reference]), label, explanation))
    if enquiry.status == Enquiry.Status.CLOSED:
        url = reverse("bookings:consultation")
        links.append(_link_to_form(enquiry, url))
    label = "Change or remove the PIN" if link.pin_digest else "Ask for a PIN"
    explanation = "For a mailbox or a phone that others can open: the link alone is then not enough."
    links.append(RequestAction(reverse("bookings:private_pin", args=[enquiry.reference]), label, explanation))
    if summary.may_erase:
        url = reverse("bookings:private_erase", args=[enquiry.reference])
        ending = " Your appointment is cancelled first." if summary.booked else ""
        ending = " Your appointments are cancelled first." if len(summary.booked) > 1 else ending
        explanation = f"Deletes everything that belongs to it, at once and for good.{ending}"
        links.append(RequestAction(url, "Erase this request", explanation))
    return links


def _link_to_times(enquiry: Enquiry, summary: RequestSummary, url: str) -> RequestAction:
    if enquiry.status == Enquiry.Status.PAUSED:
        label = "Come back and choose when"
    elif summary.offers or enquiry.requested_times or enquiry.days:
        label = "Ask for another time"
    else:
        label = "Say when it suits you"
    if summary.offers:
        return RequestAction(
            url, label, "If nothing here suits you. What I’ve offered you will then be free for others."
        )
    is_reachable = enquiry.contact.is_reachable
    return RequestAction(url, label, "I’ll reply with times that fit." if is_reachable else ANSWER_HERE)


def _link_to_form(enquiry: Enquiry, url: str) -> RequestAction:
    if enquiry.is_by_hand:
        return RequestAction(url, "Write to me", "With the form.")
    return RequestAction(url, "Write to me again", "With the form, as the first time.")
