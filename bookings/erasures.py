"""Erase again what a restored backup has brought back."""

import logging
from collections.abc import Collection
from datetime import datetime

from bookings import locking, outstanding, people
from bookings.actor import Actor
from bookings.models import Appointment, Enquiry
from bookings.status import change_appointment_status

logger = logging.getLogger(__name__)


def erase_again(digests: Collection[str], now: datetime) -> int:
    """Erase the enquiries that these digests are of, and return how many there were.

    Nobody is told: they were when it was erased for the first time, and their appointments cancelled.
    """
    with locking.diary_locked(now):
        known = Enquiry.objects.only("reference", "received_at")
        again = [enquiry for enquiry in known if people.identity_digest(enquiry) in digests]
        for appointment in outstanding.read(again, now):
            change_appointment_status(appointment, Appointment.Status.CANCELLED, Actor.SYSTEM, now)
        people.erase_enquiries(Enquiry.objects.filter(pk__in=[enquiry.pk for enquiry in again]), now)
    if again:
        logger.info("Erased %s enquiries again: a backup had brought them back.", len(again))
    return len(again)
