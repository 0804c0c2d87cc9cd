import sys
from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone
from django.utils.module_loading import import_string

from practice import doctor, health
from practice.health import HealthFinding


class Command(BaseCommand):
    help = "Says whether the site works and what needs a person. The exit code is 1 if anything is failing."
    requires_system_checks = []  # what they refuse is for `manage.py check`; this is to say what it can

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--test-message", metavar="ADDRESS", default="", help="send a message there, and say how")

    def handle(self, *, test_message: str, **options: object) -> None:
        is_failing = False
        for finding in _findings(timezone.now(), test_message):
            self.stdout.write(f"{self._mark(finding)}  {finding.name}: {finding.sentence}")
            is_failing |= finding.is_failure
        sys.exit(1 if is_failing else 0)

    def _mark(self, finding: HealthFinding) -> str:
        if not finding.is_known:
            return self.style.WARNING("unknown")
        if not finding.is_fine and not finding.is_urgent:
            return self.style.WARNING("to do  ")
        return self.style.SUCCESS("fine   ") if finding.is_fine else self.style.ERROR("failing")


def _findings(now: datetime, test_address: str) -> Iterator[HealthFinding]:
    is_database_away = False
    for finding in health.read(now):
        is_database_away |= finding.name == "database" and not finding.is_fine
        yield finding
    if is_database_away:  # most of the rest asks it too
        return
    if test_address:  # before what depends on whether a message was ever accepted
        yield from import_string(settings.SEND_TEST_MESSAGE)(test_address, now)
    yield from doctor.read(now)
