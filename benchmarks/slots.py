"""`python -m benchmarks.slots`: the free times of eight weeks at two rooms with 500 appointments, and what the form
makes of them, in milliseconds of CPU time and queries."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from datetime import time as clock
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.ketamine import ROOT, environment

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)  # a Monday
APPOINTMENTS = 500
WEEKS = 8
ROUNDS = 60


def fill() -> list[Any]:
    """Two rooms, open on every day, both types published for eight weeks, and the appointments spread over them."""
    from bookings.models import Appointment, AppointmentType, BookingSettings, Enquiry, Person, WeeklyHours
    from practice.models import Location

    rooms = list(Location.objects.filter(kind=Location.Kind.ROOM))[:2]
    for room in rooms:
        for weekday in range(7):
            WeeklyHours.objects.create(location=room, weekday=weekday, opens=clock(8), closes=clock(20))
    AppointmentType.objects.update(publishes_times=True, horizon_days=7 * WEEKS)
    BookingSettings.objects.update(travel_minutes=40)
    private = AppointmentType.objects.last()
    person = Person.objects.create(name="Somebody", channel=Person.Channel.EMAIL)
    enquiry = Enquiry.objects.create(
        person=person, appointment_type=private, form_digest="one", received_at=NOW, reply_due=NOW
    )
    step = timedelta(weeks=WEEKS) / APPOINTMENTS
    Appointment.objects.bulk_create(
        Appointment(
            enquiry=enquiry,
            appointment_type=private,
            location=rooms[number % 2],
            starts_at=begins,
            ends_at=begins + timedelta(minutes=50),
            minutes_after=10,
            status=Appointment.Status.BOOKED,
            made_at=NOW,
        )
        for number in range(APPOINTMENTS)
        for begins in [NOW + number * step - (NOW + number * step - NOW) % timedelta(minutes=5)]
    )
    return rooms


def milliseconds(act: Callable[[], Any]) -> tuple[float, float]:
    """Of CPU time: the least and the median of the rounds. A machine whose speed changes shows in the second."""
    act()
    took = []
    for _ in range(ROUNDS):
        began = time.process_time()
        act()
        took.append(time.process_time() - began)
    return min(took) * 1000, median(took) * 1000


def main() -> None:
    import django
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    django.setup()
    from bookings import form_choices, published_times

    rooms = fill()

    def read() -> Any:
        return published_times.read(form_choices.read(), NOW, answer_by=NOW)

    def free_times(count: int = 2) -> list[Any]:
        published = read()
        return [published.free_times(slug, room) for slug in list(published.types)[:count] for room in rooms]

    published = read()
    measured = {
        "one type, read and found": lambda: free_times(1),
        "both types, read and found": free_times,
        "reading alone": read,
        "what the form shows": lambda: published.by_location(rooms),
    }
    print(f"{WEEKS} weeks, {len(rooms)} rooms, {APPOINTMENTS} appointments, {ROUNDS} rounds:\n")
    for name, act in measured.items():
        with CaptureQueriesContext(connection) as queries:
            act()
        least, usual = milliseconds(act)
        print(f"{name:28} {least:6.1f} ms CPU at least, {usual:6.1f} usually {len(queries):3} queries")
    print(f"\n{sum(len(found) for found in free_times())} times are free")


def in_a_site_of_its_own() -> None:
    with tempfile.TemporaryDirectory() as folder:
        env = {**environment(Path(folder)), "DJANGO_SETTINGS_MODULE": "practice.settings"}
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=env, check=True)
        subprocess.run([sys.executable, "-m", "benchmarks.slots", "measure"], cwd=ROOT, env=env, check=True)


if __name__ == "__main__":
    if "measure" in sys.argv:
        main()
    else:
        in_a_site_of_its_own()
