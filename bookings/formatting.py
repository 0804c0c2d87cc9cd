"""Dates, times, places and states in words, as the therapist and visitors read them."""

import calendar
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.contrib.humanize.templatetags.humanize import apnumber
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timesince import timesince

from bookings.models import Appointment, Enquiry, Message, Person, Series
from practice.absence import Absence
from practice.clock import LONDON, localdate
from practice.models import Fee, Location

STATUS_ACTIONS = {
    Enquiry.Status.WAITING: "Put back to waiting",
    Enquiry.Status.ANSWERED: "Mark as answered",
    Enquiry.Status.BOOKED: "Appointment agreed",
    Enquiry.Status.LISTED: "Put on the waiting list",
    Enquiry.Status.CLOSED: "Close",
    Enquiry.Status.SET_ASIDE: "Set aside as spam",
}


def moment(at: datetime) -> str:
    """Format a moment in London time, such as “Tuesday 24 November, 17:00”."""
    return date_format(timezone.localtime(at), "l j F, H:i")


def day(day: date) -> str:
    """Format a day, such as “Tuesday 24 November”."""
    return date_format(day, "l j F")


def series(series: Series) -> str:
    """Describe a series, such as “every two weeks from Tuesday 24 November, 17:00, Harley Street”."""
    start = f"{rhythm(series)} from {day(series.first_day)}{until(series)}"
    return f"{start}, {series.at:%H:%M}, {series.location.name}"


def rhythm(series: Series) -> str:
    """Say how often a series comes, such as “every two weeks”."""
    return "every week" if series.every_weeks == 1 else f"every {number(series.every_weeks)} weeks"


def until(series: Series) -> str:
    """Return a suffix with the last day of a series, such as “ until Tuesday 24 November”, or nothing."""
    return f" until {day(series.last_day)}" if series.last_day else ""


def number(count: int) -> str:
    """Write a number up to nine as a word."""
    return str(apnumber(count))


def count(number: int, noun: str) -> str:
    """Count things, such as “1 day” or “3 days”."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def listed(names: Sequence[str]) -> str:
    """Join names in a sentence, such as “Monday, Tuesday and Friday”."""
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]])) if names else ""


def time_and_place(appointment: Appointment) -> str:
    """Format an appointment, such as “Tuesday 24 November, 17:00, Harley Street”."""
    return f"{moment(appointment.starts_at)}, {appointment.location.name}"


def span(starts_at: datetime, ends_at: datetime, location: Location, time_zone: str = "") -> str:
    """Format a time span, such as “Tuesday 1 December, 10:00 to 10:30, Harley Street”.

    Online appointments also give the visitor's own time if it differs from London's.
    """
    london = f"{moment(starts_at)} to {timezone.localtime(ends_at):%H:%M}"
    return f"{london}{visitor_time(starts_at, ends_at, location, time_zone)}, {location.name}"


def span_by_clock(starts_at: datetime, ends_at: datetime, location: Location, time_zone: str) -> str:
    """Format a time span, such as “Tuesday 1 December, 10:00 to 10:30 London time (11:00 to 11:30 in Paris)”."""
    clocks = visitor_time(starts_at, ends_at, location, time_zone) or " London time"
    return f"{moment(starts_at)} to {clock(ends_at)}{clocks}"


def visitor_time(starts_at: datetime, ends_at: datetime, location: Location, time_zone: str) -> str:
    """Return a suffix such as “ London time (11:00 to 11:30 in Paris)”, or nothing if London's time is theirs too."""
    zone = visitor_zone(location, time_zone, starts_at)
    if zone is None:
        return ""
    return f" London time ({local_time(starts_at, zone)} to {ends_at.astimezone(zone):%H:%M} in {city(time_zone)})"


def moment_by_clock(at: datetime, location: Location, time_zone: str) -> str:
    """Format a moment, such as “Tuesday 1 December, 10:00 London time (11:00 in Paris)”."""
    zone = visitor_zone(location, time_zone, at)
    theirs = f" ({local_time(at, zone)} in {city(time_zone)})" if zone else ""
    return f"{moment(at)} London time{theirs}"


def clock(at: datetime) -> str:
    """Format a time in London, such as “10:00”.

    When the clock goes back it shows one hour twice; those times name the zone: “01:30 BST”.
    """
    local = at.astimezone(LONDON)
    is_shown_twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return f"{local:%H:%M} {local:%Z}" if is_shown_twice else f"{local:%H:%M}"


def visitor_zone(location: Location, time_zone: str, at: datetime) -> ZoneInfo | None:
    """Return the visitor's time zone if the appointment is online and their clock differs from London's."""
    zone = known_zone(time_zone) if location.kind == Location.Kind.ONLINE else None
    is_london = zone is None or at.astimezone(zone).utcoffset() == at.astimezone(LONDON).utcoffset()
    return None if is_london else zone


def local_time(at: datetime, zone: ZoneInfo) -> str:
    """Format a time in another zone, such as “11:00”, with the day if it is not the same as in London."""
    local = at.astimezone(zone)
    is_same_day = local.date() == localdate(at)
    return f"{local:%H:%M}" if is_same_day else date_format(local, "l j F, H:i")


