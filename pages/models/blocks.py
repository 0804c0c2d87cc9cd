"""The blocks that make up a page. Each one knows how to write itself into a source and read itself back."""

import builtins
import re
import uuid
from textwrap import shorten
from typing import Any, ClassVar

from content_editor.models import create_plugin_base
from django.core.validators import MaxLengthValidator, MaxValueValidator
from django.db import models
from django_prose_editor.fields import ProseEditorField

from pages.models.page import Page
from pages.models.picture import Picture
from pages.richtext import EXTENSIONS, SHORT_EXTENSIONS, sanitise, to_text

MAX_HTML_CHARS = 400_000
validate_html_length = MaxLengthValidator(
    MAX_HTML_CHARS, "This text is longer than the limit of 400,000 characters. Split it into several blocks."
)

SAMPLE_TEXT = """<h2>Text</h2>
<p>A paragraph with <strong>strong words</strong>, <em>stressed words</em> and <a href="/">a link</a>.</p>
<h3>A smaller heading</h3>
<ul><li><p>a list</p></li><li><p>of two lines</p></li></ul>
<ol><li><p>first</p></li><li><p>then</p></li></ol>
<blockquote><p>Words of somebody else, within a text.</p></blockquote>
<table><tr><th>When</th><th>How</th></tr><tr><td>At first</td><td>In person or online</td></tr></table>"""

_KEY = re.compile(r"[0-9a-f]{32}")

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


class RichText(Block):
    icon = "notes"
    samples = [{"html": SAMPLE_TEXT}]

    type = "rich_text"
    json_types = {"html": str}

    html = ProseEditorField(
        "text", blank=True, extensions=EXTENSIONS, sanitize=sanitise, validators=[validate_html_length]
    )

    class Meta(Block.Meta):
        verbose_name = "text"
        verbose_name_plural = "texts"

    def __str__(self) -> str:
        return shorten(to_text(self.html), 60, placeholder="…")

    def is_empty(self) -> bool:
        return not sanitise(self.html)


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


class Callout(Block):
    icon = "campaign"
    samples = [
        {"tone": "note", "title": "Good to know", "html": "<p>A note beside the text.</p>"},
        {"tone": "warning", "title": "Before you stop", "html": "<p>What could be dangerous.</p>"},
    ]

    class Tone(models.TextChoices):
        NOTE = "note", "Note"
        WARNING = "warning", "Warning, such as getting medical advice first"

    type = "callout"
    json_types = {"tone": str, "title": str, "html": str}
    text_fields = ["title"]

    tone = models.CharField(max_length=10, choices=Tone, default=Tone.NOTE)
    title = models.CharField("heading", max_length=120, blank=True)
    html = ProseEditorField(
        "text", blank=True, extensions=SHORT_EXTENSIONS, sanitize=sanitise, validators=[validate_html_length]
    )

    class Meta(Block.Meta):
        verbose_name = "highlighted note"

    def __str__(self) -> str:
        return self.title or shorten(to_text(self.html), 60, placeholder="…")

    def is_empty(self) -> bool:
        return not self.title and not sanitise(self.html)


class Question(Block):
    icon = "help"
    samples = [
        {"question": "Is it confidential?", "html": "<p>Yes, within a few limits.</p>"},
        {"question": "Do I have to stop first?", "html": "<p>No.</p>"},
    ]

    type = "question"
    json_types = {"question": str, "html": str}
    text_fields = ["question"]

    question = models.CharField(max_length=200, blank=True, help_text="As a visitor would ask it.")
    html = ProseEditorField(
        "answer", blank=True, extensions=SHORT_EXTENSIONS, sanitize=sanitise, validators=[validate_html_length]
    )

    class Meta(Block.Meta):
        verbose_name = "question"

    def __str__(self) -> str:
        return self.question

    def is_empty(self) -> bool:
        return not self.question and not sanitise(self.html)


class Quote(Block):
    icon = "format_quote"
    samples = [{"text": "I was met without being judged.", "source": "Somebody, some time"}]

    type = "quote"
    json_types = {"text": str, "source": str}
    text_fields = ["text", "source"]

    text = models.TextField(blank=True)
    source = models.CharField(
        "source",
        max_length=200,
        blank=True,
        help_text="Never a client’s words: advertising rules forbid testimonials about treating addiction.",
    )

    class Meta(Block.Meta):
        verbose_name = "quote"

    def __str__(self) -> str:
        return shorten(self.text, 60, placeholder="…")

    def is_empty(self) -> bool:
        return not (self.text + self.source).strip()


class CallToAction(Block):
    icon = "touch_app"
    LABEL = "Request a consultation"
    samples = [{"label": LABEL, "appointment_type": ""}]

    type = "call_to_action"
    json_types = {"label": str, "appointment_type": str}
    text_fields = ["label"]

    label = models.CharField("button text", max_length=60, blank=True, default=LABEL)
    appointment_type = models.SlugField(
        "appointment type",
        blank=True,
        help_text="The short name of a type to choose in the form, such as “private-session”. Leave it empty for none.",
    )

    class Meta(Block.Meta):
        verbose_name = "contact button"

    def __str__(self) -> str:
        return self.label or self.LABEL


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


BLOCK_TYPES: list[type[Block]] = [
    RichText, PictureBlock, Callout, Question, Quote, CallToAction, Locations, Fees, RelatedPages
]  # fmt: skip
BLOCKS = {block_type.type: block_type for block_type in BLOCK_TYPES}
HTML_BLOCK_TYPES: list[type[RichText] | type[Callout] | type[Question]] = [RichText, Callout, Question]
