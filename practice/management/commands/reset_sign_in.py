from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from practice import sessions
from practice.models import FailedSignIns
from practice.sealing import practice_keys
from practice.sign_in import reset, second_factor, signals

REMOVED = "The second step is removed: the next sign-in sets it up anew."
SEALED = (
    "What people wrote stays sealed for this account until the recovery key, or the former password, is typed on the "
    "desk."
)
STAYS = "The second step stays. If the phone and the recovery codes are lost too, add --second-factor."


class Command(BaseCommand):
    help = (
        "Lets somebody sign in again who can't: prints a link to a new password, ends the sessions of the account, and "
        "with --second-factor removes its second step. Its holder, or the therapist, is told by email."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument(
            "--second-factor", action="store_true", help="also remove its app, its passkeys and its recovery codes"
        )

    def handle(self, *, username: str, second_factor: bool, **options: object) -> None:
        user = User.objects.filter(username__iexact=username).first()
        if user is None:
            names = ", ".join(User.objects.order_by("username").values_list("username", flat=True))
            raise CommandError(f"There is no account “{username}”. There are: {names or 'none'}.")
        if not reset.may_sign_in(user):
            raise CommandError(f"“{user.username}” may not sign in: make it active and a member of staff first.")
        if practice_keys.is_on():
            self.stdout.write(SEALED)
        _let_in_again(user, is_factor_lost=second_factor)
        self.stdout.write(f"Set a new password here within two hours:\n{reset.link(user)}")
        self.stdout.write(REMOVED if second_factor else STAYS)


def _let_in_again(user: User, *, is_factor_lost: bool) -> None:
    sessions.end_all(user)
    FailedSignIns.objects.all().delete()
    if is_factor_lost:
        second_factor.remove_all(user)
    signals.reset_on_server.send(sender=User, user=user)
