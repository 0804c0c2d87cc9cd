"""A fault in any place is found: a word that is planted there raises the number of its row."""

import gzip
import hashlib
import hmac
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from dataclasses import replace
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import psycopg2
import pytest

from bookings import search
from bookings.models.person_key import wrap
from practice import aead
from practice.backups import encryption
from practice.models import PracticeKey
from practice.sealing import envelopes, practice_keys
from practice.sessions import SessionStore
from tests.environment import TESTING
from tests.onlooker import places, table
from tests.onlooker.places import EmptyPlaceError, Place, Scene
from tests.onlooker.running_site import THERAPIST, RunningSite
from tests.onlooker.words import Kind, Search, Word, planted_words
from tests.postgres import temporary_server

REFERENCE = "7KQ2MX4R"
RECOVERY_KEY = Word("AAAA BBBB", Kind.KEY)
ANYWHERE = aead.Place("bookings_event", "text", "")
WORDS = [*planted_words(), Word(REFERENCE, Kind.OPEN)]
SEARCH = Search(WORDS)
SEALED = [word for word in WORDS if word.kind == Kind.SEALED]
PERSON_ROW, PERSON_KEY = uuid4(), aead.new_key()
HOLD = "import sys; held = sys.stdin.readline(); print(flush=True); sys.stdin.read()"
TABLES = """
CREATE TABLE bookings_enquiry (reference text);
CREATE TABLE bookings_person (row_id text);
CREATE TABLE bookings_personkey (wrapped text);
CREATE TABLE bookings_event (row_id text, text text);
CREATE TABLE practice_usersession (session_data text);
"""


def insert(scene, sql, *values):
    with closing(sqlite3.connect(scene.site.folder / "var/site.sqlite3")) as connection, connection:
        connection.execute(sql, values)


def add_mail(scene, address, words):
    message = EmailMessage()
    message["X-Envelope-To"], message["Subject"] = address, "We have your message"
    message.set_content(f"{REFERENCE} {words}", cte="base64")
    scene.site.mail.messages.append(message)


def add_line(path, words):
    path.parent.mkdir(exist_ok=True, parents=True)
    with path.open("a") as log:
        log.write(f"{words}\n")


def write_backup(scene, words):
    path = scene.site.folder / "backups/site.age"
    path.parent.mkdir(exist_ok=True)
    with path.open("wb") as target:
        encryption.encrypt(BytesIO(gzip.compress(words.encode())), target, [scene.public])


def hold_in_memory(scene, name, words):
    process = scene.site.processes[name]
    process.stdin.write(f"{words}\n".encode())
    process.stdin.flush()
    process.stdout.readline()


