"""The blocks that hold a text of the therapist's: rich text, notes, questions and quotes."""

from textwrap import shorten

from django.core.validators import MaxLengthValidator
from django.db import models
from django_prose_editor.fields import ProseEditorField

from pages.models.blocks.base import Block
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
