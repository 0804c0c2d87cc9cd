"""What the desk says about an enquiry, in words rather than states."""

import calendar
import re
from datetime import datetime, timedelta
from email.utils import parseaddr
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timesince import timesince

from bookings.models import Appointment, Enquiry, Purpose
from practice.clock import LONDON, localdate
from practice.models import Location, Practice

MOVES = {
    Enquiry.Status.WAITING: "Put back to waiting",
    Enquiry.Status.ANSWERED: "Mark as answered",
    Enquiry.Status.BOOKED: "Appointment agreed",
    Enquiry.Status.LISTED: "Put on the waiting list",
    Enquiry.Status.CLOSED: "Close",
    Enquiry.Status.SET_ASIDE: "Set aside as spam",
}

SAYS_WHEN = (Purpose.ACCEPT, Purpose.OFFER, Purpose.AGREED, Purpose.MOVE, Purpose.CANCEL)


def moment(at: datetime) -> str:
    """Such as “Tuesday 24 November, 17:00”, London time."""
    return date_format(timezone.localtime(at), "l j F, H:i")


def time_and_place(appointment: Appointment) -> str:
    """Such as “Tuesday 24 November, 17:00, Harley Street”."""
    return f"{moment(appointment.starts_at)}, {appointment.location.name}"


def span(starts_at: datetime, ends_at: datetime, location: Location, time_zone: str = "") -> str:
    """Such as “Tuesday 1 December, 10:00 to 10:30, Harley Street”; online, on their clock as well, each named."""
    london = f"{moment(starts_at)} to {timezone.localtime(ends_at):%H:%M}"
    return f"{london}{on_their_clock(starts_at, ends_at, location, time_zone)}, {location.name}"


def on_their_clock(starts_at: datetime, ends_at: datetime, location: Location, time_zone: str) -> str:
    """Such as “ London time (11:00 to 11:30 in Paris)”; nothing in a room, or where London’s clock is theirs."""
    zone = their_zone(location, time_zone, starts_at)
    if zone is None:
        return ""
    return f" London time ({there(starts_at, zone)} to {ends_at.astimezone(zone):%H:%M} in {city(time_zone)})"


def clock(at: datetime) -> str:
    """Such as “10:00” in London; what its clock shows twice is told apart: “01:30 BST”."""
    local = at.astimezone(LONDON)
    is_shown_twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return f"{local:%H:%M} {local:%Z}" if is_shown_twice else f"{local:%H:%M}"


def their_zone(location: Location, time_zone: str, at: datetime) -> ZoneInfo | None:
    """Only where they are not in the room, and their clock shows something else than London’s."""
    zone = known_zone(time_zone) if location.kind == Location.Kind.ONLINE else None
    is_london = zone is None or at.astimezone(zone).utcoffset() == at.astimezone(LONDON).utcoffset()
    return None if is_london else zone


def there(at: datetime, zone: ZoneInfo) -> str:
    """Such as “11:00”, with the day where it is another one than in London."""
    local = at.astimezone(zone)
    is_same_day = local.date() == localdate(at)
    return f"{local:%H:%M}" if is_same_day else date_format(local, "l j F, H:i")


def known_zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a name of another system, or none at all
        return None


def city(time_zone: str) -> str:
    """Of an IANA name: “America/New_York” is New York."""
    return time_zone.rpartition("/")[2].replace("_", " ")


def status(enquiry: Enquiry, now: datetime) -> str:
    """Such as “Waiting 3 hours, reply by Tuesday 24 November, 17:00”."""
    if enquiry.status != Enquiry.Status.WAITING:
        return enquiry.get_status_display()
    has_waited = now - enquiry.received_at >= timedelta(minutes=1)
    waited = f"Waiting {timesince(enquiry.received_at, now, depth=1)}" if has_waited else "Just arrived"
    promise = "reply was due" if enquiry.is_overdue(now) else "reply by"
    return f"{waited}, {promise} {moment(enquiry.reply_due)}"


def who(enquiry: Enquiry) -> str:
    """Whom the therapist writes to, and about whom if that is somebody else."""
    about = enquiry.person_initials or "somebody else"
    return f"{enquiry.name}, for {about}" if enquiry.is_referral else enquiry.name


