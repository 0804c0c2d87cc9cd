"""`python -m benchmarks.inbox`: the desk's screens with 100,000 enquiries beside those with 1,000, in milliseconds and
queries."""

import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from statistics import median
from typing import Any

from benchmarks.ketamine import PAGE
from benchmarks.search import in_a_site_of_its_own

NOW = datetime.now(UTC)
SIZES = 1_000, 100_000
WAITING = 12
ROUNDS = 21
FIRST_NAMES = ["Zoë", "Omar", "Ruth", "Liam", "Priya", "Ian", "Maud", "Yusuf", "Ella", "Tom"]
LIST = "/admin/bookings/enquiry/"


def name_of(number: int) -> str:
    return f"{FIRST_NAMES[number % 10]} Ashby{number:06}"


def fill(first: int, end: int) -> None:
    """Add the people and enquiries of these numbers: one in five minutes, all answered but for the newest twelve."""
    from django.conf import settings

    from bookings.models import AppointmentType, Enquiry, Person, SearchToken
    from bookings.search import digest, tokens_of

    consultation = AppointmentType.objects.first()
    people = Person.objects.bulk_create(
        [
            Person(name=name_of(number), email=f"p{number}@person.example", channel=Person.Channel.EMAIL)
            for number in range(first, end)
        ],
        batch_size=500,
    )
    SearchToken.objects.bulk_create(
        [
            SearchToken(person=person, digest=digest(token, settings.FIELD_KEYS[0]))
            for person in people
            for token in sorted(tokens_of(person))
        ],
        batch_size=500,
    )
    Enquiry.objects.bulk_create(
        [
            Enquiry(
                person=person,
                appointment_type=consultation,
                form_digest=f"{number:064}",
                message="I would like to talk about drinking.",
                status=Enquiry.Status.WAITING if number < WAITING else Enquiry.Status.ANSWERED,
                received_at=NOW - timedelta(minutes=5 * number),
                reply_due=NOW + timedelta(hours=20 - number),
            )
            for number, person in enumerate(people, first)
        ],
        batch_size=500,
    )


def milliseconds(act: Callable[[], Any]) -> float:
    act()
    took = []
    for _ in range(ROUNDS):
        began = time.process_time()
        answer = act()
        took.append(time.process_time() - began)
        if answer.status_code != 200:
            raise RuntimeError(answer)
    return median(took) * 1000


def screens(client: Any) -> Iterator[tuple[str, Callable[[], Any]]]:
    from bookings.models import Enquiry

    yield "the desk", partial(client.get, "/admin/")
    yield "the list", partial(client.get, LIST)
    yield "its last page", partial(client.get, f"{LIST}?p={(Enquiry.objects.count() - 1) // 50 + 1}")

    def search() -> Any:
        return client.post(LIST, {"search": "Priya Ashby000764"}, follow=True)

    yield "a search", search
    enquiry = Enquiry.objects.get(form_digest=f"{764:064}")
    yield "an enquiry", partial(client.get, f"{LIST}{enquiry.pk}/change/")
    yield "a visitor’s page", partial(client.get, PAGE)


def main() -> None:
    import django

    django.setup()
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    call_command("load_starter_pages", verbosity=0)
    user = User.objects.create_superuser("therapist", "therapist@practice.example", "a long password 7")
    took: dict[str, list[float]] = {}
    queries: dict[str, int] = {}
    for begin, end in zip((0, *SIZES), SIZES, strict=False):
        fill(begin, end)
        client = Client(SERVER_NAME="127.0.0.1")
        client.force_login(user)
        for name, act in screens(client):
            took.setdefault(name, []).append(milliseconds(act))
            with CaptureQueriesContext(connection) as captured:
                act()
            queries[name] = len(captured)
    small, large = (f"{size:,}" for size in SIZES)
    print(f"Median of {ROUNDS}, milliseconds of CPU time:\n\n{'':18} {small:>9} {large:>9}   ratio  queries")
    for name, (first, second) in took.items():
        print(f"{name:18} {first:9.1f} {second:9.1f} {second / first:7.2f} {queries[name]:8}")


if __name__ == "__main__":
    if "measure" in sys.argv:
        main()
    else:
        in_a_site_of_its_own("benchmarks.inbox")
