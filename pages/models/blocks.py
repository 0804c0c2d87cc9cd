"""What a page is made of. Each block says how it is written into a source and read back from one."""

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
from pages.richtext import EXTENSIONS, SHORT, sanitise, to_text

LONGEST = MaxLengthValidator(400_000, "This text is longer than a page can be: 400,000 letters. Divide it up.")

SAMPLE_TEXT = """<h2>Text</h2>
<p>A paragraph with <strong>strong words</strong>, <em>stressed words</em> and <a href="/">a link</a>.</p>
<h3>A smaller heading</h3>
<ul><li><p>a list</p></li><li><p>of two lines</p></li></ul>
<ol><li><p>first</p></li><li><p>then</p></li></ol>
<blockquote><p>Words of somebody else, within a text.</p></blockquote>
<table><tr><th>When</th><th>How</th></tr><tr><td>At first</td><td>In person or online</td></tr></table>"""

_KEY = re.compile(r"[0-9a-f]{32}")

PagePlugin: Any = create_plugin_base(Page)


class Block(PagePlugin, models.Model):  # a model twice: the type checker sees nothing of PagePlugin
    """A kind of block says what it has in a source: `shape` with types, `words` of which a visitor reads."""

    icon: ClassVar[str]  # a Material icon, for the editor's menu
    samples: ClassVar[list[dict[str, Any]]] = []  # values to draw it with in the style guide

    type: ClassVar[str]
    shape: ClassVar[dict[str, builtins.type]]
    words: ClassVar[list[str]] = []

    uid = models.UUIDField(default=uuid.uuid4, editable=False)

    class Meta(PagePlugin.Meta):
        abstract = True

    def to_json(self) -> dict[str, Any]:
        """Sanitised once more, because rows may be written past the form."""
        values = {name: getattr(self, name) for name in self.shape}
        if "html" in values:
            values["html"] = sanitise(self.html)
        return {"type": self.type, "uid": str(self.uid), **values}

    @classmethod
    def fits(cls, block: dict[str, Any]) -> bool:
        """Whether the block is one that this version can show."""
        return all(type(block.get(name)) is kind for name, kind in cls.shape.items())

    @classmethod
    def from_json(cls, block: dict[str, Any]) -> dict[str, Any]:
        """The fields of a row, of a block that fits."""
        return {name: block[name] for name in cls.shape}

    def is_empty(self) -> bool:
        """Nothing was written in it, so nothing is lost without it."""
        return False


