"""A therapist to tell, and what ends a promise."""

import uuid
from datetime import time, timedelta

import pytest
from django.utils import timezone

from bookings import enquiries
from bookings.enquiries import ReplyDraft
from bookings.models import BookingSettings, Enquiry, Message
from bookings.reply_deadline import ReplyPolicy
from practice.models import Practice
from tests.bookings.worker.helpers import THERAPIST, Status


@pytest.fixture(autouse=True)
def _therapist_address(db):
    Practice.objects.update(notification_address=THERAPIST)


@pytest.fixture
def send_reply(actor):
    def send(enquiry, now):
        enquiries.reply(enquiry, ReplyDraft("Hello", "Dear Zoë", uuid.uuid4()), actor=actor, now=now)

    return send


@pytest.fixture
def pause_enquiry(actor):
    def pause(enquiry, day, now):
        enquiries.change_status(enquiry, Status.PAUSED, actor=actor, policy=ReplyPolicy(1), now=now)
        Enquiry.objects.filter(pk=enquiry.pk).update(check_in_on=day)

    return pause


@pytest.fixture
def overdue_messages(make_enquiry, pause_enquiry):
    """Twenty who wait, ten who are to be asked, and a summary, at no quiet hour of the real clock."""
    long_ago = timezone.now() - timedelta(days=30)
    BookingSettings.objects.update(
        quiet_from=time(0), quiet_until=time(0), summary_at=time(0), summary_made_on=timezone.localdate() - timedelta(1)
    )
    for number in range(30):
        enquiry = make_enquiry(long_ago, email=f"person{number}@example.org")
        if number >= 20:
            pause_enquiry(enquiry, timezone.localdate(), long_ago)
    Message.objects.all().delete()
    return {"nudge": 20, "reply_delayed": 20, "check_in": 10, "daily_summary": 1}
