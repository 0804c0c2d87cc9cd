"""Make, change and restore backups, and compare databases."""

import gzip
import io
import json
import os
import subprocess
import sys
from collections import Counter

import pyrage
from django.core.management import call_command
from django.db import connection

from practice.backups import encryption, restoring, writing
from practice.backups.lines import LineWriter
from practice.models import SiteState
from tests.bookings.conftest import NOW
from tests.mail_server import ROOT

IDENTITY = pyrage.x25519.Identity.generate()
PUBLIC, SECRET = [str(IDENTITY.to_public())], [str(IDENTITY)]


def rows():
    """Return what every table holds, as it is stored."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        found = {}
        for table in sorted(set(tables) - {"django_session", "practice_usersession", "django_migrations"}):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 (the names are the database's own)
            found[table] = Counter(tuple(bytes(v) if isinstance(v, memoryview) else v for v in row) for row in cursor)
        return found


def make(recipients=PUBLIC):
    target = io.BytesIO()
    written = writing.write(target, io.BytesIO(), recipients)
    return target.getvalue(), written


def restore(content, identities=SECRET, **options):
    return restoring.restore(io.BytesIO(content), io.BytesIO(), identities, NOW, **options)


def forget_the_restore():
    """Make the one row as it was where a restore has written into it."""
    SiteState.objects.update(messages_held_at=None, backup_made_at=None, backup_rehearsed_at=None)


def wipe():
    call_command("flush", interactive=False, verbosity=0)


def lines_of(content):
    """Return the lines of an opened backup."""
    opened = io.BytesIO()
    encryption.decrypt(io.BytesIO(content), opened, SECRET)
    return gzip.decompress(opened.getvalue()).splitlines(keepends=True)


def completed(lines):
    """Return the lines with the end that belongs to them."""
    content = io.BytesIO()
    writer = LineWriter(content)
    for line in lines:
        writer.write(json.loads(line))
    writer.write_end()
    return content.getvalue().splitlines(keepends=True)


def backup_of(lines):
    target = io.BytesIO()
    encryption.encrypt(io.BytesIO(gzip.compress(b"".join(lines))), target, PUBLIC)
    return target.getvalue()


def manage(url, *arguments):
    """Run a command of the site on another database."""
    environment = os.environ | {"DATABASE_URL": url}
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
