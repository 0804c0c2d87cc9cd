"""The practice's facts as pages show them: one query for each request, the rest remembered until a fact changes."""

import uuid
from dataclasses import dataclass

from django.db import Error

from practice.models import Fee, Location, Practice, SupportLine


@dataclass(frozen=True)
class Facts:
    practice: Practice
    locations: tuple[Location, ...]
    support_lines: tuple[SupportLine, ...]
    fees: tuple[Fee, ...] = ()  # those that visitors may read

    @property
    def tokens(self) -> dict[str, str]:
        """What a text may name without repeating it: “fee-3” and its words today, only where they are known."""
        words = {"phone": self.practice.phone, "registration": self.practice.registration}
        for fee in self.fees:
            words |= {f"fee-{fee.pk}": fee.amount, f"length-{fee.pk}": fee.length}
        return {token: text for token, text in words.items() if text}

    @property
    def places(self) -> str:
        """Such as “Harley Street, St Pauls or online”, within a sentence."""
        places = [place.name if place.kind == Location.Kind.ROOM else place.name.lower() for place in self.locations]
        if not places:
            return "a place we agree"
        return " or ".join(filter(None, [", ".join(places[:-1]), places[-1]]))


_remembered: Facts | None = None


def current() -> Facts:
    """Never stale: whatever is remembered is used only while the practice row still carries its version.

    If the database is away, what is remembered serves all the same, so that a form can be shown again.
    """
    global _remembered
    try:
        practice = practice_row()
    except Error:
        if _remembered is None:
            raise
        return _remembered
    if _remembered is None or _remembered.practice.version != practice.version:
        _remembered = Facts(
            practice,
            tuple(Location.objects.active()),
            tuple(SupportLine.objects.all()),
            tuple(Fee.objects.known()),
        )
    return _remembered


def practice_row() -> Practice:
    """The one row, made if the database is still empty."""
    return Practice.objects.get_or_create(pk=Practice.SINGLE, defaults={"name": "Addiction Therapist London"})[0]


def note_change(sender: type, **kwargs: object) -> None:
    """Signal: gives the facts a new version, so that every process reads them afresh."""
    Practice.objects.filter(pk=Practice.SINGLE).update(version=uuid.uuid4())
