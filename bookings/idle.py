"""Enquiries with which nothing happens any more, and which nobody has closed.

Only what is closed has a day on which it is erased. So the desk asks about them after three months, and after a year
they are closed by the site (UK GDPR Art. 5(1)(e)). A complaint is asked about, and only the therapist closes it.
"""

import logging
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Subquery
from django.db.models.functions import Coalesce, Greatest

from bookings import enquiries
from bookings.actor import Actor
from bookings.exceptions import NotAllowed
from bookings.models import Appointment, Enquiry, Event
from bookings.models.enquiry import EnquiryQuerySet
from bookings.reply_deadline import ReplyPolicy
from practice.facts import practice_row

Status = Enquiry.Status
OPEN_ENDED = (Status.WAITING, Status.ANSWERED, Status.LISTED, Status.BOOKED)
ASK_AFTER = timedelta(days=91)
CLOSE_AFTER = timedelta(days=366)

logger = logging.getLogger(__name__)


def idle_for(time: timedelta, now: datetime) -> EnquiryQuerySet:
    """Return the enquiries that no date ends and with which nothing has happened for that time, in order of receipt.

    Each has the moment of what happened last as `last_at`: an event, or the end of an appointment.
    """
    since = now - time
    events = Event.objects.filter(enquiry=OuterRef("pk"))
    came_to_be = Appointment.objects.filter(enquiry=OuterRef("pk")).came_to_be()
    last_event = Subquery(events.order_by("-at").values("at")[:1])
    last_end = Subquery(came_to_be.order_by("-ends_at").values("ends_at")[:1])
    received_at = F("received_at")
    return (
        Enquiry.objects.with_people()
        .filter(received_at__lte=since, keep_until=None)
        .exclude(status=Status.CLOSED)
        .exclude(pk__in=Appointment.objects.outstanding(now).values("enquiry"))
        .exclude(Exists(events.filter(at__gt=since)) | Exists(came_to_be.filter(ends_at__gt=since)))
        .annotate(last_at=Greatest(received_at, Coalesce(last_event, received_at), Coalesce(last_end, received_at)))
        .order_by("received_at", "pk")  # along the index, so that the desk reads only as many as it shows
    )


def close_forgotten(now: datetime) -> None:
    """Close what nothing has happened with for a year. Nobody is written to."""
    policy = ReplyPolicy.of(practice_row())
    requests = idle_for(CLOSE_AFTER, now).filter(status__in=OPEN_ENDED, kind=Enquiry.Kind.REQUEST)
    for enquiry in requests:
        try:
            enquiries.change_status(enquiry, Status.CLOSED, actor=Actor.SYSTEM, policy=policy, now=now)
        except NotAllowed as reason:
            logger.warning("Enquiry %s was not closed by itself: %s", enquiry.reference, reason)
