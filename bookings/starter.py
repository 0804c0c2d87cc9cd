"""Words to start replies from, on a new site."""

from bookings import diary
from bookings.models import AppointmentKind, Enquiry, ReplyTemplate
from practice.models import Location

LENGTHS = {Enquiry.Kind.COMPLIMENTARY: 30, Enquiry.Kind.PRIVATE: 50}  # minutes

TEMPLATES = [
    (
        "A first conversation",
        "Your message",
        "Dear {name},\n\nThank you for your message. I would be glad to speak with you.\n\n"
        "I could offer you:\n\n- \n- \n\n{where}. Our first conversation is complimentary. If neither suits you, "
        "tell me what would.\n\nKind regards,\n{therapist}",
    ),
    (
        "A question first",
        "Your message",
        "Dear {name},\n\nThank you for your message. Before I suggest a time, may I ask:\n\n\n\n"
        "You need only answer what you would like to answer by email; the rest can wait until we speak.\n\n"
        "Kind regards,\n{therapist}",
    ),
    (
        "Another kind of help",
        "Your message",
        "Dear {name},\n\nThank you for your message, and for the trust it took to send it.\n\n"
        "From what you write I think that somebody else could help you better than I can:\n\n\n\n"
        "If you would like to talk it over first, I am glad to.\n\nKind regards,\n{therapist}",
    ),
]


def create_diary(**kwargs: object) -> None:
    """Signal after migrating: a diary, and what each kind of appointment needs, offered wherever the practice is."""
    diary.row()
    for kind, minutes in LENGTHS.items():
        row, is_new = AppointmentKind.objects.get_or_create(kind=kind, defaults={"minutes": minutes})
        if is_new:
            row.locations.set(Location.objects.active())


def create_starter_templates(**kwargs: object) -> None:
    """Signal after migrating: there is always something to start a reply from."""
    if ReplyTemplate.objects.exists():
        return
    for position, (title, subject, body) in enumerate(TEMPLATES, start=1):
        ReplyTemplate.objects.create(title=title, subject=subject, body=body, position=position * 10)
