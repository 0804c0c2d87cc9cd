"""A mail server that misbehaves costs one conversation at a time, and never keeps the worker from ending."""

import time
from collections import Counter
from datetime import timedelta

import pytest

from bookings.messages.definitions import Audience, kinds_for
from bookings.models import DeliveryPause, Message
from bookings.worker import delivery, retries
from bookings.worker.retries import MAX_COPIES, MAX_REFUSALS, RetryPolicy
from practice.models import Practice
from tests.bookings.conftest import NOW
from tests.mail_server import FaultyMailServer, start_worker, wait_until

pytestmark = pytest.mark.any_database

SHORT = RetryPolicy(conversation=0.5)
PEOPLE = 5


def send_due(now=NOW, policy=SHORT):
    return delivery.send_due(lambda: now, policy)


@pytest.fixture
def faulty(settings):
    """Starts a server with a fault, to which this process sends its mail."""
    running = []

    def start(fault):
        server = FaultyMailServer(fault).__enter__()
        running.append(server)
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        return server

    yield start
    for server in running:
        server.__exit__()


@pytest.fixture
def waiting_messages(make_enquiry):
    Practice.objects.update(notification_address="therapist@example.org")
    for number in range(PEOPLE):
        make_enquiry(email=f"person{number}@example.org")
    return Message.objects.unsent()


@pytest.mark.parametrize("fault", ["silent", "drip", "unreachable", "hang", "drop"])
def test_one_conversation_is_over_in_time_and_the_round_waits(faulty, waiting_messages, fault):
    server = faulty(fault)
    began = time.monotonic()
    assert send_due() == 0
    took = time.monotonic() - began
    print(f"{fault}: {server.connections} connections, {len(server.taken)} copies, {took:.1f} s")  # noqa: T201

    assert took < 5
    assert server.connections <= 1
    assert waiting_messages.filter(attempts=0).count() == 2 * PEOPLE - 1
    assert 12 <= (DeliveryPause.objects.get().until - NOW).total_seconds() <= 18
    assert send_due() == 0
    assert server.connections <= 1

    error = waiting_messages.exclude(last_error="").get().last_error
    in_time = "The mail server did not answer in time."
    unconfirmed = "The mail server took the message but did not confirm it."
    assert error == (unconfirmed if fault in ("hang", "drop") else in_time)


def test_when_the_server_works_again_everything_goes_at_once(faulty, waiting_messages):
    server = faulty("silent")
    now = NOW
    for _ in range(12):
        send_due(now)
        now += timedelta(minutes=6)
    assert server.connections == 12

    server.fault = "none"
    assert send_due(now) == 2 * PEOPLE
    assert not DeliveryPause.objects.exists()


def test_after_a_server_that_dropped_what_it_took_everything_arrives_once_more(faulty, waiting_messages):
    server = faulty("drop")
    now = NOW
    for _ in range(6):
        send_due(now)
        now += timedelta(minutes=6)
    server.fault = "none"
    assert sum(send_due(now + timedelta(minutes=6 * turn)) for turn in range(60)) == 2 * PEOPLE

    assert not DeliveryPause.objects.exists()
    assert max(Counter(server.taken).values()) <= MAX_COPIES


def test_a_single_message_goes_within_minutes_of_a_long_outage(faulty, make_enquiry):
    server = faulty("silent")
    make_enquiry(channel="phone", email="", phone="07700 900 982")
    for minute in range(0, 300, 5):
        send_due(NOW + timedelta(minutes=minute))
    server.fault = "none"

    assert sum(send_due(NOW + timedelta(minutes=300 + minute)) for minute in range(6)) == 1


def test_a_success_wakes_what_a_greylisting_server_put_off(faulty, waiting_messages):
    faulty("none")
    later = NOW + timedelta(minutes=50)
    waiting_messages.update(next_try=later, attempts=7, last_error="The mail server refused the message (451).")
    first = waiting_messages.first()
    Message.objects.filter(pk=first.pk).update(next_try=NOW)

    assert send_due() == 2 * PEOPLE


def test_a_success_wakes_nothing_that_is_not_due(faulty, waiting_messages):
    faulty("none")
    ids = list(waiting_messages.values_list("pk", flat=True))
    Message.objects.filter(pk=ids[0]).update(attempts=3)
    Message.objects.filter(pk=ids[1]).update(due_at=NOW + timedelta(days=1), next_try=NOW + timedelta(days=1))
    Message.objects.filter(pk=ids[2]).update(next_try=NOW + timedelta(hours=9), attempts=2, refused=True)

    assert send_due() == 2 * PEOPLE - 2


