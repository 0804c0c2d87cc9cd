import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import FieldError
from django.core.management import call_command
from django.db import connection

from bookings import search
from bookings.encryption import UnreadableText
from bookings.models import Enquiry, Event, Person, Reply

PERSONAL = ["organisation", "name", "email", "phone", "good_times"]


def stored_values(column="name", table="bookings_person"):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table}")  # noqa: S608 (names of our own)
        return [row[0] for row in cursor.fetchall()]


def test_the_columns_hold_only_ciphertext(make_enquiry):
    make_enquiry(phone="07700 900 982", good_times="after 7", organisation="Clinic")

    columns = [(column, "bookings_person") for column in PERSONAL] + [("message", "bookings_enquiry")]
    for column, table in columns:
        (value,) = stored_values(column, table)
        assert value.startswith("gAAAA"), column


def test_the_same_name_is_never_encrypted_to_the_same_text(make_enquiry):
    make_enquiry()
    make_enquiry()

    assert len(set(stored_values())) == 2


def test_encrypted_fields_refuse_lookups(make_enquiry):
    with pytest.raises(FieldError, match="encrypted and cannot be looked up"):
        Person.objects.filter(name="Zoë O’Hara").exists()


def test_text_of_an_old_key_is_readable_after_a_new_key_is_added(make_enquiry, settings):
    make_enquiry()
    settings.FIELD_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_KEYS]

    assert Person.objects.get().name == "Zoë O’Hara"


def test_saving_a_person_without_its_key_loses_nothing(make_enquiry, settings):
    make_enquiry()
    (before,), old = stored_values(), settings.FIELD_KEYS
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]

    person = Person.objects.get()
    assert isinstance(person.name, UnreadableText)
    assert person.name == "(can’t be read: its key is missing from FIELD_KEY)"
    person.save()
    assert stored_values() == [before]
    settings.FIELD_KEYS = old
    assert Person.objects.get().name == "Zoë O’Hara"


def test_rotating_the_key_reencrypts_everything_and_keeps_search_working(make_enquiry, settings, therapist):
    enquiry = make_enquiry()
    Event.objects.create(enquiry=enquiry, kind="note", at=enquiry.received_at, text="private")
    Reply.objects.create(
        enquiry=enquiry,
        idempotency_key="5f0d8d43-3a3c-4c35-b53c-6ff5e1f6ac4a",
        subject="Hello",
        body="Dear Zoë",
        written_at=enquiry.received_at,
        user=therapist,
    )
    new = Fernet.generate_key().decode()
    settings.FIELD_KEYS = [new, *settings.FIELD_KEYS]

    call_command("rotate_field_key")

    settings.FIELD_KEYS = [new]
    assert Person.objects.get().name == "Zoë O’Hara"
    assert Event.objects.get(kind="note").text == "private"
    assert (Reply.objects.get().subject, Reply.objects.get().body) == ("Hello", "Dear Zoë")
    assert list(search.find(Enquiry.objects.all(), "zoe")) == [enquiry]


def test_rotating_without_the_old_key_fails_and_changes_nothing(make_enquiry, settings, capsys):
    make_enquiry()
    (before,) = stored_values()
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]

    call_command("rotate_field_key")

    assert stored_values() == [before]
    assert "2 could not be read" in capsys.readouterr().out
