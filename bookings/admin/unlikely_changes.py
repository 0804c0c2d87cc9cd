"""Facts about changes of a location or an appointment type that concern people already. The forms ask about them."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from django.db.models import Q
from django.template.defaultfilters import pluralize

from bookings import joining
from bookings.admin import texts
from bookings.admin.outside_hours import MAX_LISTED, list_appointments
from bookings.models import Appointment, AppointmentType, Enquiry
from practice.models import Location

STILL_OPEN = (Enquiry.Status.WAITING, Enquiry.Status.LISTED, Enquiry.Status.PAUSED)
CLOSED = (Enquiry.Status.CLOSED, Enquiry.Status.SET_ASIDE)


def of_location(before: Location, after: Location, now: datetime) -> list[str]:
    """Return what is unlikely about saving the location like this."""
    facts: list[str] = []
    if before.is_active and not after.is_active:
        facts += _of_closed_location(after, now)
    if before.kind != after.kind:
        facts += _of_changed_kind(after, now)
    return facts


def _of_closed_location(location: Location, now: datetime) -> Iterator[str]:
    there = Q(location=location)
    if outstanding := _outstanding(there, now):
        yield texts.STAY_AT_LOCATION.format(appointments=list_appointments(outstanding))
    if requests := _open_requests(there, now):
        yield texts.OPEN_REQUESTS_THERE.format(**_references(requests))
    for appointment_type in AppointmentType.objects.active().filter(locations=location):
        if not appointment_type.locations.active().exclude(pk=location.pk).exists():
            yield no_location_left(appointment_type)
    if not Location.objects.active().exclude(pk=location.pk).exists():
        yield texts.LAST_LOCATION


def no_location_left(appointment_type: AppointmentType) -> str:
    """Say what becomes of an active type that has no active location."""
    on_the_form = f" {texts.STILL_ON_THE_FORM}" if appointment_type.offered_on_form else ""
    return texts.NO_LOCATION_LEFT.format(appointment_type=appointment_type) + on_the_form


def _of_changed_kind(location: Location, now: datetime) -> Iterator[str]:
    outstanding = _outstanding(Q(location=location), now)
    if not outstanding:
        return
    is_online = location.kind == Location.Kind.ONLINE
    fact = texts.WOULD_BE_ONLINE if is_online else texts.WOULD_BE_IN_A_ROOM
    yield fact.format(appointments=list_appointments(outstanding))
    if is_online and any(not joining.way_to_join(location, each.video_link) for each in outstanding):
        yield texts.NO_WAY_TO_JOIN
    if not is_online and not location.address.strip():
        yield texts.NO_ADDRESS


def of_appointment_type(
    before: AppointmentType, after: AppointmentType, locations: Collection[Location], now: datetime
) -> list[str]:
    """Return what is unlikely about saving the type like this, with these locations."""
    facts: list[str] = []
    if before.is_active and not after.is_active:
        facts += _of_withdrawn_type(before, now)
    if before.minutes != after.minutes:
        facts += _of_changed_length(before, after, now)
    removed = before.locations.exclude(pk__in=[location.pk for location in locations])
    for location in removed:
        facts += _of_removed_location(after, location, now)
    if removed and after.is_active and not any(location.is_active for location in locations):
        facts.append(no_location_left(after))
    return facts


def _of_withdrawn_type(appointment_type: AppointmentType, now: datetime) -> Iterator[str]:
    of_this_type = Q(appointment_type=appointment_type)
    outstanding = _outstanding(of_this_type, now)
    booked = [each for each in outstanding if each.status == Appointment.Status.BOOKED]
    offered = [each for each in outstanding if each.status == Appointment.Status.PROPOSED]
    if booked and appointment_type.shows_times:
        yield texts.NO_LONGER_MOVABLE.format(appointments=list_appointments(booked))
    if offered:
        yield texts.STILL_HELD.format(appointments=list_appointments(offered))
    if requests := _open_requests(of_this_type, now):
        yield texts.OPEN_REQUESTS_FOR_TYPE.format(**_references(requests))


def _of_changed_length(before: AppointmentType, after: AppointmentType, now: datetime) -> Iterator[str]:
    of_this_type = Q(appointment_type=after)
    requested = _requested_times(of_this_type, now)
    if settled := sorted([*_outstanding(of_this_type, now), *requested], key=lambda each: each.starts_at):
        yield texts.KEEP_THEIR_LENGTH.format(appointments=list_appointments(settled))
    if requests := _open_requests(of_this_type, now):
        yield texts.OPEN_REQUESTS_AT_LENGTH.format(**_references(requests), minutes=after.minutes)


def _of_removed_location(appointment_type: AppointmentType, location: Location, now: datetime) -> Iterator[str]:
    concerned = Q(appointment_type=appointment_type, location=location)
    if outstanding := _outstanding(concerned, now):
        yield texts.STAY_AT_REMOVED_LOCATION.format(location=location, appointments=list_appointments(outstanding))
    if requests := _open_requests(concerned, now):
        yield texts.OPEN_REQUESTS_AT_REMOVED_LOCATION.format(**_references(requests), location=location)


def _outstanding(concerned: Q, now: datetime) -> list[Appointment]:
    """Return what is booked and still to come, and what is offered and held."""
    outstanding = Appointment.objects.filter(concerned).outstanding(now)
    return list(outstanding.select_related("location", "enquiry").order_by("starts_at"))


def _requested_times(concerned: Q, now: datetime) -> list[Appointment]:
    pending = Appointment.objects.filter(concerned, status=Appointment.Status.PENDING, starts_at__gt=now)
    return list(pending.exclude(enquiry__status__in=CLOSED).select_related("location", "enquiry").order_by("starts_at"))


def _open_requests(concerned: Q, now: datetime) -> list[Enquiry]:
    """Return the requests without an appointment that ask for it, by their choice in the form or by a time."""
    by_time = {appointment.enquiry_id for appointment in _requested_times(concerned, now)}
    by_choice = concerned & Q(kind=Enquiry.Kind.REQUEST, status__in=STILL_OPEN)
    return list(Enquiry.objects.filter(by_choice | Q(pk__in=by_time)).order_by("received_at"))


def _references(requests: Sequence[Enquiry]) -> dict[str, str]:
    """Return how many requests these are, and their references, in words."""
    names = [request.reference for request in requests[:MAX_LISTED]]
    names += [f"{len(requests) - MAX_LISTED} more"] if len(requests) > MAX_LISTED else []
    listed = " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
    return {"count": f"{len(requests)} open request{pluralize(len(requests))}", "references": listed}
