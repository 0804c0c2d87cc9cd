"""No time is given twice, whoever comes at once, and even where somebody forgets the lock."""

import threading
from collections import Counter
from datetime import time, timedelta
from functools import partial
from itertools import combinations

import pytest

from bookings import appointments, locking
from bookings.actor import Actor
from bookings.models import Appointment, AppointmentType, BookingSettings, Enquiry, Message, WeeklyHours
from bookings.slot import Slot
from tests import soak
from tests.bookings import concurrency
from tests.bookings.concurrency import TEN
from tests.bookings.conftest import NOW
from tests.mail_server import MailServer, free_port, start_worker

THREADS, ROUNDS = 12, soak.times(1000)
Status = Appointment.Status

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def appointment_type():
    """Half an hour, and ten minutes after it."""
    AppointmentType.objects.update(minutes=30, minutes_before=0, minutes_after=10)
    return AppointmentType.objects.get(slug="complimentary-consultation")


@pytest.fixture
def race(appointment_type, harley_street, actor):
    """Twelve want times that begin five minutes apart, a round every second day.

    Half of them come through code that skips the lock. In each second round the others, who accept or agree, wait
    until those have looked.
    """

    def run(rounds, *, careless=THREADS // 2):
        enquiries, steps = concurrency.make_enquiries(THREADS * rounds), []
        for number in range(rounds):
            starts_at = TEN + timedelta(days=2 * number)
            times = [Slot(starts_at + timedelta(minutes=5 * place), harley_street) for place in range(THREADS)]
            requests = list(zip(enquiries[THREADS * number :], times))  # noqa: B905 (as many as there are times)
            requests = requests[::2] + requests[1::2]  # neighbours come in different ways
            steps.append(one_round(requests[:careless], requests[careless:], waits=bool(careless and number % 2)))
        refused = Counter(concurrency.run_concurrently(steps))
        assert Enquiry.objects.filter(pk__in=[enquiry.pk for enquiry in enquiries]).count() == THREADS * rounds
        assert len({appointment.starts_at.date() for appointment in Appointment.objects.booked()}) == rounds
        return refused

    def one_round(careless, careful, *, waits):
        looked = threading.Barrier(
            len(careless + careful) if waits else len(careless) or 1, timeout=concurrency.PATIENCE
        )
        before = looked.wait if waits else lambda: None
        accepted = concurrency.request_slots(careful[::2], appointment_type)
        return [
            *(partial(concurrency.book_without_lock, *request, appointment_type, looked.wait) for request in careless),
            *(partial(accept, before, preference) for preference in accepted),
            *(partial(agree, before, *request) for request in careful[1::2]),
        ]

    def accept(before, preference):
        before()
        appointments.accept_request(preference, NOW, actor=actor, draft=None)

    def agree(before, enquiry, time):
        before()
        appointments.book_agreed(enquiry, time, NOW, actor=actor)

    return run


@pytest.fixture
def no_lock(monkeypatch):
    monkeypatch.setattr(locking, "diary_locked", concurrency.no_diary_lock)


@pytest.fixture
def no_cells(monkeypatch):
    monkeypatch.setattr(Appointment, "_keep_cells", lambda self: None)


def test_twelve_at_once_of_whom_six_forget_the_lock(race):
    refused = race(ROUNDS)

    assert concurrency.overlapping_appointments() == []
    assert refused["SlotConflict"]  # the cells were needed
    assert refused["SlotUnavailable"]


def test_the_same_race_gives_times_twice_without_lock_and_cells(race, no_lock, no_cells):
    race(10)
    assert concurrency.overlapping_appointments()


def test_the_cells_alone_give_no_time_twice(race, no_lock):
    race(5)
    assert concurrency.overlapping_appointments() == []


def test_the_lock_alone_gives_no_time_twice_where_everybody_takes_it(race, no_cells):
    race(4, careless=0)
    assert concurrency.overlapping_appointments() == []


def test_the_way_between_two_rooms_stays_free(appointment_type, harley_street, st_pauls, actor):
    """Which the cells do not know of."""
    BookingSettings.objects.update(travel_minutes=40)
    steps = []
    for number in range(4):
        times = [
            Slot(TEN + timedelta(days=2 * number, minutes=40 * place), st_pauls if place % 2 else harley_street)
            for place in range(THREADS)
        ]
        enquiries = zip(concurrency.make_enquiries(THREADS), times, strict=True)
        steps.append([partial(appointments.book_agreed, *request, NOW, actor=actor) for request in enquiries])

    concurrency.run_concurrently(steps)

    booked = Appointment.objects.booked().order_by("starts_at")
    assert len({appointment.starts_at.date() for appointment in booked}) == 4
    assert booked.count() >= 16  # no two neighbours, and never three in a row left out
    for first, second in combinations(booked, 2):
        assert first.location == second.location or second.starts_at - first.ends_at >= timedelta(minutes=40)


def test_no_day_gets_more_than_it_may(appointment_type, harley_street):
    """Twelve people move to one day, to times that are all free."""
    AppointmentType.objects.update(publishes_times=True, daily_cap=2, every=40, horizon_days=56)
    for weekday in range(5):
        WeeklyHours.objects.create(location=harley_street, weekday=weekday, opens=time(8), closes=time(20))
    days = [TEN.replace(hour=8) + timedelta(days=7 * week) for week in range(3)]
    steps = []
    for day in days:
        before = [
            concurrency.new_appointment(
                enquiry,
                Slot(day + timedelta(days=1, minutes=40 * place), harley_street),
                Status.BOOKED,
                appointment_type,
            )
            for place, enquiry in enumerate(concurrency.make_enquiries(THREADS))
        ]
        for appointment in before:
            appointment.save()
        times = [Slot(day + timedelta(minutes=40 * place), harley_street) for place in range(THREADS)]
        moves = zip(before, times, strict=True)
        steps.append([partial(appointments.move, *step, NOW, actor=Actor.PERSON) for step in moves])

    concurrency.run_concurrently(steps)

    moved = Counter(appointment.starts_at.date() for appointment in Appointment.objects.booked().filter(sequence=1))
    assert moved == {day.date(): 2 for day in days}


def test_four_processes_accept_and_one_reply_arrives(appointment_type, harley_street, therapist):
    """One request, or one of two for the same time: at the same instant, each with a reply of its own."""
    BookingSettings.objects.update(remind_hours=None)  # the sender goes by the real clock
    days = [TEN + timedelta(days=number) for number in range(8)]
    with concurrency.accepting_processes(4) as accept:
        for number, day in enumerate(days):
            rivals = 1 + number % 2
            requested = concurrency.request_slots(
                [(enquiry, Slot(day, harley_street)) for enquiry in concurrency.make_enquiries(rivals)],
                appointment_type,
            )
            outcomes = Counter(accept(requested * (4 // rivals)))
            assert outcomes["booked"] == 1, outcomes
            assert outcomes["NotAllowed"] + outcomes["SlotUnavailable"] == 3, outcomes

    booked = Appointment.objects.booked().select_related("enquiry").order_by("starts_at")
    assert [appointment.starts_at for appointment in booked] == days
    assert Appointment.objects.filter(status=Status.PENDING).count() == 4  # the rivals, who are still to be answered
    assert Enquiry.objects.filter(status=Enquiry.Status.WAITING).count() == 4
    replies = Message.objects.all()
    assert sorted(message.enquiry_id for message in replies) == sorted(appointment.enquiry_id for appointment in booked)
    assert {message.kind for message in replies} == {"reply"}
    port = free_port()
    with MailServer(port) as server:
        assert start_worker(port).wait(concurrency.PATIENCE) == 0
    recipients = [message["X-Envelope-To"] for message in server.messages]
    assert sorted(recipients) == sorted(appointment.person.email for appointment in booked)
