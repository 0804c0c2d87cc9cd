"""Every text field declares who can read it."""

import pytest
from django.db import models
from django.test.utils import isolate_apps

from bookings.encryption import EncryptedTextField
from practice import tiers
from practice.tiers import Tier, text_fields, text_tiers, tier_of

ENCRYPTED = {
    Tier.REACH: {
        "Person.name",
        "Person.organisation",
        "Person.email",
        "Person.phone",
        "Person.good_times",
        "Appointment.video_link",
        "BookingSettings.busy_address",
        "Invoice.addressee",
        "Invoice.items",
    },
    Tier.SEALED: {
        "Enquiry.message",
        "Event.text",
        "Appointment.notes",
        "Reply.subject",
        "Reply.body",
    },
}


def test_every_text_field_declares_a_tier():
    assert text_tiers(None) == []


def test_what_people_are_known_by_and_what_they_wrote_is_encrypted():
    for tier, names in ENCRYPTED.items():
        fields = [field for field in text_fields() if tier_of(field) == tier]
        assert {f"{field.model.__name__}.{field.name}" for field in fields} == names
        assert all(isinstance(field, EncryptedTextField) for field in fields)


def test_every_encrypted_field_is_of_an_encrypted_tier():
    encrypted = [field for field in text_fields() if isinstance(field, EncryptedTextField)]

    assert len(encrypted) == sum(map(len, ENCRYPTED.values()))
    assert Tier.OPEN not in map(tier_of, encrypted)


@pytest.mark.parametrize("field", [models.CharField(max_length=5), models.TextField(), models.JSONField()])
def test_a_text_field_without_a_tier_is_reported(field, monkeypatch):
    with isolate_apps("bookings"):

        class Sample(models.Model):  # noqa: DJ008 (never shown)
            words = field

            class Meta:
                app_label = "bookings"

    monkeypatch.setattr(tiers, "text_fields", lambda: [Sample._meta.get_field("words")])

    (error,) = text_tiers(None)
    assert error.msg == "Sample.words declares no tier."


def test_the_fields_of_all_apps_are_looked_at():
    labels = {field.model._meta.app_label for field in text_fields()}

    assert labels == {"practice", "pages", "bookings"}


def test_an_encrypted_field_without_a_tier_is_reported(monkeypatch):
    with isolate_apps("bookings"):

        class Unsealed(models.Model):  # noqa: DJ008 (never shown)
            words = EncryptedTextField()

            class Meta:
                app_label = "bookings"

    monkeypatch.setattr(tiers, "text_fields", lambda: [Unsealed._meta.get_field("words")])

    assert len(text_tiers(None)) == 1
