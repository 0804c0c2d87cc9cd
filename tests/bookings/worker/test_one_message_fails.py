"""An error while composing one message is that message's own, and leaves mail as a whole alone."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import OperationalError
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from bookings import enquiries
from bookings.enquiries import ReplyDraft
from bookings.messages import emails
from bookings.models import Message, Person
from bookings.worker import delivery
from practice.models import Practice
from tests.bookings.conftest import NOW
from tests.mail_server import MailServer, free_port

LATER = NOW + timedelta(hours=1)


def send_due(now=NOW):
    return delivery.send_due(lambda: now)


@pytest.fixture(autouse=True)
def therapist_address(db):
    Practice.objects.update(notification_address="therapist@example.org")


def spoil(enquiry):
    """Give the contact an address that was stored before such addresses were refused."""
    person = Person.objects.get(pk=enquiry.contact.pk)
    person.email = "ann@aب.example"
    person.save()


def test_an_address_that_cannot_be_written_is_the_message_s_own_refusal(make_enquiry):
    enquiry, other = make_enquiry(), make_enquiry(email="other@example.org")
    spoil(enquiry)

    assert send_due() == 3
    message = enquiry.messages.get(kind="acknowledge")
    assert (message.refused, message.unwritable) == (True, True)
    assert message.last_error == "No email can be sent to the receiver’s address."
    health = delivery.health(LATER)
    assert (health.unsent, health.refused, health.last_error) == (0, 1, "")
    assert not health.is_failing(LATER)
    assert other.messages.unsent().count() == 0


@pytest.mark.parametrize("kind", ["acknowledge", "tell_therapist"])
def test_any_error_while_composing_is_the_message_s_own(make_enquiry, monkeypatch, kind):
    enquiry = make_enquiry()
    automatic_email = emails._automatic_email

    def fail(message, practice, now):
        if message.kind == kind:
            raise RuntimeError("with a name in it")
        return automatic_email(message, practice, now)

    monkeypatch.setattr(emails, "_automatic_email", fail)
    send_due()

    message = enquiry.messages.unsent().get()
    assert (message.kind, message.unwritable) == (kind, True)
    assert message.last_error == "The message could not be written (RuntimeError)."
    assert not delivery.health(LATER).is_failing(LATER)
    monkeypatch.undo()
    send_due(LATER)
    assert not Message.objects.filter(unwritable=True).exists()


def test_a_database_that_is_away_while_composing_is_no_fault_of_the_message(make_enquiry, monkeypatch):
    enquiry = make_enquiry()

    def fail(*args):
        raise OperationalError("gone")

    monkeypatch.setattr(emails, "current_words", fail)
    send_due()

    assert not enquiry.messages.filter(unwritable=True).exists()


def test_the_enquiry_and_the_desk_say_so(make_enquiry, therapist_client):
    now = timezone.now()
    enquiry = make_enquiry(now - timedelta(hours=1))
    spoil(enquiry)
    send_due(now)

    enquiry_page = therapist_client.get(reverse("admin:bookings_enquiry_change", args=[enquiry.pk]))
    assert "No email can be sent to the receiver’s address. Check the address or use another way." in (
        enquiry_page.content.decode()
    )
    desk = therapist_client.get(reverse("admin:index")).content.decode()
    assert "Mail is failing" not in desk
    assert "1 message couldn’t be sent for a reason of its own" in desk


def test_a_real_server_gets_ascii_addresses_and_quoted_printable(make_enquiry, actor):
    enquiry = make_enquiry(email="ann@straße.example", calendar_ok=True)
    body = "Dear Zoë, this isn’t 7-bit. " + "ü" * 2000
    enquiries.reply(enquiry, ReplyDraft("Für dich", body, enquiries.uuid.uuid4()), actor=actor, now=NOW)
    port = free_port()
    backend = "django.core.mail.backends.smtp.EmailBackend"
    with (
        MailServer(port) as server,
        override_settings(EMAIL_BACKEND=backend, EMAIL_HOST="127.0.0.1", EMAIL_PORT=port, EMAIL_USE_TLS=False),
    ):
        send_due()

    [reply] = [message for message in server.messages if message["Subject"] == "Für dich"]
    assert reply["X-Envelope-To"] == reply["To"] == "ann@xn--strae-oqa.example"
    assert reply["Content-Transfer-Encoding"] == "quoted-printable"
    assert reply.get_content().strip() == body
    assert all(message["Content-Transfer-Encoding"] != "8bit" for message in server.messages)


def test_plain_text_leaves_as_it_is(make_enquiry):
    make_enquiry()
    send_due()

    assert {message.message()["Content-Transfer-Encoding"] for message in mail.outbox} == {"7bit"}
