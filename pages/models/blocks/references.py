"""The blocks that refer to rows of the site, such as locations, fees and other pages."""

from typing import Any, ClassVar

from django.db import models

from pages.models.blocks.base import Block


class References(Block):
    """A block that stores the ids of objects; they are looked up when the page is shown."""

    ids_field: ClassVar[str]

    class Meta(Block.Meta):
        abstract = True

    def __str__(self) -> str:
        return f"{len(getattr(self, self.ids_field))} chosen" if getattr(self, self.ids_field) else "all"

    @classmethod
    def is_valid(cls, block: dict[str, Any]) -> bool:
        return super().is_valid(block) and all(type(number) is int for number in block[cls.ids_field])

    def to_json(self) -> dict[str, Any]:
        numbers = getattr(self, self.ids_field)
        valid = [number for number in numbers if type(number) is int] if isinstance(numbers, list) else []
        return {"type": self.type, "uid": str(self.uid), self.ids_field: valid}


class Locations(References):
    icon = "place"
    samples = [{"locations": []}]

    type = ids_field = "locations"
    json_types = {"locations": list}

    locations = models.JSONField(
        "locations", default=list, blank=True, help_text="Leave all unticked to show every location that you offer."
    )

    class Meta(References.Meta):
        verbose_name = verbose_name_plural = "locations"


class Fees(References):
    icon = "payments"
    samples = [{"fees": []}]

    type = ids_field = "fees"
    json_types = {"fees": list}

    fees = models.JSONField(
        "fees", default=list, blank=True, help_text="Leave all unticked to show every fee that you offer."
    )

    class Meta(References.Meta):
        verbose_name = verbose_name_plural = "fees"


class RelatedPages(References):
    icon = "link"
    samples = [{"pages": [1]}]

    type = "related_pages"
    ids_field = "pages"
    json_types = {"pages": list}

    pages = models.JSONField("pages", default=list, blank=True, help_text="Only pages that are live are shown.")

    class Meta(References.Meta):
        verbose_name = verbose_name_plural = "related pages"
