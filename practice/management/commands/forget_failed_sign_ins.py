from django.core.management.base import BaseCommand

from practice.models import FailedSignIns


class Command(BaseCommand):
    help = "Lets everybody try to sign in at once, however many passwords were wrong."

    def handle(self, *args: object, **options: object) -> None:
        FailedSignIns.objects.all().delete()
        self.stdout.write("All failed sign-ins are forgotten.")
