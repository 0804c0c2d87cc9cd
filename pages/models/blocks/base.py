"""The base of all block types, which writes a block into a source and reads it back."""

import builtins
import uuid
from typing import Any, ClassVar

from content_editor.models import create_plugin_base
from django.db import models

from pages.models.page import Page
from pages.richtext import sanitise

PagePlugin: Any = create_plugin_base(Page)


class Block(PagePlugin, models.Model):  # models.Model again, because PagePlugin is Any to the type checker
    """The base of all block types. Its attributes drive the editor, the comparison, the checks and the style guide."""

    icon: ClassVar[str]  # a Material icon, for the editor's menu
    samples: ClassVar[list[dict[str, Any]]] = []  # values for the style guide

    type: ClassVar[str]  # its name in a source
    json_types: ClassVar[dict[str, builtins.type]]  # the keys of its JSON, each with the type of its value
    text_fields: ClassVar[list[str]] = []  # the keys whose values are plain text that visitors read

    uid = models.UUIDField(default=uuid.uuid4, editable=False)

    class Meta(PagePlugin.Meta):
        abstract = True

    def to_json(self) -> dict[str, Any]:
        """Return the block as JSON. HTML is sanitised again, because rows may be written without the form."""
        values = {name: getattr(self, name) for name in self.json_types}
        if "html" in values:
            values["html"] = sanitise(self.html)
        return {"type": self.type, "uid": str(self.uid), **values}

    @classmethod
    def is_valid(cls, block: dict[str, Any]) -> bool:
        """Return whether this version of the site can show the block."""
        return all(type(block.get(name)) is json_type for name, json_type in cls.json_types.items())

    @classmethod
    def from_json(cls, block: dict[str, Any]) -> dict[str, Any]:
        """Return the field values of a row for a valid block."""
        return {name: block[name] for name in cls.json_types}

    def is_empty(self) -> bool:
        """Return whether the block has no content and can be left out."""
        return False
