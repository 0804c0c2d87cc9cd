import sys

from django.core.management.base import BaseCommand
from django.utils import timezone

from practice import health


class Command(BaseCommand):
    help = "Says whether the site works and what needs a person. The exit code is 1 if anything does."
    requires_system_checks = []  # what they refuse is for `manage.py check`; this is to say what it can

    def handle(self, **options: object) -> None:
        findings = list(health.read(timezone.now()))
        for finding in findings:
            mark = self.style.SUCCESS("fine   ") if finding.is_fine else self.style.ERROR("failing")
            self.stdout.write(f"{mark}  {finding.name}: {finding.sentence}")
        sys.exit(0 if all(finding.is_fine for finding in findings) else 1)
