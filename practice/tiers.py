"""Who can read a text: every text field of every model declares its tier.

An encrypted field takes it as its argument. The names of the other text fields stand in `open_fields` of their model,
or, where an app holds nothing but words to be published and settings, its AppConfig says `has_open_text`.
"""

from collections.abc import Iterator

from django.apps import apps
from django.core.checks import Error
from django.db import models

APPS = ("practice", "pages", "bookings")


class Tier(models.TextChoices):
    OPEN = "open", "Open: stored as it is"
    REACH = "reach", "Reach: encrypted, and read by the site, which must send and search"
    SEALED = "sealed", "Sealed: what people wrote, for the therapist alone"


def tier_of(field: models.Field) -> Tier | None:
    """Return the tier that the field declares, or None if it declares none."""
    if tier := getattr(field, "tier", None):
        return Tier(tier)
    model = field.model
    is_open = field.name in getattr(model, "open_fields", ()) or getattr(
        apps.get_app_config(model._meta.app_label), "has_open_text", False
    )
    return Tier.OPEN if is_open else None


def text_fields() -> Iterator[models.Field]:
    """Yield the fields of the site's own models that can hold words; a choice from a list in the code is none."""
    for app in APPS:
        for model in apps.get_app_config(app).get_models():
            for field in model._meta.get_fields():
                if isinstance(field, (models.CharField, models.TextField, models.JSONField)) and not field.choices:
                    yield field


def text_tiers(app_configs: object, **kwargs: object) -> list[Error]:
    """Report the text fields that declare no tier, so that nobody stores a person's words in the open by oversight."""
    return [
        Error(
            f"{field.model.__name__}.{field.name} declares no tier.",
            hint="Make it an EncryptedTextField with tier=Tier.REACH or Tier.SEALED, "
            "or name it in open_fields of its model if nothing that a person wrote or is known by can stand in it.",
            obj=field.model,
            id="practice.E011",
        )
        for field in text_fields()
        if tier_of(field) is None
    ]
