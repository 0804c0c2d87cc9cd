"""What happens before the site answers anything, whichever server and interface it is served by."""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn, TypeVar

from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.db import Error, connections
from django.utils.module_loading import import_string

GIVE_UP = 3  # an exit code that no other failure has

Application = TypeVar("Application")


def load(get_application: Callable[[], Application]) -> Application:
    """Return Django's application, or end the process with a sentence for each thing that is unsafe or missing."""
    os.umask(0o077)  # what the site writes, such as the SQLite database, is for this account alone
    try:
        application = get_application()
    except ImproperlyConfigured as problem:
        refuse([str(problem)])
    from practice import database_checks, staticfiles  # they need the applications, which are loaded now

    found = [*checks.run_checks(), *staticfiles.errors(), *database_checks.errors_at_start()]
    if problems := sorted((message for message in found if message.is_serious()), key=lambda message: message.id or ""):
        refuse([f"{message.msg} {message.hint or ''}".strip() for message in problems])
    # Read before the first visit, so that a form can be shown again even without the database.
    for read in map(import_string, settings.READ_AT_START):
        with suppress(Error):
            read()
    connections.close_all()  # workers forked from here open their own
    return application


def refuse(sentences: list[str]) -> NoReturn:
    print("\n".join(sentences), file=sys.stderr)  # noqa: T201
    sys.exit(GIVE_UP)
