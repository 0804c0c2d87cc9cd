import random
from datetime import timedelta
from uuid import uuid4

import pytest
from cryptography.fernet import Fernet
from django.apps import apps
from django.core.exceptions import FieldError
from django.core.management import call_command
from django.db import connection
from django.template import Context, Template

from bookings import appointments, enquiries, people, rotation, search
from bookings.encryption import UnreadableText, encrypted_fields
from bookings.models import Appointment, BookingSettings, Enquiry, Event, Person, PersonKey, Reply
from bookings.rotation import ROWS
from practice import aead
from practice.models import SiteState
from tests.bookings.conftest import NOW

PERSONAL = ["organisation", "name", "email", "phone", "good_times"]
WORDS = {Person: "name", Enquiry: "message", Event: "text", Reply: "body"}


def stored_values(column="name", table="bookings_person"):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table}")  # noqa: S608 (names of our own)
        return [row[0] for row in cursor.fetchall()]


def store(row, column, value):
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {row._meta.db_table} SET {column} = %s WHERE id = %s", [value, row.pk])  # noqa: S608


def stored_of(row, column):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {row._meta.db_table} WHERE id = %s", [row.pk])  # noqa: S608
        return cursor.fetchone()[0]


@pytest.fixture
def make_rows(make_enquiry, actor):
    """Makes an enquiry with a word in every model, and returns its rows by their model."""

    def make(name):
        enquiry = make_enquiry(name=name, message=f"message of {name}")
        enquiries.note(enquiry, f"note about {name}", actor=actor, now=NOW)
        content = {"subject": f"subject for {name}", "body": f"body for {name}", "user": actor.user}
        Reply.objects.create(enquiry=enquiry, idempotency_key=uuid4(), written_at=NOW, **content)
        return read_rows(enquiry.pk)

    return make


def read_rows(pk):
    enquiry = Enquiry.objects.get(pk=pk)
    return {
        Person: enquiry.person,
        Enquiry: enquiry,
        Event: enquiry.events.get(kind=Event.Kind.NOTE),
        Reply: enquiry.replies.get(),
    }


def words_of(rows):
    return {model: getattr(row, WORDS[model]) for model, row in rows.items()}


def test_the_columns_hold_only_ciphertext(make_enquiry):
    make_enquiry(phone="07700 900 982", good_times="after 7", organisation="Clinic")

    columns = [(column, "bookings_person") for column in PERSONAL] + [("message", "bookings_enquiry")]
    for column, table in columns:
        (value,) = stored_values(column, table)
        assert value.startswith("v2:"), column


def test_the_same_name_is_never_encrypted_to_the_same_text(make_enquiry):
    make_enquiry()
    make_enquiry()

    assert len(set(stored_values())) == 2


def test_the_length_of_what_is_stored_tells_no_name_from_another(make_enquiry):
    for name in ("Al", "Bartholomew Featherstonehaugh-Cholmondeley"):
        make_enquiry(name=name, message="x" * len(name) * 3)
    assert len(set(map(len, stored_values()))) == 1
    assert len({len(value) for value in stored_values("message", "bookings_enquiry")}) == 2  # of another class


