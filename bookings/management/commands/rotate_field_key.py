from collections.abc import Callable, Mapping
from getpass import getpass

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from bookings import rotation, sealing
from practice import key_check, mail_account
from practice.sealing import account_keys, opened, practice_keys
from practice.sealing.recovery_key import MistypedError
from practice.sign_in import second_factor

WRONG = "That isn’t the recovery key of this site. Nothing was changed."

EVERY = 1000  # people, after which it says how far it is


class Command(BaseCommand):
    help = (
        "Encrypts everything with the first key of FIELD_KEY, so that the other keys can be dropped, and gives each "
        "person a key of their own. It can be interrupted and started again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--lost", action="store_true", help="the key of what can't be read is lost for good; run without it"
        )
        parser.add_argument(
            "--undo",
            action="store_true",
            help="write everything as the previous release reads it, to go back to it; stop the site and worker first",
        )

    def handle(self, *args: object, lost: bool, undo: bool, **options: object) -> None:
        if undo:
            self._undo()
            return
        done = rotation.rotate(self._progress)
        self.stdout.write(f"{done.people} people have a key under the newest FIELD_KEY; {done.rows} rows were written.")
        sealing.seal_rest(timezone.now(), self._progress_of_sealing)
        written, unreadable = second_factor.rewrite_secrets()
        self.stdout.write(f"{written} secrets of the second factor were written.")
        unreadable += done.unreadable + account_keys.encrypt_again()
        if unreadable:
            self.stdout.write(f"{unreadable} could not be read with any key of FIELD_KEY and were left as they are.")
        if lost or not unreadable:
            mail_account.renew()
            key_check.remember()  # last, because from then on the site starts without the older keys

    def _undo(self) -> None:
        with opened.lent(self._asked_keys()):
            unopened = rotation.undo(apps, self._progress)
        if unopened:
            raise CommandError(f"The keys of {unopened} people could not be opened; they were left as they are.")
        practice_keys.stop_sealing()
        self.stdout.write("Everything is written as the previous release reads it.")

    def _asked_keys(self) -> Callable[[], Mapping[int, bytes]]:
        """Ask for the recovery key where words are sealed. Nothing else opens them here."""
        if practice_keys.newest() is None:
            return dict
        try:
            keys = practice_keys.opened_by_recovery_key(getpass("What people wrote is sealed. Recovery key: "))
        except (MistypedError, practice_keys.WrongRecoveryKeyError) as problem:
            raise CommandError(WRONG) from problem
        return lambda: keys

    def _progress_of_sealing(self, done: int, of: int) -> None:
        if done % EVERY == 0 or done == of:
            self.stdout.write(f"{done} of {of} texts are sealed.")
            self.stdout.flush()

    def _progress(self, done: int, of: int) -> None:
        if done % EVERY == 0 or done == of:
            self.stdout.write(f"{done} of {of} people.")
            self.stdout.flush()
