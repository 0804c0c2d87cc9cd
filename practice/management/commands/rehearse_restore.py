from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from practice.backups import copies
from practice.backups.encryption import read_identities
from practice.backups.errors import BackupError


class Command(BaseCommand):
    help = "Tries whether a backup restores: into a temporary database. Nothing of the site is changed."
    requires_system_checks = []  # it may run where there is no site, with FIELD_KEY as the only setting

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--key", type=Path, required=True, help="the file with the secret key of the backup")

    def handle(self, *, file: Path, key: Path, **options: object) -> None:
        try:
            restored = copies.rehearse(file.resolve(strict=True), read_identities(key))
        except BackupError as problem:
            raise CommandError(str(problem)) from problem
        except OSError as problem:
            raise CommandError(f"{problem.filename}: {problem.strerror}.") from problem
        self.stdout.write(f"All {restored.counts.total()} rows came back. SHA-256 of the rows: {restored.digest}")
