"""Every automatic message with the words that the therapist has given it, received over a real mail server."""

import pytest
from django.urls import reverse
from django.utils import timezone

from bookings.messages.definitions import Audience, automatic_definitions
from bookings.models import Message
from tests.mail_server import MailServer, free_port, start_worker

TO_PERSON = {"waiting@example.org", "paused@example.org", "zoe@example.org"}


@pytest.mark.django_db(transaction=True)
def test_changed_words_arrive(enqueue_each, upcoming_time, therapist_client):
    """Each body names all its placeholders, so that none is left in braces."""
    definitions = automatic_definitions()
    for number, definition in enumerate(definitions):
        placeholders = "\n\n".join(map(str, definition.placeholders))
        response = therapist_client.post(
            reverse("admin:bookings_messagetemplate_change", args=[definition.kind]),
            {"subject": f"Subject {number}", "body": f"Words {number}.\r\n\r\n{placeholders}", "act": "save"},
        )
        assert response.status_code == 302
    waiting = enqueue_each(timezone.now(), upcoming_time)
    port = free_port()

    with MailServer(port) as server:
        assert start_worker(port).wait(timeout=120) == 0

    assert not Message.objects.unsent().filter(pk__in=[message.pk for message in waiting.values()]).exists()
    arrived = {message["Message-ID"]: message for message in server.messages}
    for number, definition in enumerate(definitions):
        message = arrived[waiting[definition.kind].message_id]
        body = message.get_body(("plain",)).get_content().replace("\r\n", "\n")
        assert message["Subject"] == f"Subject {number}"
        assert body.startswith(f"Words {number}.\n\n")
        assert "{" not in body
        receivers = TO_PERSON if definition.audience == Audience.PERSON else {"therapist@example.org"}
        assert message["X-Envelope-To"] in receivers
