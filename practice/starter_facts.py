"""The facts that a new site starts with. The admin lists those that only the therapist can fill in."""

from datetime import date

from practice import schema
from practice.models import Fee, Location, Practice, SupportLine

VERIFIED = date(2026, 11, 1)

LOCATIONS = [
    {
        "name": "Harley Street",
        "slug": "harley-street",
        "kind": Location.Kind.ROOM,
        "sketch": Location.Sketch.HARLEY_STREET,
        "travel": "In the Harley Street Medical Quarter, a few minutes’ walk from Regent’s Park, "
        "Oxford Circus and Bond Street stations.",
    },
    {
        "name": "St Pauls",
        "slug": "st-pauls",
        "kind": Location.Kind.ROOM,
        "sketch": Location.Sketch.ST_PAULS,
        "travel": "In the City of London, a few minutes’ walk from St Paul’s and Mansion House stations.",
    },
    {
        "name": "Online",
        "slug": "online",
        "kind": Location.Kind.ONLINE,
        "travel": "By secure video, from a place where you can speak freely, in the UK or abroad.",
    },
]

# The therapist decides the amounts and lengths, except for what is complimentary.
FEES: list[dict] = [{"name": "Complimentary consultation", "pence": 0}, {"name": "Private session"}]

SUPPORT_LINES: list[dict] = [
    {"name": "Emergency services", "number": "999", "note": "Immediate danger; or go to A&E"},
    {
        "name": "NHS",
        "number": "111",
        "note": "The mental health option for a crisis; "
        "for withdrawal, an overdose or anything physical, the main line",
    },
    {"name": "Samaritans", "number": "116 123", "note": "To be listened to, day and night; free, and not on the bill"},
    {
        "name": "FRANK",
        "number": "0300 123 6600",
        "note": "About drugs; costs as a local call and can stand on the bill",
    },
    {"name": "FRANK", "number": "82111", "by_text": True, "note": "About drugs, if you can’t speak aloud"},
    {
        "name": "Shout",
        "number": "85258",
        "by_text": True,
        "note": "In a crisis, if you can’t speak aloud: text SHOUT; free, day and night",
    },
]


@schema.if_complete
def create_starter_facts(**kwargs: object) -> None:
    """Signal handler after migrations: fill an empty database."""
    if Practice.objects.exists():
        return
    Practice.objects.create(pk=Practice.SINGLE, name="Addiction Therapist London")
    for position, location in enumerate(LOCATIONS, start=1):
        Location.objects.create(position=position * 10, **location)
    for position, line in enumerate(SUPPORT_LINES, start=1):
        SupportLine.objects.create(position=position * 10, verified_on=VERIFIED, **line)
    for position, fee in enumerate(FEES, start=1):
        Fee.objects.create(position=position * 10, **fee)
