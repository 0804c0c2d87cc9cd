"""An hour after somebody was erased, nothing in the files of the database tells who they were or what they wrote."""

import os
import re
import sqlite3
import subprocess
import sys
import tempfile
from base64 import urlsafe_b64encode
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from uuid import UUID

import psycopg2
import pytest

from bookings.models.person_key import unwrap
from practice import aead
from tests.environment import TESTING
from tests.postgres import temporary_server

ROOT = Path(__file__).resolve().parents[2]
CONTENT = re.compile(rb"v2:[\w-]{20,}={0,2}")
WORDS = ["Quillfeather", "lamplighter", "Michaelmas", "bewildered", "Wednesfortnight", "nightingale", "periwinkle"]
COLUMNS = {
    "bookings_person": ["name", "email", "phone", "good_times"],
    "bookings_enquiry": ["message"],
    "bookings_event": ["text"],
    "bookings_reply": ["subject", "body"],
    "bookings_appointment": ["notes"],
}
LIVE = """
from datetime import timedelta
from uuid import uuid4
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone
from bookings import appointments, enquiries
from bookings.actor import Actor
from bookings.models import *
from bookings.reply_deadline import ReplyPolicy
from bookings.slot import Slot
from practice.models import Location
now = timezone.now()
actor = Actor.therapist(User.objects.get_or_create(username="therapist")[0])
for name in ("Quillfeather", "Somebody Else"):
    details = {"appointment_type": AppointmentType.objects.first(), "on_behalf": "myself", "name": name}
    details |= {"channel": "email", "email": f"{'lamplighter' if name == 'Quillfeather' else 'else'}@example.org"}
    details |= {"message": "At Michaelmas." if name == "Quillfeather" else "Kept.", "good_times": "nightingale"}
    details |= {"form_digest": str(uuid4()), "answers_digest": str(uuid4())}
    enquiry = enquiries.receive(details, policy=ReplyPolicy(1), suspicion="", form_id="form", now=now)
    if name == "Quillfeather":
        enquiries.note(enquiry, "Sounded bewildered.", actor=actor, now=now)
        draft = enquiries.ReplyDraft("About Wednesfortnight", "Dear one", uuid4())
        enquiries.reply(enquiry, draft, actor=actor, now=now)
        slot = Slot(now.replace(minute=0, second=0, microsecond=0) - timedelta(days=3), Location.objects.first())
        booked = appointments.book_agreed(enquiry, slot, now - timedelta(days=5), actor=actor)
        appointments.save_notes(booked, notes="periwinkle")
        about = {"content_type": ContentType.objects.get_for_model(Enquiry), "object_id": enquiry.pk}
        LogEntry.objects.create(user=actor.user, action_flag=CHANGE, object_repr=enquiry.reference, **about)
        # A double click, at the same moment: the second copy is not inserted, and the server's log must not show it.
        Enquiry.objects.filter(pk=enquiry.pk).update(form_digest="the same")
        copy = Enquiry(**{field.attname: getattr(enquiry, field.attname) for field in Enquiry._meta.fields})
        copy.pk, copy.reference, copy.form_digest = None, "SECONDCY", "the same"
        Enquiry.objects.bulk_create([copy], ignore_conflicts=True)
"""
ERASE = """
from django.utils import timezone
from bookings import people
from bookings.models import *
enquiry = next(enquiry for enquiry in Enquiry.objects.with_people() if enquiry.person.name == "Quillfeather")
people.erase_enquiries(Enquiry.objects.filter(pk=enquiry.pk), timezone.now())
"""
TIDY = """
from django.utils import timezone
from bookings import retention
from practice.models import SiteState
retention.tidy(timezone.now())
assert SiteState.objects.get().person_keys_deleted_at is None
"""


class Site:
    """A database of its own, with the files that it lies in."""

    def __init__(self, folder, url, connect):
        self.folder, self.url, self.connect = folder, url, connect

    def run(self, script):
        site = {**TESTING, "VAR_DIR": str(self.folder / "var"), "DATABASE_URL": self.url}
        env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")} | site
        command = [sys.executable, "manage.py", *script]
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    def shell(self, code):
        self.run(["shell", "--no-imports", "-c", code])

    def query(self, sql):
        with closing(self.connect()) as opened, closing(opened.cursor()) as cursor:
            cursor.execute(sql)
            return cursor.fetchall()

    def flush(self):
        """Let PostgreSQL write to its files what it has in memory, and look at every column for its statistics."""
        if "postgres" in self.url:
            with closing(self.connect()) as opened, closing(opened.cursor()) as cursor:
                opened.autocommit = True
                cursor.execute("ANALYZE")
                cursor.execute("CHECKPOINT")

    def files(self):
        """Return every byte of the database; PostgreSQL's write-ahead log loses what was erased by its age."""
        paths = [path for path in self.folder.rglob("*") if path.is_file() and "pg_wal" not in path.parts]
        found = b"\n".join(path.read_bytes() for path in paths if ".so" not in path.name and "bin" not in path.parts)
        assert len(found) > 100_000
        return found


