from django.core.management.base import BaseCommand, CommandParser
from django.db import models, transaction

from bookings import search
from bookings.encryption import EncryptedTextField, UnreadableText
from bookings.models import Appointment, BookingSettings, Enquiry, Event, Person, Reply, SearchToken
from practice import key_check


class Command(BaseCommand):
    help = "Writes every encrypted word again with the first key of FIELD_KEY; then the other keys can be dropped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--lost", action="store_true", help="the key of what can't be read is lost for good; run without it"
        )

    def handle(self, *args: object, lost: bool, **options: object) -> None:
        rewritten = unreadable = 0
        for model in (Appointment, BookingSettings, Enquiry, Event, Person, Reply):
            names = [field.name for field in model._meta.fields if isinstance(field, EncryptedTextField)]
            for pk in model.objects.values_list("pk", flat=True).order_by("pk"):
                done = self._rewrite(model, pk, names)
                rewritten += done
                unreadable += not done
        self.stdout.write(f"{rewritten} rows written with the newest key.")
        if unreadable:
            self.stdout.write(f"{unreadable} could not be read with any key of FIELD_KEY and were left as they are.")
        if lost or not unreadable:
            key_check.remember()

    @transaction.atomic
    def _rewrite(self, model: type[models.Model], pk: int, names: list[str]) -> bool:
        row = model._default_manager.select_for_update().get(pk=pk)
        if any(isinstance(getattr(row, name), UnreadableText) for name in names):
            return False
        row.save(update_fields=names)
        if isinstance(row, Person):
            SearchToken.objects.filter(person=row).delete()
            search.index(row)
        return True
