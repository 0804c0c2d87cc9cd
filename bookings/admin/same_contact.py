"""The other enquiries of the same person, or from the same address or number, for the screen of an enquiry."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db.models import F, OuterRef, Q, Subquery

from bookings import formatting, merging, search
from bookings.models import Appointment, Enquiry, EnquiryQuerySet, Person

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
    own: list[SameContactRow]  # of the same person
    suggested: list[SameContactRow]  # perhaps of the same person
    dismissed: list[SameContactRow]  # of somebody else, as was said
    has_more: bool


def read(enquiry: Enquiry, now: datetime, user: User) -> SameContact:
    """Read the enquiries with the same contact in two queries, those with the next appointments first."""
    contact, dismissed = enquiry.contact, merging.dismissed(enquiry.contact)
    enquiries = Enquiry.objects.visible_to(user).with_people().select_related("appointment_type").exclude(pk=enquiry.pk)
    found = _in_order(enquiries, search.with_same_contact(contact, without=dismissed), now)[: MAX_ROWS + 1]
    rows = [_row(other, contact, now) for other in found]
    refused = _in_order(enquiries, _of(dismissed), now)[:MAX_ROWS] if dismissed else []
    return SameContact(
        own=[row for row in rows[:MAX_ROWS] if row.enquiry.contact == contact],
        suggested=[row for row in rows[:MAX_ROWS] if row.enquiry.contact != contact],
        dismissed=[_row(other, contact, now) for other in refused],
        has_more=len(rows) > MAX_ROWS,
    )


def _of(people: Iterable[int]) -> Q:
    return Q(person__in=people) | Q(referrer__in=people)


def _in_order(enquiries: EnquiryQuerySet, condition: Q, now: datetime) -> Any:
    booked = Appointment.objects.booked().filter(enquiry=OuterRef("pk"), starts_at__gt=now).order_by("starts_at")
    return (
        enquiries.filter(condition)
        .annotate(
            next_starts_at=Subquery(booked.values("starts_at")[:1]),
            next_location=Subquery(booked.values("location__name")[:1]),
        )
        .order_by(F("next_starts_at").asc(nulls_last=True), "-received_at", "-pk")
    )


def _row(other: Any, contact: Person, now: datetime) -> SameContactRow:
    """Make the row of an enquiry that was read with its next appointment."""
    starts_at = other.next_starts_at
    return SameContactRow(
        enquiry=other,
        shared=_shared(other.contact, contact),
        name=formatting.contact_name(other),
        status=formatting.status(other, now),
        appointment=f"{formatting.moment(starts_at)}, {other.next_location}" if starts_at else "",
    )


def _shared(one: Person, other: Person) -> str:
    """Name what the two have in common, if they are two and it is an address or a number."""
    if one == other:
        return ""
    shared = search.tokens_of(one) & search.tokens_of(other)
    is_email, is_phone = (any(token.startswith(kind) for token in shared) for kind in ("email:", "phone:"))
    if is_email and is_phone:
        return "The same email address and telephone number"
    if is_email:
        return "The same email address"
    return "The same telephone number" if is_phone else ""
