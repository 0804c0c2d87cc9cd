from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from practice.backups import routine
from practice.backups.errors import BackupError

NO_FOLDER = "Name a folder, or set BACKUP_FOLDER."


class Command(BaseCommand):
    help = (
        "Writes an encrypted backup of the whole database into a folder, tries whether it restores, and deletes those "
        "older than 30 days."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        folder = settings.BACKUP_FOLDER
        parser.add_argument("folder", type=Path, nargs="?", default=folder, help="default: BACKUP_FOLDER")

    def handle(self, *, folder: Path | None, **options: object) -> None:
        if folder is None:
            raise CommandError(NO_FOLDER)
        try:
            report = routine.back_up(folder, timezone.now())
        except BackupError as problem:
            raise CommandError(str(problem)) from problem
        size = report.path.stat().st_size / 1_000_000
        self.stdout.write(f"{report.path}: {report.rows} rows, {size:.1f} MB.")
        self.stdout.write(f"Restoring it was tried, and every row came back. Old backups deleted: {report.deleted}.")
        self.stdout.write("To read it, its secret key and FIELD_KEY are needed: keep both away from it.")
