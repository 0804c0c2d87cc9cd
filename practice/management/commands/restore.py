import tempfile
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from practice import backup
from practice.backup import BackupError


class Command(BaseCommand):
    help = (
        "Replaces the database by a backup. Stop the site and the worker first. Messages are held back until "
        "`manage.py release_messages`."
    )
    requires_system_checks = []  # some of them would report the state that this is to mend

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--key", type=Path, required=True, help="the file with the secret key of the backup")
        parser.add_argument("--over", action="store_true", help="replace a database that is in use")
        parser.add_argument("--lost-key", action="store_true", help="restore although FIELD_KEY is another one")

    def handle(self, *, file: Path, key: Path, over: bool, lost_key: bool, **options: object) -> None:
        try:
            identities = _identities(key)
            with file.open("rb") as source, tempfile.TemporaryFile(dir=settings.VAR_DIR) as scratch:
                counts = backup.restore(source, scratch, identities, is_over=over, is_key_lost=lost_key)
        except BackupError as problem:
            raise CommandError(str(problem)) from problem
        except OSError as problem:
            raise CommandError(f"{problem.filename}: {problem.strerror}.") from problem
        self.stdout.write(f"{counts.total()} rows are restored.")
        self.stdout.write("Messages are held back: look at the enquiries, then run `manage.py release_messages`.")


def _identities(path: Path) -> list[str]:
    lines = map(str.strip, path.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line and not line.startswith("#")]
