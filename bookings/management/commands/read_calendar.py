import sys
from datetime import timedelta
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from bookings.busy_calendar import fetch_calendar
from bookings.ical import CalendarError, busy_times
from practice.clock import LONDON

AHEAD = timedelta(weeks=8)


class Command(BaseCommand):
    help = (
        "Reads a calendar as the site reads the therapist's other one, and prints what is busy in the next eight "
        "weeks in London time. Nothing is saved. The exit code is 1 if an entry was not understood."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("calendar", metavar="FILE_OR_URL", help="a file, or an address on the public internet")

    def handle(self, *args: object, calendar: str, **options: object) -> None:
        now = timezone.now().replace(microsecond=0)
        try:
            busy = busy_times(_content(calendar), now, now + AHEAD)
        except (CalendarError, OSError) as problem:
            raise CommandError(problem.sentence if isinstance(problem, CalendarError) else str(problem)) from None
        for start, end in busy.spans:
            self.stdout.write(f"{start.astimezone(LONDON).isoformat()}/{end.astimezone(LONDON).isoformat()}")
        for entry in busy.unclear:
            self.stdout.write(f"Not understood: {entry.sentence}")
        if busy.unclear:
            sys.exit(1)


def _content(calendar: str) -> bytes:
    if calendar.startswith(("https:", "http:", "webcal:")):
        return fetch_calendar(calendar)
    return Path(calendar).read_bytes()
