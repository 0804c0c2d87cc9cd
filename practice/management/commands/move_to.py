from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from practice.backups import moving
from practice.backups.errors import BackupError

WHAT_NEXT = (
    "Now set DATABASE_URL to the new database where the site and the worker read it, and start both. Everybody signs "
    "in again. The old database is as it was: delete it once the site works, because whoever erases themselves from "
    "now on is still in it."
)


class Command(BaseCommand):
    help = (
        "Copies everything to another database, which must be empty: from SQLite to PostgreSQL, or the other way. Stop "
        "the site and the worker first."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("database_url", help="as DATABASE_URL: postgres://user:password@host:5432/name")

    def handle(self, *, database_url: str, **options: object) -> None:
        try:
            moved = moving.move(database_url, timezone.now())
        except BackupError as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(f"All {moved.counts.total()} rows are in the new database.")
        self.stdout.write(f"SHA-256 of the rows, the same in both: {moved.digest}")
        self.stdout.write(WHAT_NEXT)