@pytest.fixture
def scene(tmp_path):
    """A site that is only its files, two processes, and a mailbox each; nothing of a person is in them."""
    site = RunningSite(tmp_path, dict(TESTING), "", SimpleNamespace(messages=[]))
    life = SimpleNamespace(words=WORDS, profile=tmp_path / "profile", profile_after_leaving=tmp_path / "left")
    scene = Scene(site, life)
    scene.public, site.backup_secret = encryption.new_key_pair()
    add_line(tmp_path / "var/static/style.css", "")
    with closing(sqlite3.connect(tmp_path / "var/site.sqlite3")) as connection:
        connection.executescript(TABLES)
    insert(scene, "INSERT INTO bookings_enquiry VALUES (?)", REFERENCE)
    insert(scene, "INSERT INTO bookings_person VALUES (?)", PERSON_ROW.hex)
    insert(scene, "INSERT INTO bookings_personkey VALUES (?)", wrap(PERSON_KEY, PERSON_ROW))
    for path, words in {"web.log": "Not Found", "worker.log": "", "proxy/output.log": "/private/…"}.items():
        add_line(tmp_path / path, words)
    for folder in (life.profile, life.profile_after_leaving):
        add_line(folder / "Default/History", "/consultation/")
    write_backup(scene, REFERENCE)
    for address in (THERAPIST, "person@example.org"):
        add_mail(scene, address, "")
    for name in ("web", "worker"):
        site.processes[name] = subprocess.Popen(
            [sys.executable, "-c", HOLD, f"run_{name}", REFERENCE], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
    yield scene
    for process in site.processes.values():
        process.communicate()


@pytest.fixture(scope="module")
def server():
    """PostgreSQL with one table, in which nothing of a person is."""
    with tempfile.TemporaryDirectory(prefix="onlooker-") as name, temporary_server(Path(name) / "server"):
        server = Path(name) / "server"
        execute(server, "CREATE TABLE notes (text text)")
        execute(server, "INSERT INTO notes VALUES (%s)", REFERENCE)
        yield server


def execute(server, sql, *values):
    with closing(psycopg2.connect(host=server, dbname="postgres", user="postgres")) as connection:
        connection.autocommit = True
        connection.cursor().execute(sql, values)


def store_in_the_clear(scene, word):
    insert(scene, "INSERT INTO bookings_event VALUES ('', ?)", word.upper())


def store_on_postgresql(scene, word):
    execute(scene.server, "INSERT INTO notes VALUES (%s)", word)


def fail_on_postgresql(scene, word):
    with pytest.raises(psycopg2.Error):
        execute(scene.server, "INSERT INTO elsewhere VALUES (%s)", word)


def store_encrypted(scene, word, prefix=aead.PREFIX):
    row_id = uuid4()
    stored = aead.encrypt(word, PERSON_KEY, aead.Place("bookings_event", "text", str(row_id)), prefix)
    insert(scene, "INSERT INTO bookings_event VALUES (?, ?)", row_id.hex, stored)


def store_digest_with_secret_key(scene, word):
    digest = hmac.new(TESTING["SECRET_KEY"].encode(), word.encode(), hashlib.sha256).hexdigest()
    insert(scene, "INSERT INTO bookings_event VALUES ('', ?)", digest)


def store_search_token(scene, word):
    token = search.digest(f"name:{search.fold(word)}", TESTING["FIELD_KEY"])
    insert(scene, "INSERT INTO bookings_event VALUES ('', ?)", token)


def site_file(path):
    return lambda scene, word: add_line(scene.site.folder / path, f"Somebody wrote {word}.")


NAME = Word("Quillfeatherby", Kind.REACH)
FAULTS = {
    places.sqlite_files: store_in_the_clear,
    places.heap_and_indexes: store_on_postgresql,
    places.write_ahead_log: store_on_postgresql,
    places.postgres_log: fail_on_postgresql,
    places.pg_dump: store_on_postgresql,
    places.guessed_with_secret_key: store_digest_with_secret_key,
    places.guessed_with_field_key: store_search_token,
    places.decrypted: store_encrypted,
    places.backup: site_file("backups/site.sql"),
    places.opened_backup: lambda scene, word: write_backup(scene, f"{REFERENCE} {word}"),
    places.other_files: site_file("var/letters/1.txt"),
    places.site_log: site_file("worker.log"),
    places.proxy_log: site_file("proxy/access.log"),
    table.WORKER_MEMORY: lambda scene, word: hold_in_memory(scene, "worker", word),
    table.WEB_MEMORY: lambda scene, word: hold_in_memory(scene, "web", word),
    table.MAIL_TO_THERAPIST: lambda scene, word: add_mail(scene, THERAPIST, word),
    table.MAIL_TO_PERSON: lambda scene, word: add_mail(scene, "person@example.org", word),
    places.profile_after_leaving: lambda scene, word: add_line(scene.life.profile_after_leaving / "Cookies", word),
    places.profile_after_closing: lambda scene, word: add_line(scene.life.profile / "Default/Web Data", word),
}


def test_there_is_a_fault_for_every_place():
    assert set(FAULTS) == {row.place.read for row in table.ROWS}
    assert len({row.place.name for row in table.ROWS}) == len(table.ROWS)


@pytest.mark.parametrize(
    "row",
    [row for row in table.ROWS if row.place.read is places.proxy_log or not table.what_is_missing(row.place)],
    ids=lambda row: row.place.name,
)
def test_a_planted_word_raises_the_number(row, scene, server, monkeypatch):
    monkeypatch.setattr(places, "GUESSES", 1000)
    number = table.ROWS.index(row)
    word = NAME if "guessed" in row.place.name else SEALED[number % len(SEALED)]
    scene.server = server if row.place.database == table.POSTGRESQL else None
    before = row.place.find(scene, SEARCH)
    FAULTS[row.place.read](scene, word.text)
    found = row.place.find(scene, SEARCH)

    assert found - before == {word}
    one_more = row.expected | {word.kind: row.expected[word.kind] + 1}
    assert bool(row.problems(one_more)) == (word.kind not in row.measured)
    assert row.problems(row.expected) == []


def test_what_is_in_a_sealed_text_is_looked_at(scene):
    """A text that only says that it is sealed is open, and so is a session."""
    place = Place("database and `.env`, decrypted", places.decrypted, "reference")
    practice_key = PracticeKey(pk=1, public=envelopes.to_text(envelopes.public_half(envelopes.new_private_key())))
    store_encrypted(scene, practice_keys.seal(SEALED[0].text, practice_key, ANYWHERE), aead.SEALED_PREFIX)
    assert SEALED[0] not in place.find(scene, SEARCH)

    store_encrypted(scene, f"1:{SEALED[1].text}", aead.SEALED_PREFIX)
    insert(scene, "INSERT INTO practice_usersession VALUES (?)", SessionStore().encode({"draft": SEALED[2].text}))
    assert place.find(scene, SEARCH).intersection(SEALED) == {SEALED[1], SEALED[2]}


@pytest.mark.parametrize("row", table.ROWS, ids=lambda row: row.place.name)
def test_the_recovery_key_is_missed_nowhere_but_where_it_is_made(row):
    """The numbers alone would not tell it from another word that opens something."""
    seen = SimpleNamespace(life=SimpleNamespace(recovery_key=RECOVERY_KEY))
    kinds = [kind for kind, number in row.expected.items() for _ in range(number)]
    words = {Word(str(number), kind) for number, kind in enumerate(kinds)}
    assert table.problems(seen, row, words) == []

    words = {word for word in words if word.kind != Kind.KEY} | {RECOVERY_KEY}
    problems = [problem for problem in table.problems(seen, row, words) if "recovery key" in problem]
    assert bool(problems) == (row.place.read is not table.WEB_MEMORY)


def test_a_place_that_is_not_the_right_one_is_noticed():
    """A search that looks at nothing finds nothing."""
    scene = Scene(None, SimpleNamespace(words=WORDS))
    for row in table.ROWS:
        place = replace(row.place, read=lambda scene: iter([b"something else"]))
        with pytest.raises(EmptyPlaceError):
            place.find(scene, SEARCH)
