"""A fixture holds what the database holds: ciphertext."""

import json

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import connection

from bookings import enquiries, search
from bookings.encryption import EncryptedTextField, UnreadableText
from bookings.models import BookingSettings, Enquiry, Event, Person, PersonKey
from tests.bookings.conftest import NOW

WORDS = ["Zoë", "zoe@example.org", "7700", "Clinic", "after 7", "Michaelmas", "tired", "calendar.example"]


def encrypted_columns():
    for model in (Person, Enquiry, Event, BookingSettings):
        for field in model._meta.fields:
            if isinstance(field, EncryptedTextField):
                yield model._meta.db_table, field.column


def stored():
    """Return every value of every encrypted column, with the key of its row."""
    rows = {}
    with connection.cursor() as cursor:
        for table, column in encrypted_columns():
            cursor.execute(f"SELECT id, {column} FROM {table}")  # noqa: S608 (names of our own)
            rows |= {(table, column, key): value for key, value in cursor.fetchall()}
    return rows


@pytest.fixture
def enquiry(make_enquiry, actor):
    enquiry = make_enquiry(phone="07700 900 982", good_times="after 7", organisation="Clinic", message="At Michaelmas.")
    enquiries.note(enquiry, "Sounded tired.", actor=actor, now=NOW)
    booking_settings = BookingSettings.load()
    booking_settings.busy_address = "https://calendar.example/secret.ics"
    booking_settings.save()
    return enquiry


@pytest.fixture(params=["json", "xml", "jsonl"])
def fixture(request, enquiry, tmp_path):
    """Return a fixture of the whole site in one of Django's formats."""
    path = tmp_path / f"site.{request.param}"
    call_command("dumpdata", format=request.param, output=str(path), verbosity=0)
    return path


def test_a_fixture_holds_no_word_that_a_person_wrote(fixture):
    text = fixture.read_text()

    assert [word for word in WORDS if word in text or json.dumps(word)[1:-1] in text] == []
    assert text.count("v2:") == len([value for value in stored().values() if value]) + PersonKey.objects.count()


def test_a_fixture_is_loaded_as_it_was(fixture, enquiry):
    Enquiry.objects.all().delete()
    Person.objects.all().delete()

    call_command("loaddata", str(fixture), verbosity=0)

    loaded = Enquiry.objects.get()
    assert (loaded.person.name, loaded.message) == ("Zoë O’Hara", "At Michaelmas.")
    assert loaded.person.good_times == "after 7"
    assert Event.objects.get(kind="note").text == "Sounded tired."
    assert BookingSettings.load().busy_address == "https://calendar.example/secret.ics"
    assert list(search.find(Enquiry.objects.all(), "zoe")) == [loaded]
    assert all(value.startswith("v2:") for value in stored().values() if value)


def test_a_fixture_is_loaded_without_its_key(fixture, settings):
    Enquiry.objects.all().delete()
    key, settings.FIELD_KEYS = settings.FIELD_KEYS, [Fernet.generate_key().decode()]

    call_command("loaddata", str(fixture), verbosity=0)

    assert isinstance(Person.objects.get().name, UnreadableText)
    settings.FIELD_KEYS = key
    assert Person.objects.get().name == "Zoë O’Hara"


def test_a_fixture_of_unreadable_text_keeps_its_ciphertext(enquiry, settings, tmp_path):
    before, key = stored(), settings.FIELD_KEYS
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    path = tmp_path / "site.json"
    call_command("dumpdata", "bookings.person", output=str(path), verbosity=0)
    person = Person.objects.get()
    person.name = "another"
    person.save()

    call_command("loaddata", str(path), verbosity=0)

    assert (
        stored()["bookings_person", "name", enquiry.person_id] == before["bookings_person", "name", enquiry.person_id]
    )
    settings.FIELD_KEYS = key
    assert Person.objects.get().name == "Zoë O’Hara"


def test_a_fixture_in_plain_text_is_encrypted_when_it_is_loaded(enquiry, tmp_path):
    path = tmp_path / "person.json"
    row = {"model": "bookings.person", "pk": enquiry.person_id, "fields": {"name": "Plain", "channel": "email"}}
    path.write_text(json.dumps([row]))

    call_command("loaddata", str(path), verbosity=0)

    assert Person.objects.get().name == "Plain"
    assert stored()["bookings_person", "name", enquiry.person_id].startswith("gAAAA")


def test_ciphertext_that_a_person_pastes_is_encrypted_like_any_other_text(enquiry, make_enquiry):
    ciphertext = stored()["bookings_person", "name", enquiry.person_id]

    pasted = make_enquiry(message=ciphertext)

    assert Enquiry.objects.get(pk=pasted.pk).message == ciphertext
