from django.core.management.commands.makemigrations import Command as DjangoMakeMigrations


class Command(DjangoMakeMigrations):
    """Django's own command, without the checks of settings: a fresh checkout has no keys, and migrations need none."""

    requires_system_checks = ()
