"""The enquiry that a reply is about, perhaps one of its appointments, and what can be chosen for it."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.http import Http404

from bookings import series
from bookings.booking import type_for
from bookings.encryption import UnreadableText
from bookings.models import Appointment, AppointmentType, Enquiry, Purpose
from bookings.slot import Slot
from practice.facts import practice_row
from practice.models import Location, Practice

CHOOSES_TYPE = (Purpose.OFFER, Purpose.AGREED, Purpose.SERIES, Purpose.CHANGE)
ASKS_FOR_LINK = (Purpose.ACCEPT, Purpose.AGREED, Purpose.MOVE)


@dataclass(frozen=True)
class ReplyContext:
    """One reply for one purpose. Without `by_email`, the therapist tells the person by phone and records it."""

    purpose: Purpose
    enquiry: Enquiry
    appointment: Appointment | None
    now: datetime

    def get_appointment(self) -> Appointment:
        """Return the appointment that the reply is about. Raises Http404 where there is none."""
        if self.appointment is None:
            raise Http404
        return self.appointment

    @property
    def by_email(self) -> bool:
        return self.enquiry.contact.may_email

    @cached_property
    def practice(self) -> Practice:
        return practice_row()

    @cached_property
    def usual_type(self) -> AppointmentType:
        """Return the type of the appointment, or of what they had or requested last. Raises Http404 for a complaint."""
        usual = self.appointment.appointment_type if self.appointment else type_for(self.enquiry)
        if usual is None:
            raise Http404
        return usual

    @cached_property
    def types(self) -> list[AppointmentType]:
        """Return the types that can be chosen for a new appointment: the active ones, and the usual one."""
        if self.purpose not in CHOOSES_TYPE:
            return []
        return [choice for choice in AppointmentType.objects.all() if choice.is_active or choice == self.usual_type]

    @property
    def suggested_type(self) -> AppointmentType:
        """Return the usual type; for a new series, the first one with a fee, because a free one is seldom repeated."""
        if self.purpose != Purpose.SERIES or self.usual_type.fee_id:
            return self.usual_type
        return next((choice for choice in self.types if choice.fee_id), self.usual_type)

    @cached_property
    def locations(self) -> list[Location]:
        """Return the active locations, and the one that the appointment or the enquiry names."""
        named = [row.location_id for row in (self.appointment, self.enquiry) if row and row.location_id]
        return [location for location in Location.objects.all() if location.is_active or location.pk in named]

    @cached_property
    def appointments(self) -> list[Appointment]:
        """Return the appointment, or what is offered if the reply withdraws it."""
        if self.purpose != Purpose.WITHDRAW:
            return [self.appointment] if self.appointment else []
        offered = self.enquiry.appointments.filter(status=Appointment.Status.PROPOSED)
        return list(offered.outstanding(self.now).select_related("location"))

    @cached_property
    def rest_of_series(self) -> list[Appointment]:
        """Return the appointment and the later ones of its series that are still to come."""
        return series.rest_of_series(self.appointment, self.now) if self.appointment else []

    @property
    def asks_for_link(self) -> bool:
        """Return whether the reply books an appointment that can be online, and whose own link can be read."""
        if self.appointment and isinstance(self.appointment.video_link, UnreadableText):
            return False
        places = [self.get_appointment().location] if self.purpose == Purpose.ACCEPT else self.locations
        return self.purpose in ASKS_FOR_LINK and any(place.kind == Location.Kind.ONLINE for place in places)

    @property
    def slots(self) -> list[Slot]:
        """Return the slot of the appointment, if the reply is about one."""
        return [Slot.of(self.appointment)] if self.appointment else []
