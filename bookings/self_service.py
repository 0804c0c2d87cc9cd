"""What a person does with their request when they come back to it: ask for other times, pause it, erase it.

Each act is one transaction that first locks the diary, and done twice does nothing the second time. Raises NotAllowed
where it is not open, and Enquiry.DoesNotExist where the request has been erased meanwhile.
"""

import logging
from collections.abc import Iterable
from datetime import date, datetime

from django.utils.formats import date_format

from bookings import appointments, enquiries, formatting, locking
from bookings.appointments import Slot
from bookings.enquiries import NotAllowed
from bookings.events import record
from bookings.messages.to_therapist import TELL_CHANGE, TELL_ERASED
from bookings.models import Appointment, Enquiry, Event
from bookings.outbox import enqueue

OPEN = (
    Enquiry.Status.WAITING,
    Enquiry.Status.ANSWERED,
    Enquiry.Status.BOOKED,
    Enquiry.Status.LISTED,
    Enquiry.Status.PAUSED,
)

logger = logging.getLogger(__name__)


def ask_again(
    enquiry: Enquiry,
    times: Iterable[Slot],
    *,
    days: list[int],
    parts: list[str],
    reply_days: int,
    away_until: date | None = None,
    now: datetime,
) -> None:
    """Published times in order, or days and parts of the day; what was offered is let go. Raises SlotUnavailable."""
    wanted = list(dict.fromkeys(times))
    with locking.diary_locked(now):
        current = _current(enquiry)
        if current.status not in OPEN:
            raise NotAllowed("This request is not open.")
        if _asks_already(current, wanted, days, parts):
            return
        current.days, current.parts, current.check_in_on = days, parts, None
        current.save(update_fields=["days", "parts", "check_in_on"])
        if wanted:
            appointments.ask_for(current, wanted, now)
        else:
            locking.withdraw_open_times(current, Appointment.By.PERSON, now)
        listed = [f"{formatting.moment(one.starts_at)}, {one.location.name}" for one in wanted]
        wishes = "; ".join([*listed, formatting.days(current)] if days else listed)
        enquiries.wait_again(current, reply_days=reply_days, away_until=away_until, who=None, now=now)
        _told(current, "asked", f"They asked for another time: {wishes}", now)


def may_pause(enquiry: Enquiry, now: datetime) -> bool:
    """While there is an appointment to come, it is cancelled first, so that they both know."""
    is_there = enquiry.status == Enquiry.Status.PAUSED or Enquiry.Status.PAUSED in enquiry.allowed_moves()
    return is_there and not enquiry.appointments.booked().filter(starts_at__gt=now).exists()


def pause(enquiry: Enquiry, now: datetime, *, check_in_on: date | None = None) -> None:
    """Nobody writes to them until they come back, but for one question on the day they allow, if email is safe."""
    with locking.diary_locked(now):
        current = _current(enquiry)
        if not may_pause(current, now):
            raise NotAllowed("This request cannot be paused.")
        check_in_on = check_in_on if current.may_email else None
        if current.status == Enquiry.Status.PAUSED and current.check_in_on == check_in_on:
            return
        locking.withdraw_open_times(current, Appointment.By.PERSON, now)
        current.days, current.parts, current.check_in_on = [], [], check_in_on
        current.save(update_fields=["days", "parts", "check_in_on"])
        if current.status != Enquiry.Status.PAUSED:
            enquiries.change_status(current, Enquiry.Status.PAUSED, None, now)
        asks = f"you may ask once on {date_format(check_in_on, 'j F Y')}" if check_in_on else "no question is wanted"
        _told(current, "paused", f"They paused their request; {asks}", now)


def may_erase(enquiry: Enquiry) -> bool:
    """Before there was an appointment; what belongs to one is kept as the privacy notice says."""
    return not enquiry.appointments.came_to_be().exists()


def erase(enquiry: Enquiry, now: datetime) -> None:
    """With everything that hangs on it; the therapist hears the reference and no more (UK GDPR Art. 17)."""
    with locking.diary_locked(now):
        current = _current(enquiry)
        if not may_erase(current):
            raise NotAllowed("There is an appointment, so this request is not erased here.")
        reference = current.reference
        enqueue(TELL_ERASED, now, about=reference)
        current.delete()
    logger.info("Erased enquiry %s: the person asked for it.", reference)


def _current(enquiry: Enquiry) -> Enquiry:
    return Enquiry.objects.select_for_update().get(pk=enquiry.pk)


def _asks_already(enquiry: Enquiry, wanted: list[Slot], days: list[int], parts: list[str]) -> bool:
    """It waits with exactly these wishes: a second click."""
    if (enquiry.status, enquiry.days, enquiry.parts) != (Enquiry.Status.WAITING, days, parts):
        return False
    still_open = enquiry.appointments.filter(status__in=[Appointment.Status.PENDING, Appointment.Status.PROPOSED])
    found = [(one.status, one.starts_at, one.location_id) for one in still_open.order_by("rank", "pk")]
    return found == [(Appointment.Status.PENDING, one.starts_at, one.location.pk) for one in wanted]


def _told(enquiry: Enquiry, what: str, text: str, now: datetime) -> None:
    record(enquiry, Event.Kind.PERSON, now, text=text)
    enqueue(TELL_CHANGE, now, enquiry=enquiry, about=f"{what}:{now:%Y-%m-%dT%H:%M:%S.%f}")
