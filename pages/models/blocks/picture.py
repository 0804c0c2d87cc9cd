"""The block that shows a picture."""

import re
from textwrap import shorten
from typing import Any

from django.core.validators import MaxValueValidator
from django.db import models

from pages.models.blocks.base import Block
from pages.models.picture import Picture

_KEY = re.compile(r"[0-9a-f]{32}")


class PictureBlock(Block):
    icon = "image"

    class Crop(models.TextChoices):
        NONE = "none", "Whole picture"
        WIDE = "wide", "Wide band"
        SQUARE = "square", "Square"

    type = "picture"
    json_types = {
        "picture": int,
        "key": str,
        "width": int,
        "height": int,
        "alt": str,
        "decorative": bool,
        "caption": str,
        "crop": str,
        "focus": list,
    }
    text_fields = ["alt", "caption"]

    picture = models.ForeignKey(Picture, on_delete=models.PROTECT, related_name="+")
    alt = models.CharField(
        "alternative text",
        max_length=250,
        blank=True,
        help_text="One sentence for people who cannot see the picture, such as “The door of 1 Harley Street, up three "
        "steps”.",
    )
    decorative = models.BooleanField(
        "decorative", default=False, help_text="The picture adds no information, and screen readers skip it."
    )
    caption = models.CharField("caption", max_length=200, blank=True)
    crop = models.CharField("show", max_length=10, choices=Crop, default=Crop.NONE)
    focus_x = models.PositiveSmallIntegerField(
        "focal point from the left (%)", default=50, validators=[MaxValueValidator(100)]
    )
    focus_y = models.PositiveSmallIntegerField(
        "focal point from the top (%)", default=50, validators=[MaxValueValidator(100)]
    )

    class Meta(Block.Meta):
        verbose_name = "picture"

    def __str__(self) -> str:
        return shorten(self.alt, 60, placeholder="…")

    def to_json(self) -> dict[str, Any]:
        """Include what is needed to show the picture, so that rendering a page needs no query for it."""
        return {
            "type": self.type,
            "uid": str(self.uid),
            "picture": self.picture_id,
            "key": self.picture.key,
            "width": self.picture.width,
            "height": self.picture.height,
            "alt": self.alt,
            "decorative": self.decorative,
            "caption": self.caption,
            "crop": self.crop,
            "focus": [self.focus_x, self.focus_y],
        }

    @classmethod
    def is_valid(cls, block: dict[str, Any]) -> bool:
        return (
            super().is_valid(block)
            and bool(_KEY.fullmatch(block["key"]))
            and 0 < block["width"] < 65536
            and 0 < block["height"] < 65536
            and block["crop"] in cls.Crop.values
            and len(block["focus"]) == 2
            and all(type(share) is int and 0 <= share <= 100 for share in block["focus"])
        )

    @classmethod
    def from_json(cls, block: dict[str, Any]) -> dict[str, Any]:
        x, y = block["focus"]
        names = ["alt", "decorative", "caption", "crop"]
        return {
            "picture_id": block["picture"],
            "focus_x": x,
            "focus_y": y,
            **{name: block[name] for name in names},
        }
