"""Where an onlooker looks, and what they read there. Each place names something that is there for certain.

A place is a function that yields the bytes of it, piece by piece. The database is read as a thief reads it: its files,
and its rows without Django's models.
"""

import gzip
import hashlib
import hmac
import json
import re
import sqlite3
import subprocess
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from io import BytesIO
from itertools import count
from pathlib import Path
from uuid import UUID

import psycopg2
from django.core import signing

from bookings import private_links, search
from bookings.models import Enquiry
from bookings.models.person_key import unwrap
from practice import aead, keys
from practice.backups import encryption
from practice.keys import KeyLabel
from practice.sessions import SessionStore
from tests.bookings.models.test_encryption_at_rest import dump_programs
from tests.onlooker.life import Life, text
from tests.onlooker.running_site import THERAPIST, RunningSite
from tests.onlooker.words import Kind, Search, Word

Rows = dict[str, list[dict]]
Reader = Callable[["Scene"], Iterator[bytes]]

GUESSES = 100_000
FIRST_NAMES = ("Zoë", "Ann", "Tom", "Kim", "Lee", "Amira", "Piotr", "Grace")
LAST_NAMES = ("Smith", "Jones", "O’Hara", "Okafor", "Novak", "Taylor", "Singh")
PEOPLE = {"name": "email", "complainant": "complainant’s email", "referrer": "referrer’s email"}
DIGEST = re.compile(r"[0-9a-f]{32}|[0-9a-f]{64}")
SKIPPED = {"static", "site.sqlite3", "site.sqlite3-wal", "site.sqlite3-shm"}  # of VAR_DIR: public, or looked at apart


@dataclass
class Scene:
    """A site that somebody's enquiry has gone through, while it is still running."""

    site: RunningSite
    life: Life
    server: Path | None = None  # the folder of PostgreSQL; without it, the database is SQLite's

    @property
    def references(self) -> list[str]:
        return [word.text for word in self.life.words if word.kind == Kind.OPEN]


class EmptyPlaceError(Exception):
    """What is there for certain was not found, so the search says nothing."""


@dataclass(frozen=True)
class Place:
    name: str
    read: Reader
    control: str  # is there for certain; "reference" stands for the reference of the enquiry
    database: str = ""  # the only one with which there is this place
    takes_long: bool = False

    def find(self, scene: Scene, words: Search) -> set[Word]:
        """Return the words that are found there. Raises EmptyPlaceError."""
        control = scene.references[0] if self.control == "reference" else self.control
        found, is_there = set(), False
        for content in self.read(scene):
            is_there = is_there or control.encode() in content
            found |= words.find(content) | words.find_compressed(content)
        if not is_there:
            raise EmptyPlaceError(f"{self.name}: {control!r} is not there")
        return found


def files(*folders: Path, without: frozenset[str] | set[str] = frozenset()) -> Iterator[bytes]:
    for folder in folders:
        for path in sorted([folder] if folder.is_file() else folder.rglob("*")):
            if path.is_file() and not path.is_symlink() and not without.intersection(path.relative_to(folder).parts):
                yield str(path.relative_to(folder)).encode() + b"\n" + path.read_bytes()


def sqlite_files(scene: Scene) -> Iterator[bytes]:
    yield from files(*(path for path in sorted((scene.site.folder / "var").glob("site.sqlite3*"))))


def write_out(server: Path) -> None:
    """Have PostgreSQL write to its files what it has in memory, and look at every column for its statistics."""
    with closing(psycopg2.connect(host=server, dbname="postgres", user="postgres")) as opened:
        opened.autocommit = True
        with opened.cursor() as cursor:
            cursor.execute("ANALYZE")
            cursor.execute("CHECKPOINT")


def heap_and_indexes(scene: Scene) -> Iterator[bytes]:
    write_out(scene.server)
    yield from files(scene.server / "data/base", scene.server / "data/global")


def write_ahead_log(scene: Scene) -> Iterator[bytes]:
    write_out(scene.server)
    yield from files(scene.server / "data/pg_wal")


def postgres_log(scene: Scene) -> Iterator[bytes]:
    yield from files(scene.server / "log")


def pg_dump(scene: Scene) -> Iterator[bytes]:
    for program in dump_programs():  # one that is older than the server refuses
        command = [program, "--inserts", "-h", str(scene.server), "-U", "postgres", "postgres"]
        yield subprocess.run(command, capture_output=True, check=False).stdout


def backup(scene: Scene) -> Iterator[bytes]:
    yield from files(scene.site.folder / "backups")


def opened_backup(scene: Scene) -> Iterator[bytes]:
    """With the secret key that is kept away from the server."""
    (path,) = (scene.site.folder / "backups").glob("*.age")
    opened = BytesIO()
    with path.open("rb") as source:
        encryption.decrypt(source, opened, [scene.site.backup_secret])
    yield gzip.decompress(opened.getvalue())


