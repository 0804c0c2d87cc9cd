"""docs/privacy.md names every field of every model, with the tier that the model declares."""

import re
from pathlib import Path

from django.apps import apps

from practice.tiers import APPS, Tier, tier_of

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "privacy.md").read_text(encoding="utf-8")
ABOUT_NOBODY = PAGE.partition("## Nothing about a person")[2].partition("## ")[0]


def described():
    """Return {model: {field: tier}} of the tables."""
    models = {}
    for section in PAGE.split("\n### ")[1:]:
        label = re.match(r"`([\w.]+)`", section)[1]
        rows = [re.split(r" *\| *", line)[1:-1] for line in section.split("\n## ")[0].splitlines() if line[:1] == "|"]
        assert all(len(row) == 5 and all(row) for row in rows), label
        models[label] = {name: row[2] for row in rows[2:] for name in row[0].split(", ")}
    return models


def about_nobody():
    return set(re.findall(r"`((?:practice|bookings)\.\w+)`", ABOUT_NOBODY))


def site_models():
    return {model._meta.label: model for app in APPS for model in apps.get_app_config(app).get_models()}


def test_every_model_is_described_or_said_to_be_about_nobody():
    own = {label for label in site_models() if not label.startswith("pages.")}

    assert set(described()) | about_nobody() == own
    assert not set(described()) & about_nobody()


def test_every_field_has_its_line():
    for label, fields in described().items():
        assert set(fields) == {field.name for field in site_models()[label]._meta.concrete_fields} - {"id"}, label


def test_each_line_has_the_tier_of_the_model():
    for label, fields in described().items():
        for field in site_models()[label]._meta.concrete_fields:
            if field.name != "id":
                assert fields[field.name] == (tier_of(field) or Tier.OPEN), f"{label}.{field.name}"


def test_what_is_about_nobody_has_no_encrypted_field_but_the_secret_address():
    models = site_models()
    secret = {
        f"{label}.{field.name}"
        for label in about_nobody()
        for field in models[label]._meta.concrete_fields
        if tier_of(field) not in (None, Tier.OPEN)
    }

    assert secret == {"bookings.BookingSettings.busy_address"}