def test_a_refused_address_is_tried_five_times_within_two_days(faulty, make_enquiry):
    Practice.objects.update(notification_address="")
    server = faulty("refuse")
    make_enquiry()
    Message.objects.filter(kind__in=kinds_for(Audience.THERAPIST)).delete()
    for minute in range(0, 30 * 24 * 60, 60):
        send_due(NOW + timedelta(minutes=minute))

    message = Message.objects.get()
    print(f"refuse: {server.receivers.count('zoe@example.org')} tries in 30 days")  # noqa: T201
    assert server.receivers == ["zoe@example.org"] * MAX_REFUSALS == ["zoe@example.org"] * 5
    assert message.stopped_at - NOW < timedelta(days=2)
    health = delivery.health(NOW + timedelta(days=30))
    assert (health.unsent, health.refused, health.stopped) == (0, 1, 1)


def test_a_refused_notice_to_the_therapist_goes_once_their_address_is_right(faulty, make_enquiry):
    server = faulty("refuse")
    Practice.objects.update(notification_address="old@example.org")
    make_enquiry(channel="phone", email="", phone="07700 900 982")
    for hour in range(24 * 10):
        send_due(NOW + timedelta(hours=hour))
    assert 5 <= len(server.receivers) <= 20
    assert delivery.health(NOW + timedelta(days=10)).is_failing(NOW + timedelta(days=10))

    server.fault = "none"
    Practice.objects.update(notification_address="new@example.org")
    assert sum(send_due(NOW + timedelta(days=10, hours=hour)) for hour in range(25)) == 1
    assert server.receivers[-1] == "new@example.org"


def test_what_is_taken_and_dropped_comes_three_times_at_most(faulty, waiting_messages):
    server = faulty("drop")
    for minute in range(0, 2 * 24 * 60, 10):
        send_due(NOW + timedelta(minutes=minute))

    copies = Counter(server.taken)
    print(f"drop: {max(copies.values())} copies of each of {len(copies)} messages in two days")  # noqa: T201
    assert len(copies) == 2 * PEOPLE
    assert set(copies.values()) == {MAX_COPIES} == {3}
    assert waiting_messages.filter(stopped_at=None).count() == 0


def test_a_confirmed_message_is_sent_though_the_server_stays_silent_afterwards(faulty, make_enquiry):
    server = faulty("stay")
    make_enquiry(channel="phone", email="", phone="07700 900 982")
    Practice.objects.update(notification_address="therapist@example.org")

    assert send_due() == 1
    assert len(server.taken) == 1


def test_the_desk_tries_again_what_was_given_up(faulty, make_enquiry, therapist_client):
    server = faulty("refuse")
    enquiry = make_enquiry()
    Message.objects.filter(kind__in=kinds_for(Audience.THERAPIST)).delete()
    Message.objects.update(refused=True, refusals=5, stopped_at=NOW, last_error="The mail server refused it (550).")
    desk = therapist_client.get("/admin/").content.decode()
    assert "1 of them isn’t tried any more." in desk
    screen = therapist_client.get(f"/admin/bookings/enquiry/{enquiry.pk}/change/").content.decode()
    assert "not delivered. The site has stopped trying." in screen
    assert "Next try" not in screen

    therapist_client.post("/admin/bookings/enquiry/try-mail/")
    send_due(NOW + timedelta(days=30))
    assert server.receivers == ["zoe@example.org"]
    assert Message.objects.get().stopped_at is not None  # refused once more, and that was it


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("fault", ["silent", "drip", "unreachable", "hang"])
def test_the_worker_ends_within_ten_seconds_in_every_state(waiting_messages, fault):
    with FaultyMailServer(fault) as server:
        worker = start_worker(server.port, "--watch", "--every", "0.1")
        try:
            wait_until(lambda: Message.objects.filter(attempts__gt=0).exists())
            if fault != "unreachable":
                wait_until(lambda: server.connections)
            if fault == "hang":
                wait_until(lambda: server.taken)
            time.sleep(0.5)
            began = time.monotonic()
            worker.terminate()
            assert worker.wait(timeout=60) == 0
            took = time.monotonic() - began
        finally:
            worker.kill()
            worker.wait()
    print(f"{fault}: ended {took:.1f} s after SIGTERM, {len(server.taken)} copies")  # noqa: T201

    assert took < 10
    assert not Message.objects.exclude(leased_until=None).exists()  # the next worker goes on at once
    assert Message.objects.filter(unconfirmed=1).count() == (fault == "hang")
    assert Message.objects.filter(attempts__gt=0).count() == (fault == "hang")


def test_the_conversation_is_shorter_than_the_lease():
    assert RetryPolicy().conversation == 90 < RetryPolicy().lease
    assert retries.MAX_REFUSALS == 5
