"""`python -m benchmarks.series`: rolling 100 series on, and the free times beside them, in milliseconds and queries."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from datetime import time as clock
from time import process_time
from typing import Any

from benchmarks.search import in_a_site_of_its_own

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)  # a Monday
SERIES = 100
MINUTES = 25


def prepare() -> None:
    """Open two rooms on every day, and publish the times of both types for eight weeks."""
    from bookings.models import AppointmentType, BookingSettings, WeeklyHours
    from practice.models import Location

    rooms = list(Location.objects.filter(kind=Location.Kind.ROOM))[:2]
    for room in rooms:
        for weekday in range(7):
            WeeklyHours.objects.create(location=room, weekday=weekday, opens=clock(8), closes=clock(20))
    AppointmentType.objects.update(publishes_times=True, horizon_days=56, minutes_before=0, minutes_after=5)
    BookingSettings.objects.update(travel_minutes=0)


def fill() -> None:
    """Agree on that many weekly series of 20 minutes, on five days and in two rooms."""
    from bookings import series
    from bookings.actor import Actor
    from bookings.models import AppointmentType, Enquiry, Person, Series
    from practice.models import Location

    rooms = list(Location.objects.filter(kind=Location.Kind.ROOM))[:2]
    kind = AppointmentType.objects.last()
    for number in range(SERIES):
        person = Person.objects.create(name=f"Person {number}", channel=Person.Channel.EMAIL)
        enquiry = Enquiry.objects.create(
            person=person, appointment_type=kind, form_digest=str(number), received_at=NOW, reply_due=NOW
        )
        begins = datetime(2026, 11, 24, 8) + timedelta(days=number % 5, minutes=MINUTES * (number // 5))
        made = Series(
            enquiry=enquiry,
            appointment_type=kind,
            location=rooms[number % 2],
            first_day=begins.date(),
            at=begins.time(),
            minutes=20,
        )
        series.agree(made, NOW, actor=Actor.SYSTEM, draft=None)


def measured(act: Callable[[], Any]) -> tuple[float, int]:
    """Return milliseconds of CPU time and queries of one run."""
    from django.db import connection

    queries: list[str] = []

    def count(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        queries.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(count):  # Django's own log of queries has a limit
        began = process_time()
        act()
        took = process_time() - began
    return took * 1000, len(queries)


def main() -> None:
    import django

    django.setup()
    from bookings import form_choices, published_times, series
    from bookings.models import Appointment
    from practice.models import Location

    prepare()

    def free_times() -> list[Any]:
        published = reading()
        rooms = list(Location.objects.filter(kind=Location.Kind.ROOM))[:2]
        return [published.free_times(slug, room) for slug in list(published.types) for room in rooms]

    def reading() -> Any:
        return published_times.read(form_choices.read(), NOW, answer_by=NOW)

    reading()
    empty = min(measured(free_times)[0] for _ in range(20))
    rows = [("agreeing on all of them", *measured(fill))]
    rows.append(("reading the free times", *measured(reading)))
    full = min(measured(free_times)[0] for _ in range(20))
    rows.append(("rolling on, a day later", *measured(lambda: series.roll_on(NOW + timedelta(days=1)))))
    rows.append(("rolling on the same day", *measured(lambda: series.roll_on(NOW + timedelta(days=1)))))
    print(f"{SERIES} series, {Appointment.objects.booked().count():,} appointments:\n")
    for name, took, queries in rows:
        print(f"{name:26} {took:9.1f} ms CPU {queries:6} queries")
    print(f"\nfree times: {empty:.1f} ms in an empty diary, {full:.1f} ms beside all of them: ratio {full / empty:.2f}")


if __name__ == "__main__":
    if "measure" in sys.argv:
        main()
    else:
        in_a_site_of_its_own("benchmarks.series")
