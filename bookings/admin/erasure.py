"""What stands in the way of erasing an enquiry: whatever the person counts on, or has not been told of yet."""

from dataclasses import dataclass
from datetime import datetime

from bookings import formatting, outstanding
from bookings.messages.definitions import Audience, kinds_for
from bookings.models import Appointment, Enquiry, Message, Purpose

ENDS_SOMETHING = (Purpose.CANCEL, Purpose.WITHDRAW)


@dataclass(frozen=True)
class Obstacles:
    booked: list[tuple[int, str]]  # each with its number, for the link that cancels it
    offered: list[str]
    unsent: list[Message]  # of those that tell the person what has been cancelled or withdrawn

    @property
    def are_outstanding(self) -> bool:
        return bool(self.booked or self.offered)

    def prevent(self, *, is_told: bool) -> bool:
        """Return whether the enquiry cannot be erased, though they were told by phone if that is so."""
        return self.are_outstanding or bool(self.unsent and not is_told)


def read(enquiry: Enquiry, now: datetime) -> Obstacles:
    """Read them with two queries."""
    booked, offered = [], []
    for appointment in outstanding.read([enquiry], now):
        if appointment.status == Appointment.Status.BOOKED:
            booked.append((appointment.pk, formatting.time_and_place(appointment)))
        else:
            offered.append(formatting.time_and_place(appointment))
    to_person = enquiry.messages.filter(sent_at=None, kind__in=kinds_for(Audience.PERSON))
    return Obstacles(booked, offered, list(to_person.filter(reply__purpose__in=ENDS_SOMETHING)))
