import secrets
import sys
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import OperationalError

from practice.command_line import command_line

ADMINISTRATOR = "therapist"
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # without those that look alike


def readable_password() -> str:
    """Return five groups of four characters, about 99 bits."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(5))


class Command(BaseCommand):
    help = "Updates the database and the static files and loads the starter pages; safe to repeat."

    def handle(self, **options: Any) -> None:
        try:
            call_command("migrate", interactive=False, verbosity=0, skip_checks=True)
        except OperationalError as problem:
            reason = str(problem).strip().partition("\n")[0]
            sys.exit(f"The database in DATABASE_URL can't be used: {reason}")
        call_command("collectstatic", interactive=False, verbosity=0)
        call_command("load_starter_pages", stdout=self.stdout)
        self.make_administrator()

    def make_administrator(self) -> None:
        """Create an administrator if there is none, and show the password once."""
        if User.objects.filter(is_superuser=True).exists() or User.objects.filter(username=ADMINISTRATOR).exists():
            return
        password = readable_password()
        User.objects.create_superuser(ADMINISTRATOR, settings.THERAPIST_EMAIL, password)
        self.stdout.write(
            f"Created an administrator. Username: {ADMINISTRATOR}  Password: {password}\n"
            f"The password won't be shown again; `{command_line(f'changepassword {ADMINISTRATOR}')}` sets a new one."
        )