class RichText(Block):
    icon = "notes"
    samples = [{"html": SAMPLE_TEXT}]

    type = "rich_text"
    shape = {"html": str}

    html = ProseEditorField("text", blank=True, extensions=EXTENSIONS, sanitize=sanitise, validators=[LONGEST])

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
        NONE = "none", "The whole picture"
        WIDE = "wide", "A wide band"
        SQUARE = "square", "A square"

    type = "picture"
    shape = {
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
    words = ["alt", "caption"]

    picture = models.ForeignKey(Picture, on_delete=models.PROTECT, related_name="+")
    alt = models.CharField(
        "what it shows",
        max_length=250,
        blank=True,
        help_text="One sentence for people who cannot see it, such as “The door of 1 Harley Street, three steps up”.",
    )
    decorative = models.BooleanField(
        "it is decoration only", default=False, help_text="A screen reader passes over it in silence."
    )
    caption = models.CharField("words below it", max_length=200, blank=True)
    crop = models.CharField("show", max_length=10, choices=Crop, default=Crop.NONE)
    focus_x = models.PositiveSmallIntegerField(
        "what matters, from the left (%)", default=50, validators=[MaxValueValidator(100)]
    )
    focus_y = models.PositiveSmallIntegerField(
        "what matters, from the top (%)", default=50, validators=[MaxValueValidator(100)]
    )

    class Meta(Block.Meta):
        verbose_name = "picture"

    def __str__(self) -> str:
        return shorten(self.alt, 60, placeholder="…")

    def to_json(self) -> dict[str, Any]:
        """With what a page needs to show it, so that a visit costs no query for it."""
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
    def fits(cls, block: dict[str, Any]) -> bool:
        return (
            super().fits(block)
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
        NOTE = "note", "Worth knowing"
        WARNING = "warning", "A warning, such as getting medical advice first"

    type = "callout"
    shape = {"tone": str, "title": str, "html": str}
    words = ["title"]

    tone = models.CharField(max_length=10, choices=Tone, default=Tone.NOTE)
    title = models.CharField("heading", max_length=120, blank=True)
    html = ProseEditorField("text", blank=True, extensions=SHORT, sanitize=sanitise, validators=[LONGEST])

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
    shape = {"question": str, "html": str}
    words = ["question"]

    question = models.CharField(max_length=200, blank=True, help_text="As a visitor would ask it.")
    html = ProseEditorField("answer", blank=True, extensions=SHORT, sanitize=sanitise, validators=[LONGEST])

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
    shape = {"text": str, "source": str}
    words = ["text", "source"]

    text = models.TextField(blank=True)
    source = models.CharField(
        "who said it, and where",
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
    samples = [{"offer": "either"}]

    class Offer(models.TextChoices):
        EITHER = "either", "Request a consultation"
        COMPLIMENTARY = "complimentary", "Request a complimentary consultation"
        PRIVATE = "private", "Request a private session"

    type = "call_to_action"
    shape = {"offer": str}

    offer = models.CharField("the button says", max_length=20, choices=Offer, default=Offer.EITHER)

    class Meta(Block.Meta):
        verbose_name = "contact button"

    def __str__(self) -> str:
        return self.get_offer_display()


class References(Block):
    """Holds ids only; what they stand for is read when the page is shown."""

    ids: ClassVar[str]  # the name of the field

    class Meta(Block.Meta):
        abstract = True

    def __str__(self) -> str:
        return f"{len(getattr(self, self.ids))} chosen" if getattr(self, self.ids) else "all"

    @classmethod
    def fits(cls, block: dict[str, Any]) -> bool:
        return super().fits(block) and all(type(number) is int for number in block[cls.ids])

    def to_json(self) -> dict[str, Any]:
        numbers = getattr(self, self.ids)
        clean = [number for number in numbers if type(number) is int] if isinstance(numbers, list) else []
        return {"type": self.type, "uid": str(self.uid), self.ids: clean}


class Locations(References):
    icon = "place"
    samples = [{"locations": []}]

    type = ids = "locations"
    shape = {"locations": list}

    locations = models.JSONField(
        "which places", default=list, blank=True, help_text="Tick none to show all that you offer."
    )

    class Meta(References.Meta):
        verbose_name = verbose_name_plural = "locations"


class Fees(References):
    icon = "payments"
    samples = [{"fees": []}]

    type = ids = "fees"
    shape = {"fees": list}

    fees = models.JSONField("which fees", default=list, blank=True, help_text="Tick none to show all that you offer.")

    class Meta(References.Meta):
        verbose_name = verbose_name_plural = "fees"


class RelatedPages(References):
    icon = "link"
    samples = [{"pages": [1]}]

    type = "related_pages"
    ids = "pages"
    shape = {"pages": list}

    pages = models.JSONField("which pages", default=list, blank=True, help_text="Only those that are live are shown.")

    class Meta(References.Meta):
        verbose_name = verbose_name_plural = "related pages"


class UnknownBlock(Block):
    """A part that another version of the site wrote; this one keeps it, word for word."""

    icon = "visibility_off"

    type = "unshown"
    shape = {}

    data = models.JSONField()  # a list of the one block, which may be anything, even null

    class Meta(Block.Meta):
        verbose_name = "part that cannot be shown"
        verbose_name_plural = "parts that cannot be shown"

    def __str__(self) -> str:
        return "A part that this version of the site cannot show"

    def to_json(self) -> Any:
        return self.data[0]


KINDS: list[type[Block]] = [
    RichText, PictureBlock, Callout, Question, Quote, CallToAction, Locations, Fees, RelatedPages
]  # fmt: skip
BLOCKS = {kind.type: kind for kind in KINDS}
TEXT_KINDS: list[type[RichText] | type[Callout] | type[Question]] = [RichText, Callout, Question]  # those with HTML
