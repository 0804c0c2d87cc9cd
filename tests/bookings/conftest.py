from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.conf import settings
from django.urls import reverse

from bookings import enquiries, spam
from bookings.actor import Actor
from bookings.models import AppointmentType, Enquiry, Person, Reply
from bookings.reply_deadline import ReplyPolicy
from practice.models import Location
from tests.bookings.encrypted_rows import read_rows

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)  # a Tuesday


def fresh_token(now=None, notice="edition 1"):
    """Of a form that was opened a minute ago."""
    with time_machine.travel((now or datetime.now(UTC)) - timedelta(minutes=1), tick=False):
        return spam.new_form_token(notice)


def new_form(answers, now=NOW, **changes):
    """Return the answers in a form of its own, opened a minute ago."""
    return answers | {"token": fresh_token(now)} | changes


def error_summary(response):
    """(message, target) of the summary, in the order shown."""
    return [(item["message"], item["target"]) for item in response.context["summary"]]


@pytest.fixture
def answers():
    """What the form is sent with by someone who likes email, opened a minute ago."""
    return {
        "appointment_type": "complimentary-consultation",
        "on_behalf": "myself",
        "location": "harley-street",
        "timing": "these-times",
        "days": ["0", "2"],
        "parts": ["morning", "evening"],
        "name": "Zoë O’Hara",
        "channel": "email",
        "email": "zoe@example.org",
        "message": "I would like to talk.",
        "token": fresh_token(NOW),
    }


@pytest.fixture
def submit_form(client, db):
    """Sends the form at noon on a Tuesday, from a browser that has sent nothing yet unless it is the same."""

    def submit(answers, at=NOW, *, is_same_browser=False, **extra):
        if not is_same_browser:
            client.cookies.pop(settings.RECEIPT_COOKIE_NAME, None)
        with time_machine.travel(at, tick=False):
            return client.post(reverse("bookings:consultation"), answers, **extra)

    return submit


@pytest.fixture
def actor(therapist):
    return Actor.therapist(therapist)


@pytest.fixture
def harley_street(db):
    return Location.objects.get(slug="harley-street")


@pytest.fixture
def st_pauls(db):
    return Location.objects.get(slug="st-pauls")


@pytest.fixture
def online(db):
    return Location.objects.get(slug="online")


@pytest.fixture
def complimentary(db):
    return AppointmentType.objects.get(slug="complimentary-consultation")


@pytest.fixture
def private(db):
    return AppointmentType.objects.get(slug="private-session")


@pytest.fixture
def details(harley_street, complimentary):
    """What an enquiry keeps of those answers."""
    return {
        "appointment_type": complimentary,
        "on_behalf": Enquiry.Behalf.MYSELF,
        "location": harley_street,
        "days": [0, 2],
        "parts": ["morning", "evening"],
        "name": "Zoë O’Hara",
        "channel": Person.Channel.EMAIL,
        "email": "zoe@example.org",
        "message": "I would like to talk.",
    }


@pytest.fixture
def make_enquiry(details):
    """Receives an enquiry, different from every other one."""
    numbers = iter(range(1_000_000))

    def digests():
        return dict.fromkeys(("form_digest", "answers_digest"), f"test {next(numbers)}")

    def make(now=NOW, suspicion="", **changes):
        if changes.get("kind") == Enquiry.Kind.COMPLAINT:
            changes["appointment_type"] = None
        return enquiries.receive(details | digests() | changes, policy=ReplyPolicy(1), suspicion=suspicion, now=now)

    return make


@pytest.fixture
def make_rows(make_enquiry, actor):
    """Makes an enquiry with a word in every model, and returns its rows by their model."""

    def make(name):
        enquiry = make_enquiry(name=name, message=f"message of {name}")
        enquiries.note(enquiry, f"note about {name}", actor=actor, now=NOW)
        content = {"subject": f"subject for {name}", "body": f"body for {name}", "user": actor.user}
        Reply.objects.create(enquiry=enquiry, idempotency_key=uuid4(), written_at=NOW, **content)
        return read_rows(enquiry.pk)

    return make