def known_zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):  # ZoneInfo raises all three for names it cannot use
        return None


def city(time_zone: str) -> str:
    """Return the city of an IANA name: “New York” for “America/New_York”."""
    return time_zone.rpartition("/")[2].replace("_", " ")


def status(enquiry: Enquiry, now: datetime) -> str:
    """Describe the status, such as “Waiting 3 hours, reply by Tuesday 24 November, 17:00”."""
    if enquiry.status != Enquiry.Status.WAITING:
        return enquiry.get_status_display()
    has_waited = now - enquiry.received_at >= timedelta(minutes=1)
    waiting = f"Waiting {timesince(enquiry.received_at, now, depth=1)}" if has_waited else "Just arrived"
    deadline = "reply was due" if enquiry.is_overdue(now) else "reply by"
    return f"{waiting}, {deadline} {moment(enquiry.reply_due)}"


def why_unacknowledged(earlier: Message, now: datetime) -> str:
    """Say that the acknowledgement that was sent earlier is why this request got none."""
    if earlier.sent_at is None:
        return "No acknowledgement was sent, because one was already on its way to the same address."
    day = "the same day" if localdate(earlier.sent_at) == localdate(now) else "the day before"
    return f"No acknowledgement was sent, because one went to the same address {day} at {clock(earlier.sent_at)}."


def contact_name(enquiry: Enquiry) -> str:
    """Name the person to write to and, for a referral, the person it is about."""
    if enquiry.referrer is None:
        return enquiry.person.name
    return f"{enquiry.referrer.name}, for {enquiry.person.name or 'somebody else'}"


def wishes(enquiry: Enquiry) -> list[str]:
    """List what they asked for last: the times, the first choice first, and days. It stays whatever comes of it.

    The list is empty if they asked for nothing but other times are in the diary already.
    """
    appointments = list(enquiry.appointments.select_related("location").order_by("rank", "starts_at"))
    requests = [
        time_and_place(appointment) for appointment in appointments if appointment.status == Appointment.Status.PENDING
    ]
    requests = requested_times(enquiry) or requests
    requests += [days(enquiry)] if enquiry.days else []
    return requests if requests or appointments or enquiry.is_by_hand else ["Not ready to choose"]


def requested_times(enquiry: Enquiry) -> list[str]:
    """List the times that they asked for last, such as “Tuesday 24 November, 17:00, Harley Street”."""
    return [f"{moment(datetime.fromisoformat(starts_at))}, {place}" for starts_at, place in enquiry.requested_times]


def days(enquiry: Enquiry) -> str:
    """Format the preferred days, such as “Monday, Wednesday: morning, evening”."""
    names = ", ".join(calendar.day_name[day] for day in enquiry.days)
    return f"{names}: {', '.join(enquiry.parts)}" if names else ""


def absence(absence: Absence | None, now: datetime) -> str:
    """Say when the therapist is away, such as “away up to and including Sunday 6 December”; empty if never."""
    if absence is None:
        return ""
    first, last = date_format(absence.first_day, "l j F"), date_format(absence.last_day, "l j F")
    if absence.first_day > localdate(now):
        return f"away on {first}" if first == last else f"away from {first} to {last}"
    return "away today" if absence.last_day == localdate(now) else f"away up to and including {last}"


def safe_contact(enquiry: Enquiry) -> list[tuple[bool, str]]:
    """List every contact rule the person set: whether it allows something, and its words."""
    rules = [(False, "The person referred doesn’t know yet: don’t contact them")]
    return (rules if enquiry.person_knows == Enquiry.PersonKnows.NO else []) + contact_rules(enquiry.contact)


def contact_rules(contact: Person) -> list[tuple[bool, str]]:
    """List whether each way to reach somebody is safe, and its words."""
    return [
        (contact.may_email, "Email" if contact.may_email else "Don’t email"),
        (contact.may_phone, "Phone" if contact.may_phone else "Don’t phone"),
        (contact.voicemail_ok, "Voicemail" if contact.voicemail_ok else "Don’t leave a voicemail"),
        (contact.text_ok, "Text message" if contact.text_ok else "Don’t send text messages"),
        (contact.calendar_ok, "Calendar file" if contact.calendar_ok else "Don’t attach a calendar file"),
        (
            contact.name_practice_ok,
            "You may mention the practice’s name" if contact.name_practice_ok else "Don’t mention the practice’s name",
        ),
    ]


def told_without_message(enquiry: Enquiry) -> str:
    """Say for the history how somebody learns of an act of which nothing was sent."""
    return "they were told by phone" if enquiry.contact.may_phone else "they can’t be reached, and were sent nothing"


def pounds(pence: int) -> str:
    """Format an amount, such as “£90” or “£82.50”, also where it is nothing: “£0”."""
    return Fee(pence=pence).amount if pence else "£0"


def within_a_sentence(location: Location | None) -> str:
    if location is None:
        return "at a place that suits you"
    return f"at {location.name}" if location.kind == Location.Kind.ROOM else location.name.lower()
