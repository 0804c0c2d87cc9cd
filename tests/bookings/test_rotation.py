"""FIELD_KEY is changed, and rows of the previous release get keys of their own, whatever interrupts it."""

import random

import pytest
from cryptography.fernet import Fernet
from django.apps import apps
from django.core.management import call_command

from bookings import rotation, search
from bookings.encryption import encrypted_fields
from bookings.models import BookingSettings, Enquiry, Event, Person, PersonKey, Reply
from bookings.rotation import ROWS
from practice.models import SiteState
from tests.bookings.encrypted_rows import read_rows, store, stored_values, words_of


def test_every_model_with_encrypted_text_is_rotated():
    models = {field.model for model in (*ROWS, BookingSettings) for field in encrypted_fields(model)}
    assert models == {model for model in apps.get_models() if encrypted_fields(model)}


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