@pytest.mark.parametrize("length", [0, 1, 62, 63, 64, 127, 128, 20_000])
def test_text_of_every_length_comes_back_and_is_padded(length):
    key, place = aead.new_key(), aead.Place("table", "column", "row")
    text = "\0" * (length // 2) + "é" * (length - length // 2)
    stored = aead.encrypt(text, key, place)
    assert aead.decrypt(stored, [aead.new_key(), key], place) == text
    classes = {len(aead.encrypt("x" * other, key, place)) for other in range(length, length + 300)}
    assert len(classes) <= 5


def test_damaged_text_is_refused_and_never_shown():
    key, place = aead.new_key(), aead.Place("table", "column", "row")
    stored = aead.encrypt("Zoë", key, place)
    dice = random.Random(1)  # noqa: S311 (to be repeated)
    damaged = [stored[: dice.randrange(len(stored))] for _ in range(50)] + ["v2:", "v2:?", "v2:é", "v2:" + "A" * 16]
    for _ in range(200):
        at = dice.randrange(3, len(stored) - 2)
        letter = dice.choice([letter for letter in "ABCxyz09-_" if letter != stored[at]])
        damaged.append(stored[:at] + letter + stored[at + 1 :])
    for text in damaged:
        with pytest.raises(aead.CannotBeOpenedError):
            aead.decrypt(text, [key], place)


def test_text_that_is_copied_anywhere_else_cannot_be_read(make_rows):
    """To another row of the same person, to another column, and to another person, with or without their row's id."""
    zoe, ann = make_rows("Zoë"), make_rows("Ann")
    places = [(row, field) for rows in (zoe, ann) for row in rows.values() for field in encrypted_fields(row)]
    tried = 0
    for source, field in places:
        for target, column in places:
            if (source, field) == (target, column) or not (stored := stored_of(source, field.column)):
                continue
            before = stored_of(target, column.column), stored_of(target, "row_id")
            for row_id in (before[1], stored_of(source, "row_id")):
                if row_id == stored_of(source, "row_id") and field == column and is_of_one_person(source, target, zoe):
                    continue
                store(target, column.column, stored)
                store(target, "row_id", row_id)
                assert isinstance(getattr(read_again(target), column.name), UnreadableText), (field, column)
                tried += 1
            store(target, column.column, before[0])
            store(target, "row_id", before[1])
    assert tried > 200
    assert words_of(read_rows(zoe[Enquiry].pk))[Enquiry] == "message of Zoë"


def is_of_one_person(source, target, zoe):
    return (source in zoe.values()) == (target in zoe.values())


def read_again(row):
    return type(row).objects.get(pk=row.pk)


def test_the_key_of_another_person_opens_nothing(make_rows):
    zoe, ann = make_rows("Zoë"), make_rows("Ann")
    first, second = zoe[Person].key, ann[Person].key
    PersonKey.objects.filter(pk=second.pk).update(wrapped=first.wrapped)
    assert isinstance(Person.objects.get(pk=ann[Person].pk).name, UnreadableText)
    Person.objects.filter(pk=zoe[Person].pk).update(key=None)
    Person.objects.filter(pk=ann[Person].pk).update(key=first)
    assert all(isinstance(text, UnreadableText) for text in words_of(read_rows(ann[Enquiry].pk)).values())


def test_encrypted_fields_refuse_lookups(make_enquiry):
    with pytest.raises(FieldError, match="encrypted and cannot be looked up"):
        Person.objects.filter(name="Zoë O’Hara").exists()


def test_an_update_without_a_row_is_refused(make_enquiry):
    make_enquiry()
    Person.objects.update(phone="")
    assert Person.objects.get().phone == ""
    with pytest.raises(FieldError, match="encrypted for one row"):
        Person.objects.update(name="Ann")


def test_values_give_no_text_and_no_ciphertext_that_could_be_shown(make_enquiry):
    make_enquiry()
    (name,) = Person.objects.values_list("name", flat=True)
    assert repr(name) == "<encrypted>"
    for show in (str, "{}".format, lambda value: Template("{{ value }}").render(Context({"value": value}))):
        with pytest.raises(TypeError, match="through an instance"):
            show(name)


def test_a_text_is_decrypted_only_when_it_is_read(make_rows, monkeypatch):
    pk = make_rows("Zoë")[Enquiry].pk
    read = []
    monkeypatch.setattr(aead, "decrypt", lambda *args: read.append(args) or "")
    enquiry = Enquiry.objects.with_people().get(pk=pk)
    enquiry.save()
    assert (enquiry.reference, read) == (enquiry.reference, [])


def test_a_list_of_people_takes_one_query(make_rows, django_assert_num_queries):
    for name in ("Zoë", "Ann", "Tom"):
        make_rows(name)
    with django_assert_num_queries(1):
        names = {(enquiry.contact.name, enquiry.message) for enquiry in Enquiry.objects.with_people()}
    assert names == {(name, f"message of {name}") for name in ("Zoë", "Ann", "Tom")}


def test_the_history_of_an_enquiry_takes_no_query_for_each_event(make_rows, django_assert_num_queries):
    pk = make_rows("Zoë")[Enquiry].pk
    enquiry = Enquiry.objects.with_people().get(pk=pk)
    with django_assert_num_queries(2):
        texts = [event.text for event in enquiry.events.all()] + [reply.body for reply in enquiry.replies.all()]
    assert texts == ["", "note about Zoë", "body for Zoë"]


def test_every_model_with_encrypted_text_is_rotated():
    models = {field.model for model in (*ROWS, BookingSettings) for field in encrypted_fields(model)}
    assert models == {model for model in apps.get_models() if encrypted_fields(model)}


def test_text_of_an_old_key_is_readable_after_a_new_key_is_added(make_rows, settings):
    before = words_of(rows := make_rows("Zoë"))
    settings.FIELD_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_KEYS]

    assert words_of(read_rows(rows[Enquiry].pk)) == before


