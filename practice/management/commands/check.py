from typing import Any

from django.core.checks import CheckMessage
from django.core.checks.registry import registry
from django.core.management.commands.check import Command as DjangoCheck

from practice import key_check


def field_key_matches(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    return [*key_check.known_errors()]


class Command(DjangoCheck):
    """Django's own command, which also looks whether FIELD_KEY belongs to the database.

    Other commands don't: they run the same checks first, and some are there to mend what this one reports.
    """

    def handle(self, *app_labels: Any, **options: Any) -> None:
        registry.register(field_key_matches)
        try:
            super().handle(*app_labels, **options)
        finally:
            registry.registered_checks.discard(field_key_matches)
