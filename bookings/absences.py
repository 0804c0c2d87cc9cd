"""What follows for the answers that are due when the therapist enters or changes the days away."""

from django.db.models import Max, Q
from django.db.models.functions import Coalesce

from bookings.models import Enquiry
from bookings.reply_deadline import ReplyPolicy


def move_nudges(policy: ReplyPolicy) -> None:
    """Let the therapist be reminded of the promises already given outside the days away, if need be before they begin.

    The promises themselves stay: people have been told.
    """
    began_to_wait = Max("events__at", filter=Q(events__moved_to=Enquiry.Status.WAITING))
    waiting = Enquiry.objects.waiting().filter(nudge_at__isnull=False).order_by("pk")
    for enquiry in waiting.annotate(waits_since=Coalesce(began_to_wait, "received_at")):
        nudge_at = policy.nudge_at(enquiry.waits_since, enquiry.reply_due)
        Enquiry.objects.filter(pk=enquiry.pk, reply_due=enquiry.reply_due).update(nudge_at=nudge_at)