def test_saving_a_person_without_its_key_loses_nothing(make_enquiry, settings):
    make_enquiry()
    (before,), old = stored_values(), settings.FIELD_KEYS
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]

    person = Person.objects.get()
    assert isinstance(person.name, UnreadableText)
    assert "(can’t be read: its key is missing from FIELD_KEY)" in person.name
    person.phone = "07700 900 982"  # as somebody may who edits what they can
    person.save()
    assert stored_values() == [before]
    assert Person.objects.get().phone == "07700 900 982"
    settings.FIELD_KEYS = [*settings.FIELD_KEYS, *old]
    assert (Person.objects.get().name, Person.objects.get().phone) == ("Zoë O’Hara", "07700 900 982")


def test_an_older_copy_of_a_person_that_is_saved_changes_no_key(make_enquiry):
    make_enquiry()
    SiteState.objects.update(has_person_keys=False)
    old = Person.objects.create(name="Ann")
    assert old.name == "Ann"
    call_command("rotate_field_key")

    old.phone = "07700 900 982"
    old.save()
    person = Person.objects.get(pk=old.pk)
    assert (person.key is None, person.name, person.phone) == (False, "Ann", "07700 900 982")


def test_a_video_link_and_notes_are_stored_for_their_row(make_enquiry, harley_street, private, therapist):
    enquiry = make_enquiry()
    appointment = Appointment.objects.create(
        enquiry=enquiry,
        appointment_type=private,
        location=harley_street,
        starts_at=NOW,
        ends_at=NOW + timedelta(hours=1),
        status=Appointment.Status.BOOKED,
        made_at=NOW,
    )
    appointments.save_notes(appointment, notes="Sleeps badly.", video_link="")
    assert stored_of(appointment, "notes").startswith("v2:")
    assert (Appointment.objects.get().notes, Appointment.objects.get().video_link) == ("Sleeps badly.", "")


def test_who_becomes_a_referred_person_keeps_what_was_written(make_rows, details):
    pk = make_rows("Zoë")[Enquiry].pk
    before = words_of(read_rows(pk))
    enquiry = Enquiry.objects.get(pk=pk)
    enquiry.on_behalf = Enquiry.Behalf.PROFESSIONAL
    people.replace(enquiry, details | {"name": "Dr Ann", "person_initials": "Z."}, is_referral=True)
    rows = read_rows(pk)
    assert words_of(rows) == before | {Person: "Z."}
    assert (rows[Person].email, rows[Person].channel, rows[Enquiry].contact.name) == ("", "", "Dr Ann")
    enquiry.on_behalf = Enquiry.Behalf.MYSELF
    people.replace(enquiry, details | {"name": "Zoë"}, is_referral=False)
    assert words_of(read_rows(pk)) == before
    assert Person.objects.count() == PersonKey.objects.count() == 1


@pytest.fixture
def of_the_previous_release(make_rows):
    """Return rows as the previous release writes them, which encrypts with FIELD_KEY itself."""
    SiteState.objects.update(has_person_keys=False)
    BookingSettings.objects.update(row_id=None)
    rows = make_rows("Zoë")
    for model in (Enquiry, Event, Reply, Person):
        model.objects.update(row_id=None)
    booking_settings = BookingSettings.load()
    booking_settings.busy_address = "https://calendar.example/secret.ics"
    booking_settings.save()
    return rows


def fernets():
    """Return how many columns the previous release could read."""
    columns = [
        (field.column, model._meta.db_table) for model in (*ROWS, BookingSettings) for field in encrypted_fields(model)
    ]
    return sum(value.startswith("gAAAA") for column, table in columns for value in stored_values(column, table))