@pytest.fixture(params=["sqlite", "postgres"])
def site(request, monkeypatch):
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="erased-")))
        if request.param == "sqlite":
            path = folder / "site.sqlite3"
            site = Site(folder, f"sqlite:///{path}", partial(sqlite3.connect, path))
        else:
            server = folder / "server"
            stack.enter_context(temporary_server(server))
            monkeypatch.setenv("PGUSER", "postgres")
            site = Site(
                server, f"postgres:///{server}/postgres", lambda: psycopg2.connect(host=server, dbname="postgres")
            )
        site.run(["migrate", "--verbosity=0"])
        site.shell(LIVE)
        yield site


def secrets_of(site):
    """Return the row id and the key of the person, and their texts with their places, as somebody who knows it all."""
    rows = site.query("SELECT p.row_id, k.wrapped FROM bookings_person p JOIN bookings_personkey k ON k.id = p.key_id")
    places = [
        (aead.Place(table, column, str(UUID(str(row_id)))), stored)
        for table, columns in COLUMNS.items()
        for column in columns
        for row_id, stored in site.query(f"SELECT row_id, {column} FROM {table}")  # noqa: S608 (names of our own)
        if stored
    ]
    for row_id, wrapped in rows:
        key = unwrap(wrapped, UUID(str(row_id)), [TESTING["FIELD_KEY"]])
        texts = {stored: place for place, stored in places if is_opened(stored, key, place)}
        if len(texts) > 4:
            return UUID(str(row_id)), wrapped, key, texts
    pytest.fail("The person has no texts.")


def is_opened(stored, key, place):
    try:
        return aead.decrypt(stored, [key], place) is not None
    except aead.CannotBeOpenedError:
        return False


def readable(content, row_id, texts):
    """Return the texts that whoever has the files, FIELD_KEY and every place can read."""
    candidates = {match.decode() for match in CONTENT.findall(content)}
    # Neighbouring bytes may look like a part of it, so each length that a key has is tried.
    keys = {key for text in candidates for key in [unwrap(text[:127], row_id, [TESTING["FIELD_KEY"]])] if key}
    return [
        text for text in texts if text.encode() in content and any(is_opened(text, key, texts[text]) for key in keys)
    ]


def test_nothing_of_an_erased_person_can_be_read_in_the_files(site):
    row_id, wrapped, key, texts = secrets_of(site)
    assert len(wrapped) == 127
    assert len(texts) >= 8
    reference = site.query("SELECT object_repr FROM django_admin_log")[0][0]
    site.flush()
    before = site.files()
    assert sorted(readable(before, row_id, texts)) == sorted(texts)  # the search finds what is there

    site.shell(ERASE)
    site.shell(TIDY)
    site.flush()
    after = site.files()

    assert readable(after, row_id, texts) == []
    assert wrapped.encode() not in after
    for secret in (key, urlsafe_b64encode(key)):
        assert secret not in after
    assert [word for word in WORDS if word.encode() in before + after] == []
    for table, columns in COLUMNS.items():
        assert site.query(f"SELECT count(*) FROM {table} WHERE row_id IS NULL") == [(0,)], columns  # noqa: S608
    tables = ("django_admin_log", "bookings_reply", "bookings_privatelink", "bookings_appointment")
    assert [site.query(f"SELECT count(*) FROM {table}")[0][0] for table in tables] == [0, 0, 1, 0]  # noqa: S608
    assert site.query(f"SELECT count(*) FROM bookings_message WHERE about LIKE '%{reference}%'") == [(0,)]  # noqa: S608
    site.shell("from bookings.models import *; assert Person.objects.get().name == 'Somebody Else'")
    if (log := site.folder / "log").exists():  # of the server, which would show a second copy that it refuses
        assert "STATEMENT" not in log.read_text()


def test_without_the_hourly_task_the_key_would_still_be_found(site):
    row_id, _, _, texts = secrets_of(site)
    site.shell(ERASE)
    site.flush()
    if "postgres" in site.url:  # SQLite has written zeros over it already
        assert readable(site.files(), row_id, texts) != []
    assert site.query("SELECT count(*) FROM practice_sitestate WHERE person_keys_deleted_at IS NOT NULL") == [(1,)]