def wishes(enquiry: Enquiry) -> list[str]:
    """When it would suit them: times, the best first, or days; nothing once there are other times in the diary."""
    known = list(enquiry.appointments.select_related("location").order_by("rank", "starts_at"))
    asked = [time_and_place(one) for one in known if one.status == Appointment.Status.PENDING]
    found = asked + ([days(enquiry)] if enquiry.days else [])
    return found if found or known else ["Not ready to choose"]


def days(enquiry: Enquiry) -> str:
    """Such as “Monday, Wednesday: morning, evening”."""
    named = ", ".join(calendar.day_name[day] for day in enquiry.days)
    return f"{named}: {', '.join(enquiry.parts)}" if named else ""


def safe_contact(enquiry: Enquiry) -> list[tuple[bool, str]]:
    """Every rule the person set, the forbidden ones as plainly as the allowed ones."""
    rules = [(False, "The person referred does not know yet: do not contact them")]
    return (rules if enquiry.person_knows == Enquiry.PersonKnows.NO else []) + [
        (enquiry.may_email, "Email" if enquiry.may_email else "Do not email"),
        (enquiry.may_phone, "Phone" if enquiry.may_phone else "Do not phone"),
        (enquiry.voicemail_ok, "Voicemail" if enquiry.voicemail_ok else "Leave no voicemail"),
        (enquiry.text_ok, "Text message" if enquiry.text_ok else "Send no text message"),
        (enquiry.calendar_ok, "Calendar file" if enquiry.calendar_ok else "Attach no calendar file"),
        (
            enquiry.name_practice_ok,
            "You may say the practice’s name" if enquiry.name_practice_ok else "Do not say the practice’s name",
        ),
    ]


def fill(text: str, enquiry: Enquiry, practice: Practice) -> str:
    """Replaces {name}, {reference}, {where} and {therapist}; anything else in braces stays as it is."""
    facts = {
        "name": enquiry.name,
        "reference": enquiry.reference,
        "where": within_a_sentence(enquiry.location),
        "therapist": practice.therapist_name,
    }
    return re.sub(r"\{(\w+)\}", lambda found: facts.get(found[1], found[0]), text)


def within_a_sentence(location: Location | None) -> str:
    if location is None:
        return "at a place that suits you"
    return f"at {location.name}" if location.kind == Location.Kind.ROOM else location.name.lower()


def fill_times(text: str, times: list[str], until: str, address: str = "") -> str:
    """Replaces {times} by a line for each, and {until}; {link} stays, because no stored letter holds it."""
    lines = "\n".join([f"- {time}" for time in times] + [f"  {line}" for line in address.splitlines()])
    known = {name: words for name, words in (("{times}", lines), ("{until}", until)) if words}
    return re.sub(r"\{(?:times|until)\}", lambda found: known.get(found[0], found[0]), text)


def doubts(
    subject: str,
    body: str,
    enquiry: Enquiry,
    practice: Practice,
    purpose: str = Purpose.LETTER,
    times: tuple[str, ...] | list[str] = (),
) -> list[str]:
    """What the therapist should look at once more before a letter goes. `times` are the lines it should hold."""
    found = []
    if purpose in SAYS_WHEN and not all(time in body for time in times):
        found.append("The letter does not say the time as it will stand in your diary.")
    if purpose == Purpose.OFFER and "{link}" not in body:
        found.append("Without {link} they cannot accept a time by themselves.")
    if re.search(r"^[ \t]*[-•][ \t]*$", body, re.MULTILINE):
        found.append("A line that begins with a dash is still empty.")
    if re.search(r"\n{4,}(?=\S)", body):
        found.append("Several empty lines seem to wait for your words.")
    if enquiry.is_referral and purpose != Purpose.LETTER:
        found.append(f"This goes to {enquiry.name}, who refers somebody; a template speaks to the person.")
    if re.search(r"\{\w*\}", subject + body.replace("{link}", "")):
        found.append("Something in braces still waits for its words.")
    if not practice.therapist_name:
        found.append("Your name is not filled in yet, so a template cannot sign for you.")
    if not practice.reply_to:
        address = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
        found.append(f"Pressing Reply would write to {address}: fill in your address for replies.")
    named = re.compile(rf"{re.escape(practice.name)}|addict|therap", re.IGNORECASE)
    if not enquiry.name_practice_ok and named.search(subject + body):
        found.append("This person asked you not to name the practice; the letter does, or says what it is about.")
    return found
