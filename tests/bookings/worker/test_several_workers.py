"""The worker’s turns, one and several at once, to a real mail server."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import close_old_connections, connection
from django.utils import timezone

from bookings.models import Message
from bookings.worker import timed_messages
from practice.clock import localdate
from tests.bookings.conftest import NOW
from tests.bookings.driven_clock import DrivenClock, london_time
from tests.bookings.worker.helpers import NUDGE, REPLY_DELAYED, THERAPIST
from tests.mail_server import MailServer, free_port, start_worker, wait_until


def test_an_idle_turn_costs_five_small_queries(make_enquiry, django_assert_num_queries, send_reply):
    for number in range(20):
        enquiry = make_enquiry(email=f"person{number}@example.org")
        if number % 2:
            send_reply(enquiry, NOW)
    clock = DrivenClock(NOW, minutes=60)
    clock.run_until("2026-11-25 20:00")
    assert clock.delivered_at(REPLY_DELAYED)

    with django_assert_num_queries(5):
        clock.run_worker_turn()


def test_what_the_clock_brought_arrives_at_a_real_mail_server(make_enquiry, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    with MailServer(settings.EMAIL_PORT) as server:
        clock = DrivenClock(london_time("2026-11-27 18:00"), minutes=60)
        make_enquiry(clock.now)
        clock.run_until("2026-11-30 17:00")

    arrived = [(message["X-Envelope-To"], message["Subject"].split(" – ")[0]) for message in server.messages]
    assert arrived == [
        (THERAPIST, "New website message"),
        ("zoe@example.org", "We have your message"),
        (THERAPIST, "Today: 1 waiting, mail works"),
        (THERAPIST, "Today: 1 waiting, mail works"),
        (THERAPIST, "Today: 1 waiting, mail works"),
        (THERAPIST, NUDGE),
        ("zoe@example.org", REPLY_DELAYED),
    ]
    assert {message["Auto-Submitted"] for message in server.messages} == {"auto-generated"}


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_say_everything_once(overdue_messages):
    port = free_port()
    with MailServer(port, pause=0.01) as server:
        workers = [start_worker(port, "--watch", "--every", "0.01") for _ in range(2)]
        try:
            wait_until(lambda: len(server.messages) >= sum(overdue_messages.values()))
            wait_until(lambda: not Message.objects.unsent().exists())
        finally:
            for worker in workers:
                worker.terminate()
                assert worker.wait(timeout=60) == 0

    assert Counter(Message.objects.values_list("kind", flat=True)) == overdue_messages
    assert set(Counter(message["Message-ID"] for message in server.messages).values()) == {1}
    assert len(server.messages) == sum(overdue_messages.values())


@pytest.mark.django_db(transaction=True)
def test_four_that_look_at_the_same_moment_find_everything_once(overdue_messages):
    together, now = Barrier(4), timezone.now()

    def run_turn():
        close_old_connections()
        try:
            together.wait()
            timed_messages.enqueue_due(now)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        for looked in [threads.submit(run_turn) for _ in range(4)]:
            looked.result()

    assert Counter(Message.objects.values_list("kind", flat=True)) == overdue_messages
    assert Message.objects.get(kind="daily_summary").about == localdate(now).isoformat()
