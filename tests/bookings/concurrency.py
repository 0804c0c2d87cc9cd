"""Many who want the same time at once: in threads, or in processes of their own."""

import json
import os
import subprocess
import sys
import threading
import time as clock
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from itertools import combinations, count

from django.contrib.auth import get_user_model
from django.db import connection, transaction

from bookings import appointments, availability, offers
from bookings.actor import Actor
from bookings.enquiries import ReplyDraft
from bookings.exceptions import NotAllowed, SlotUnavailable
from bookings.models import Appointment, AppointmentType, BookingSettings, Enquiry, Person, SlotConflict
from bookings.slot import Slot
from tests.bookings.conftest import NOW
from tests.mail_server import ROOT, database_url

TEN = datetime(2026, 12, 1, 10, 0, tzinfo=UTC)  # a Tuesday
PATIENCE = 60  # seconds
NUMBERS = count()

Step = Callable[[], object]


# Who takes part ----------------------------------------------------------------------------------


def make_enquiries(number: int) -> list[Enquiry]:
    """As if received long ago, so that nothing waits in the outbox; each with an address of their own."""
    return Enquiry.objects.bulk_create([_enquiry(f"person{next(NUMBERS)}") for _ in range(number)])


def _enquiry(name: str) -> Enquiry:
    return Enquiry(
        appointment_type=AppointmentType.objects.get(slug="complimentary-consultation"),
        on_behalf=Enquiry.Behalf.MYSELF,
        person=Person.objects.create(name=name, channel=Person.Channel.EMAIL, email=f"{name}@example.org"),
        form_digest=name,
        answers_digest=name,
        received_at=NOW,
        reply_due=NOW + timedelta(days=1),
    )


def new_appointment(enquiry: Enquiry, time: Slot, status: str, appointment_type: AppointmentType) -> Appointment:
    return Appointment(
        enquiry=enquiry,
        appointment_type=appointment_type,
        location=time.location,
        starts_at=time.starts_at,
        ends_at=time.starts_at + timedelta(minutes=appointment_type.minutes),
        minutes_before=appointment_type.minutes_before,
        minutes_after=appointment_type.minutes_after,
        status=status,
        made_at=NOW,
    )


def request_slots(requests: list[tuple[Enquiry, Slot]], appointment_type: AppointmentType) -> list[Appointment]:
    """What they asked for, which holds no time."""
    requested = [
        new_appointment(enquiry, time, Appointment.Status.PENDING, appointment_type) for enquiry, time in requests
    ]
    return Appointment.objects.bulk_create(requested)


def book_without_lock(enquiry: Enquiry, time: Slot, appointment_type: AppointmentType, wait_for_others: Step) -> None:
    """Looks, meets all who look at the same moment, and saves without having locked anything."""
    rules = availability.read_rules(time.starts_at, time.starts_at, NOW)
    is_clear = availability.is_clear(appointment_type, time.location, time.starts_at, rules)
    wait_for_others()
    if is_clear:
        new_appointment(enquiry, time, Appointment.Status.BOOKED, appointment_type).save()


@contextmanager
def no_diary_lock(now: datetime) -> Iterator[BookingSettings]:
    """In the place of diary.locked: nobody waits for anybody."""
    with transaction.atomic() if connection.vendor == "postgresql" else nullcontext():  # which it needs for row locks
        offers.expire(now)
        yield BookingSettings.load()


# Threads -----------------------------------------------------------------------------------------


def run_concurrently(rounds: list[list[Step]]) -> list[str]:
    """All steps of a round begin together, each in a thread; the names of the refusals. Raises everything else."""
    start = threading.Barrier(len(rounds[0]), timeout=PATIENCE)

    def run(number: int) -> list[str]:
        refused = []
        try:
            for steps in rounds:
                start.wait()
                try:
                    steps[number]()
                except (SlotUnavailable, SlotConflict) as refusal:
                    refused.append(type(refusal).__name__)
        except BaseException:
            start.abort()
            raise
        finally:
            connection.close()
        return refused

    with ThreadPoolExecutor(len(rounds[0])) as pool:
        running = [pool.submit(run, number) for number in range(len(rounds[0]))]
    problems = [problem for future in running if (problem := future.exception())]
    for problem in sorted(problems, key=lambda problem: isinstance(problem, threading.BrokenBarrierError)):
        raise problem  # the one that broke it, not those that then waited in vain
    return [name for future in running for name in future.result()]


# What comes of it --------------------------------------------------------------------------------


def overlapping_appointments() -> list[tuple[Appointment, Appointment]]:
    """Booked appointments that share time, what is kept free around them included: by the clock, not by cells."""
    booked = sorted(Appointment.objects.booked(), key=_begins)
    near = (
        (first, second)
        for first, second in combinations(booked, 2)
        if second.starts_at - first.starts_at < timedelta(1)
    )
    return [
        (first, second) for first, second in near if _begins(first) < _ends(second) and _begins(second) < _ends(first)
    ]


def _begins(appointment: Appointment) -> datetime:
    return appointment.starts_at - timedelta(minutes=appointment.minutes_before)


def _ends(appointment: Appointment) -> datetime:
    return appointment.ends_at + timedelta(minutes=appointment.minutes_after)


# Processes ---------------------------------------------------------------------------------------


@contextmanager
def accepting_processes(number: int) -> Iterator[Callable[[list[Appointment]], list[str]]]:
    """Gives a function that lets each process accept its appointment at one instant, and returns what each says."""
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c"]
    command.append("from tests.bookings import concurrency; concurrency.accept_from_stdin()")
    options = {"cwd": ROOT, "env": os.environ | {"DATABASE_URL": database_url()}, "text": True, "bufsize": 1}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    processes = [subprocess.Popen(command, **options, **pipes) for _ in range(number)]

    def accept_request(preferences: list[Appointment]) -> list[str]:
        instant = clock.time() + 0.05
        for process, preference in zip(processes, preferences, strict=True):
            process.stdin.write(json.dumps([preference.pk, instant]) + "\n")
        return [process.stdout.readline().strip() for process in processes]

    try:
        assert [process.stdout.readline().strip() for process in processes] == ["ready"] * number
        yield accept_request
    finally:
        for process in processes:
            process.stdin.close()  # ends it
            process.wait(PATIENCE)
            process.stdout.close()


def accept_from_stdin() -> None:
    """In a process of its own: for each line, accepts an appointment at an instant, with a reply of its own."""
    therapist = get_user_model().objects.get(username="therapist")
    write_line("ready")
    for line in sys.stdin:
        number, instant = json.loads(line)
        preference = Appointment.objects.select_related("enquiry").get(pk=number)
        draft = ReplyDraft("Your message", "Dear you", uuid.uuid4())
        clock.sleep(max(0, instant - clock.time()))
        try:
            appointments.accept_request(preference, NOW, actor=Actor.therapist(therapist), draft=draft)
            write_line("booked")
        except NotAllowed as refusal:
            write_line(type(refusal).__name__)
        except Exception as problem:
            write_line(repr(problem))


def write_line(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()
