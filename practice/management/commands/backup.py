from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from practice import backup_files
from practice.backup import BackupError


class Command(BaseCommand):
    help = "Writes an encrypted backup of the whole database into a folder and deletes those older than 30 days."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *, folder: Path, **options: object) -> None:
        now = timezone.now()
        try:
            path, counts = backup_files.make(folder, settings.BACKUP_RECIPIENTS, now)
        except BackupError as problem:
            raise CommandError(str(problem)) from problem
        deleted = backup_files.delete_old(folder, now)
        size = path.stat().st_size / 1_000_000
        self.stdout.write(f"{path}: {counts.total()} rows, {size:.1f} MB. Old backups deleted: {deleted}.")
        self.stdout.write("To read it, its secret key and FIELD_KEY are needed: keep both away from it.")
