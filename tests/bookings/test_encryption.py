import random
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import FieldError
from django.core.management import call_command
from django.template import Context, Template

from bookings import appointments, people
from bookings.encryption import UnreadableText, encrypted_fields
from bookings.models import Appointment, Enquiry, Person, PersonKey
from practice import aead
from practice.models import SiteState
from tests.bookings.conftest import NOW
from tests.bookings.encrypted_rows import read_rows, store, stored_of, stored_values, words_of

PERSONAL = ["organisation", "name", "email", "phone", "good_times"]


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
