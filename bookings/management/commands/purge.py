import logging
from collections.abc import Mapping
from datetime import datetime

from django.apps import apps
from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.utils import timezone

from bookings import retention

RowCounts = Mapping[str, int]


class Command(BaseCommand):
    help = "Erases what has been kept long enough, as the worker does every hour, and says how many rows that were."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would be erased")

    def handle(self, *args: object, dry_run: bool, **options: object) -> None:
        now = timezone.now()
        before = _count_rows()
        if dry_run:
            after = self._try(now)
        else:
            retention.tidy(now)
            after = _count_rows()
        fewer = {label: before[label] - after[label] for label in before if after[label] < before[label]}
        for label, number in fewer.items():
            self.stdout.write(f"{label}: {number} row{'' if number == 1 else 's'}")
        if not fewer:
            self.stdout.write("Nothing.")

    @staticmethod
    def _try(now: datetime) -> RowCounts:
        """Erase within a transaction that is undone, and count the rows before that."""
        logging.disable(logging.INFO)  # the log would say that enquiries were erased
        try:
            with transaction.atomic():
                retention.run_tasks(now)
                after = _count_rows()
                transaction.set_rollback(True)
        finally:
            logging.disable(logging.NOTSET)
        return after


def _count_rows() -> RowCounts:
    models = [model for model in apps.get_models() if model._meta.managed]
    return {model._meta.label: model._default_manager.count() for model in models}