def test_an_existing_database_is_written_as_before_until_keys_are_rotated(of_the_previous_release, settings, capsys):
    before = words_of(of_the_previous_release)
    assert (fernets(), PersonKey.objects.count()) == (7, 0)

    call_command("rotate_field_key")

    assert (fernets(), PersonKey.objects.count()) == (0, 1)
    rows = read_rows(of_the_previous_release[Enquiry].pk)
    assert words_of(rows) == before
    assert "1 of 1 people." in capsys.readouterr().out
    assert BookingSettings.load().busy_address == "https://calendar.example/secret.ics"
    assert list(search.find(Enquiry.objects.all(), "zoe")) == [rows[Enquiry]]


def test_what_the_previous_release_writes_meanwhile_moves_with_the_next_run(of_the_previous_release):
    call_command("rotate_field_key")
    row = of_the_previous_release[Event]
    token = Fernet("b25seS1mb3ItdGVzdHMtMDEyMzQ1Njc4OWFiY2RlZmc=").encrypt(b"later").decode()
    store(row, "text", token)
    store(row, "row_id", None)
    assert Event.objects.get(pk=row.pk).text == "later"

    call_command("rotate_field_key")
    assert (fernets(), Event.objects.get(pk=row.pk).text) == (0, "later")


def test_the_way_back_writes_what_the_previous_release_reads(of_the_previous_release, settings):
    before = words_of(of_the_previous_release)
    call_command("rotate_field_key")
    call_command("rotate_field_key", "--undo")

    assert (fernets(), PersonKey.objects.count()) == (7, 0)
    assert words_of(read_rows(of_the_previous_release[Enquiry].pk)) == before
    assert BookingSettings.load().busy_address == "https://calendar.example/secret.ics"
    Person.objects.create(name="Ann")
    assert PersonKey.objects.count() == 0


def test_rotating_the_key_moves_everything_and_keeps_search_working(make_rows, settings):
    before = words_of(rows := make_rows("Zoë"))
    new = Fernet.generate_key().decode()
    settings.FIELD_KEYS = [new, *settings.FIELD_KEYS]

    call_command("rotate_field_key")

    settings.FIELD_KEYS = [new]
    assert words_of(read_rows(rows[Enquiry].pk)) == before
    assert Reply.objects.get().subject == "subject for Zoë"
    assert list(search.find(Enquiry.objects.all(), "zoe")) == [rows[Enquiry]]


def test_rotating_without_the_old_key_fails_and_changes_nothing(make_rows, settings, capsys):
    make_rows("Zoë")
    (before,), wrapped = stored_values(), PersonKey.objects.get().wrapped
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]

    call_command("rotate_field_key")

    assert (stored_values(), PersonKey.objects.get().wrapped) == ([before], wrapped)
    assert "1 could not be read" in capsys.readouterr().out  # the key, and with it all that it opens


def test_rotating_text_of_a_lost_key_leaves_it_as_it_is(of_the_previous_release, settings, capsys):
    before = stored_values()
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]

    call_command("rotate_field_key")

    assert stored_values() == before
    assert "could not be read" in capsys.readouterr().out


class Killed(BaseException):
    """What ends a process nobody catches."""


@pytest.mark.parametrize("seed", range(8))
def test_a_rotation_that_is_killed_is_completed_by_the_next(
    of_the_previous_release, make_rows, settings, monkeypatch, seed
):
    """Once to give people their keys, once to renew them under another FIELD_KEY, both interrupted at random."""
    others = [make_rows(name)[Enquiry].pk for name in ("Ann", "Tom", "Kim")]
    all_rows = [of_the_previous_release[Enquiry].pk, *others]
    before = [words_of(read_rows(pk)) for pk in all_rows]
    dice, write, save = random.Random(seed), rotation.write_texts, PersonKey.save  # noqa: S311 (to be repeated)

    def or_die(act):
        def acted(*args, **kwargs):
            if dice.random() < 0.15:
                raise Killed
            return act(*args, **kwargs)

        return acted

    for _ in range(2):
        monkeypatch.setattr(rotation, "write_texts", or_die(write))
        monkeypatch.setattr(PersonKey, "save", or_die(save))
        while True:
            try:
                call_command("rotate_field_key")
                break
            except Killed:
                assert [words_of(read_rows(pk)) for pk in all_rows] == before
        monkeypatch.undo()
        assert fernets() == 0
        settings.FIELD_KEYS = [Fernet.generate_key().decode(), settings.FIELD_KEYS[0]]
    call_command("rotate_field_key")
    settings.FIELD_KEYS = settings.FIELD_KEYS[:1]
    assert [words_of(read_rows(pk)) for pk in all_rows] == before