def rows(scene: Scene) -> Rows:
    """Return every row of every table by its columns, as they are stored."""
    if scene.server is None:
        connection = sqlite3.connect(scene.site.folder / "var/site.sqlite3")
        tables = "SELECT name FROM sqlite_master WHERE type = 'table'"
    else:
        connection = psycopg2.connect(host=scene.server, dbname="postgres", user="postgres")
        tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    found = {}
    with closing(connection), closing(connection.cursor()) as cursor:
        cursor.execute(tables)
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 (names of the database's own)
            names = [column[0] for column in cursor.description]
            found[table] = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return found


def decrypted(scene: Scene) -> Iterator[bytes]:
    """With FIELD_KEY: every text that a key of a person or of nobody opens, and the private links it makes.

    Of a sealed text, that is its outer layer; what lies in there is looked at as it is. SECRET_KEY opens the sessions.
    """
    found, field_key = rows(scene), scene.site.env["FIELD_KEY"]
    text_keys = [keys.derive(KeyLabel.STORED_TEXT, field_key)]
    for person in found["bookings_person"]:
        opened = (
            unwrap(key["wrapped"], UUID(str(person["row_id"])), [field_key]) for key in found["bookings_personkey"]
        )
        text_keys += filter(None, opened)
    yield " ".join(scene.references).encode()
    for table, table_rows in found.items():
        for row in table_rows:
            for column, stored in row.items():
                prefix = isinstance(stored, str) and stored[: len(aead.PREFIX)]
                if prefix in (aead.PREFIX, aead.SEALED_PREFIX) and row.get("row_id"):
                    try:
                        place = aead.Place(table, column, str(UUID(str(row["row_id"]))))
                        yield aead.decrypt(stored, text_keys, place, prefix).encode()
                    except aead.CannotBeOpenedError:
                        continue
    for row in found["practice_usersession"]:
        session = signing.loads(row["session_data"], key=scene.site.env["SECRET_KEY"], salt=SessionStore().key_salt)
        yield json.dumps(session).encode()
    for row in found["bookings_enquiry"]:
        yield private_links._token(Enquiry(reference=row["reference"]), 1, field_key).encode()


def stored_digests(scene: Scene) -> set[str]:
    values = (value for table in rows(scene).values() for row in table for value in row.values())
    return {value for value in values if isinstance(value, str) and DIGEST.fullmatch(value)}


def likely_people() -> Iterator[tuple[str, str]]:
    """Yield 100,000 names and addresses, those of the planted people among them."""
    yield from ((text(name), text(email)) for name, email in PEOPLE.items())
    for number in count(len(PEOPLE)):
        if number == GUESSES:
            return
        first, last = FIRST_NAMES[number % len(FIRST_NAMES)], LAST_NAMES[number % len(LAST_NAMES)]
        yield f"{first} {last}{number}", f"{first}.{last}{number}@example.org".lower()


def guessed_with_secret_key(scene: Scene) -> Iterator[bytes]:
    """With SECRET_KEY and without FIELD_KEY: whatever guess meets a stored digest."""
    secret = scene.site.env["SECRET_KEY"].encode()
    yield from _guessed(scene, lambda kind, word: _digests(kind, word, secret))


def _digests(kind: str, word: str, key: bytes) -> Iterator[str]:
    for guess in (word, word.casefold(), f"{kind}:{word.casefold()}"):
        yield hashlib.sha256(guess.encode()).hexdigest()
        yield hmac.new(key, guess.encode(), hashlib.sha256).hexdigest()


def guessed_with_field_key(scene: Scene) -> Iterator[bytes]:
    """With FIELD_KEY: the digests by which people are found are met by the right guess."""
    key = scene.site.env["FIELD_KEY"]

    def digests(kind: str, word: str) -> list[str]:
        term = search.fold(word)[: search.MAX_LETTERS] if kind == "name" else search.email_key(word)
        return [search.digest(f"{kind}:{term}", key)]

    yield from _guessed(scene, digests)


def _guessed(scene: Scene, digests: Callable[[str, str], Iterable[str]]) -> Iterator[bytes]:
    stored = stored_digests(scene)
    yield f"{GUESSES} guesses".encode()
    for name, email in likely_people():
        for kind, word in (*(("name", part) for part in name.split()), ("email", email)):
            if not stored.isdisjoint(digests(kind, word)):
                yield word.encode()


def other_files(scene: Scene) -> Iterator[bytes]:
    """What the site writes, without the database and the public files."""
    yield str(sorted(path.name for path in (scene.site.folder / "var").iterdir())).encode()
    yield from files(scene.site.folder / "var", without=SKIPPED)


def site_log(scene: Scene) -> Iterator[bytes]:
    yield from files(scene.site.folder / "web.log", scene.site.folder / "worker.log")


def proxy_log(scene: Scene) -> Iterator[bytes]:
    yield from files(*sorted((scene.site.folder / "proxy").glob("*.log")))


def memory(name: str) -> Reader:
    def read(scene: Scene) -> Iterator[bytes]:
        pids = [scene.site.processes[name].pid]
        for pid in pids:
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text()
            pids += map(int, children.split())
            yield from process_memory(pid)

    return read


def process_memory(pid: int) -> Iterator[bytes]:
    """Yield what the process can write to, region by region."""
    yield Path(f"/proc/{pid}/cmdline").read_bytes()
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as content:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            addresses, rights = line.split()[:2]
            if rights.startswith("rw") and "[v" not in line:
                start, end = (int(address, 16) for address in addresses.split("-"))
                try:
                    content.seek(start)
                    yield content.read(end - start)
                except (OSError, OverflowError):  # given back meanwhile
                    continue


def mail(*, is_to_therapist: bool) -> Reader:
    def read(scene: Scene) -> Iterator[bytes]:
        for message in scene.site.mail.messages:
            if (message["X-Envelope-To"] == THERAPIST) == is_to_therapist:
                yield bytes(message)
                for part in message.walk():
                    if not part.is_multipart():
                        yield part.get_payload(decode=True)

    return read


def profile_after_leaving(scene: Scene) -> Iterator[bytes]:
    yield from files(scene.life.profile_after_leaving)


def profile_after_closing(scene: Scene) -> Iterator[bytes]:
    yield from files(scene.life.profile)
