"""The WSGI application. It refuses to start with unsafe settings."""

import os
import sys
from contextlib import suppress
from typing import NoReturn

from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application
from django.db import Error, connections
from django.utils.module_loading import import_string

from practice.content_type import plain_content_type

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "practice.settings")

GIVE_UP = 3  # an exit code that no other failure has


def refuse(sentences: list[str]) -> NoReturn:
    print("\n".join(sentences), file=sys.stderr)  # noqa: T201
    sys.exit(GIVE_UP)


try:
    application = plain_content_type(get_wsgi_application())
except ImproperlyConfigured as problem:
    refuse([str(problem)])

from practice import key_check  # noqa: E402 (its model needs the applications, which are loaded now)

if problems := [message for message in (*checks.run_checks(), *key_check.errors_at_start()) if message.is_serious()]:
    problems.sort(key=lambda message: message.id or "")
    refuse([f"{message.msg} {message.hint or ''}".strip() for message in problems])

# Read before the first visit, so that a form can be shown again even without the database.
for read in map(import_string, settings.READ_AT_START):
    with suppress(Error):
        read()
connections.close_all()  # workers forked from here open their own
