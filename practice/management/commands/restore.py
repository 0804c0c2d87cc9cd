import tempfile
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from practice.backups import erasures, files
from practice.backups.encryption import read_identities
from practice.backups.errors import BackupError
from practice.backups.restoring import Restored, restore
from practice.command_line import command_line

RELEASE = command_line("release_messages")
NO_LIST = (
    "No list of erasures was found, so people who have erased themselves since the backup are back: erase them again "
    "before you release messages."
)
TOO_OLD = (
    "The backup is older than 30 days, and erasures are remembered no longer: people who erased themselves soon after "
    "it are back."
)


class Command(BaseCommand):
    help = (
        "Replaces the database by a backup. Stop the site and the worker first. What has been erased since then is "
        f"erased again. Messages are held back until `{RELEASE}`."
    )
    requires_system_checks = []  # some of them would report the state that this is to mend

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--key", type=Path, required=True, help="the file with the secret key of the backup")
        parser.add_argument("--over", action="store_true", help="replace a database that is in use")
        parser.add_argument("--lost-key", action="store_true", help="restore although FIELD_KEY is another one")

    def handle(self, *, file: Path, key: Path, over: bool, lost_key: bool, **options: object) -> None:
        now, ledgers = timezone.now(), {file.parent / erasures.FILE_NAME}
        if settings.BACKUP_FOLDER is not None:
            ledgers.add(settings.BACKUP_FOLDER / erasures.FILE_NAME)
        try:
            identities = read_identities(key)
            with file.open("rb") as source, tempfile.TemporaryFile(dir=settings.VAR_DIR) as scratch:
                restored = restore(
                    source, scratch, identities, now, ledgers=sorted(ledgers), is_over=over, is_key_lost=lost_key
                )
        except BackupError as problem:
            raise CommandError(str(problem)) from problem
        except OSError as problem:
            raise CommandError(f"{problem.filename}: {problem.strerror}.") from problem
        self._report(restored, now)

    def _report(self, restored: Restored, now: datetime) -> None:
        self.stdout.write(f"{restored.fingerprint.counts.total()} rows are restored.")
        if restored.erased_again is None:
            self.stdout.write(self.style.WARNING(NO_LIST))
        else:
            self.stdout.write(f"Enquiries erased since the backup, and now erased again: {restored.erased_again}.")
            if now - restored.made_at > files.KEPT:
                self.stdout.write(self.style.WARNING(TOO_OLD))
        self.stdout.write(f"Messages are held back: look at the enquiries, then run `{RELEASE}`.")
