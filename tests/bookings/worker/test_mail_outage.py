"""The mail server is down, then slow; the worker is killed in the middle of its work."""

from collections import Counter

import pytest
from django.test import Client

from bookings.models import Enquiry, Message
from practice.models import Practice
from tests import soak
from tests.bookings.conftest import fresh_token
from tests.mail_server import MailServer, free_port, start_worker, wait_until

WORKER = ["--watch", "--every", "0.1", "--lease", "2", "--retry", "0.2"]
PEOPLE, KILLS = soak.times(2000), 4


@pytest.fixture
def start_worker_for():
    running = []

    def start(port):
        running.append(start_worker(port, *WORKER))
        return running[-1]

    yield start
    for process in running:
        process.kill()
        process.wait()


@pytest.mark.django_db(transaction=True)
def test_nothing_is_lost_when_mail_is_down_and_the_sender_is_killed(answers, settings, start_worker_for):
    settings.ENQUIRIES_PER_HOUR_ONE_CONNECTION = settings.ENQUIRIES_PER_HOUR_ALL = PEOPLE
    Practice.objects.update(notification_address="therapist@example.org")
    port = free_port()
    worker = start_worker_for(port)
    for number in range(PEOPLE):
        send = Client().post(
            "/consultation/", answers | {"token": fresh_token(), "email": f"person{number}@example.org"}
        )
        assert send.status_code == 302
    wait_until(lambda: Message.objects.filter(attempts__gt=0).exists())
    assert Enquiry.objects.count() == PEOPLE
    assert Message.objects.unsent().count() == 2 * PEOPLE

    with MailServer(port, pause=0.04) as server:
        for kill in range(1, KILLS + 1):
            wait_until(lambda enough=2 * PEOPLE * kill // (KILLS + 1): len(server.messages) >= enough)
            worker.kill()
            worker.wait()
            worker = start_worker_for(port)
        wait_until(lambda: not Message.objects.unsent().exists(), seconds=60 + PEOPLE)

    arrived = Counter(message["Message-ID"] for message in server.messages)
    assert set(arrived) == set(Message.objects.values_list("message_id", flat=True))
    assert arrived.total() - 2 * PEOPLE <= KILLS
    recipients = {message["X-Envelope-To"] for message in server.messages}
    assert recipients == {"therapist@example.org", *(f"person{number}@example.org" for number in range(PEOPLE))}
