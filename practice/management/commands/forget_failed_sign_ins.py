from django.core.management.base import BaseCommand

from practice.models import FailedSignIn


class Command(BaseCommand):
    help = "Unlocks every username that was locked after too many wrong passwords."

    def handle(self, *args: object, **options: object) -> None:
        count, _ = FailedSignIn.objects.all().delete()
        self.stdout.write(f"{count} failed sign-ins deleted.")
