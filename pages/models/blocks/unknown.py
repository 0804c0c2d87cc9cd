"""The block that keeps what this version of the site does not know."""

from typing import Any

from django.db import models

from pages.models.blocks.base import Block


class UnknownBlock(Block):
    """A block that another version of the site wrote; this version keeps its JSON unchanged."""

    icon = "visibility_off"

    type = "unknown"
    json_types = {}

    data = models.JSONField()  # a list with the block as its one item, because the block may be any JSON, even null

    class Meta(Block.Meta):
        verbose_name = "unknown block"
        verbose_name_plural = "unknown blocks"

    def __str__(self) -> str:
        return "A block that this version of the site cannot show"

    def to_json(self) -> Any:
        return self.data[0]
