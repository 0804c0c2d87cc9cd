from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from pages import document_import, publishing
from pages.models import Page

STARTER_FOLDER = Path(__file__).resolve().parents[2] / "starter_pages"


class Command(BaseCommand):
    help = "Fills an empty site with its first pages; does nothing once there is any page."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        if Page.objects.exists():
            return
        try:
            pages = document_import.load_folder(STARTER_FOLDER)
        except ValueError as error:
            raise CommandError(str(error)) from error
        document_import.link_pages(pages)
        for page in pages:
            publishing.publish(page, user=None, now=timezone.now(), note="Starter page")
        self.stdout.write(f"Loaded and published {len(pages)} starter pages.")
