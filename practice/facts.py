"""The facts about the practice as pages show them, cached until one changes. Each request makes one query."""

import uuid
from dataclasses import dataclass

from django.db import Error

from practice.models import Fee, Location, Practice, SupportLine


@dataclass(frozen=True)
class Facts:
    practice: Practice
    locations: tuple[Location, ...]
    support_lines: tuple[SupportLine, ...]
    fees: tuple[Fee, ...] = ()  # only those that visitors may read

    @property
    def tokens(self) -> dict[str, str]:
        """Map each token that a text may contain, such as “fee-3”, to its current text. Unknown facts are left out."""
        years = self.practice.client_record_years
        texts = {
            "phone": self.practice.phone,
            "registration": self.practice.registration,
            "record-years": f"{years} year{'' if years == 1 else 's'}",
        }
        for fee in self.fees:
            texts |= {f"fee-{fee.pk}": fee.amount, f"length-{fee.pk}": fee.length}
        return {token: text for token, text in texts.items() if text}

    @property
    def places(self) -> str:
        """Return the locations for the middle of a sentence, such as “Harley Street, St Pauls or online”."""
        names = [place.name if place.kind == Location.Kind.ROOM else place.name.lower() for place in self.locations]
        if not names:
            return "a place we agree"
        return " or ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


_cached: Facts | None = None


def current() -> Facts:
    """Return the facts, from the cache while the practice row still has the cached version.

    Without the database, return the cached facts, so that a form can be shown again.
    """
    global _cached
    try:
        practice = practice_row()
    except Error:
        if _cached is None:
            raise
        return _cached
    if _cached is None or _cached.practice.version != practice.version:
        _cached = Facts(
            practice,
            tuple(Location.objects.active()),
            tuple(SupportLine.objects.all()),
            tuple(Fee.objects.known()),
        )
    return _cached


def practice_row() -> Practice:
    """Return the only row, and create it in an empty database."""
    return Practice.objects.get_or_create(pk=Practice.SINGLE, defaults={"name": "Addiction Therapist London"})[0]


def note_change(sender: type, **kwargs: object) -> None:
    """Signal handler: change the version of the facts, so that every process reads them again."""
    Practice.objects.filter(pk=Practice.SINGLE).update(version=uuid.uuid4())
