from django.core.management.base import BaseCommand

from practice.models import SiteState


class Command(BaseCommand):
    help = "Lets the messages go that are held back since a backup was restored."

    def handle(self, *args: object, **options: object) -> None:
        released = SiteState.objects.filter(messages_held_at__isnull=False).update(messages_held_at=None)
        self.stdout.write("The messages go now." if released else "No messages are held back.")
