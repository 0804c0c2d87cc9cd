"""The other enquiries that came from the same email address or telephone number, for the screen of an enquiry."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db.models import F, OuterRef, Subquery

from bookings import formatting, search
from bookings.models import Appointment, Enquiry, Person

MAX_ROWS = 5


@dataclass(frozen=True)
class SameContactRow:
    """Another enquiry, what it shares with this one, and its next appointment in words."""

    enquiry: Enquiry
    shared: str
    name: str
    status: str
    appointment: str


@dataclass(frozen=True)
class SameContact:
    rows: list[SameContactRow]
    has_more: bool


def read(enquiry: Enquiry, now: datetime, user: User) -> SameContact:
    """Read the enquiries with the same contact in one query, those with the next appointments first."""
    booked = Appointment.objects.booked().filter(enquiry=OuterRef("pk"), starts_at__gt=now).order_by("starts_at")
    enquiries = Enquiry.objects.visible_to(user).with_people().select_related("appointment_type").exclude(pk=enquiry.pk)
    others = search.with_same_contact(enquiries, enquiry.contact).annotate(
        next_starts_at=Subquery(booked.values("starts_at")[:1]),
        next_location=Subquery(booked.values("location__name")[:1]),
    )
    in_order = others.order_by(F("next_starts_at").asc(nulls_last=True), "-received_at", "-pk")
    rows = [_row(other, enquiry, now) for other in in_order[: MAX_ROWS + 1]]
    return SameContact(rows[:MAX_ROWS], len(rows) > MAX_ROWS)


def _row(other: Any, enquiry: Enquiry, now: datetime) -> SameContactRow:
    """Make the row of an enquiry that was read with its next appointment."""
    starts_at = other.next_starts_at
    return SameContactRow(
        enquiry=other,
        shared=_shared(other.contact, enquiry.contact),
        name=formatting.contact_name(other),
        status=formatting.status(other, now),
        appointment=f"{formatting.moment(starts_at)}, {other.next_location}" if starts_at else "",
    )


def _shared(one: Person, other: Person) -> str:
    """Name what the two have in common; they are found by digests of it, so it is at least one of the two."""
    shared = search.tokens_of(one) & search.tokens_of(other)
    is_email, is_phone = (any(token.startswith(kind) for token in shared) for kind in ("email:", "phone:"))
    if is_email and is_phone:
        return "The same email address and telephone number"
    return "The same email address" if is_email else "The same telephone number"
