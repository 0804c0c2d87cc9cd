"""Draw the picture that appears beside a shared link to a page: its title, in the site's colours.

It is drawn on request, so that it follows when the practice or the page is renamed. Only live pages are drawn, and
recent pictures are cached in memory.
"""

import hashlib
import io
import unicodedata
from functools import lru_cache
from math import cos, pi, sin

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe
from PIL import Image, ImageDraw, ImageFont

from pages.models import Revision
from pages.page_source import field
from practice import facts
from practice.colours import ACTION, BRASS, INK, PAPER
from practice.facts import Facts

DESIGN_VERSION = 1  # increase it when draw() changes: every picture then gets a new URL
WIDTH, HEIGHT = 1200, 630
MARGIN = 80
LINE_HEIGHT = 1.2  # times the font size
TITLE_SIZES, TITLE_SPACE = (84, 72, 60, 50, 42), (WIDTH - 2 * MARGIN, 240)
NAME_SIZES, NAME_SPACE = (36, 30, 24, 20), (500, 60)
MAX_TITLE_CHARS = 120
SUPERSAMPLING = 3  # lines are drawn larger and scaled down, which smooths them

_ASCII_EQUIVALENTS = str.maketrans({"–": "-", "—": "-", "\N{NO-BREAK SPACE}": " "})


def path(page: int, title: str, current_facts: Facts) -> str:
    return reverse("pages:sharing_image", args=[page, _key(title, current_facts.practice.name)])


@require_safe
def sharing_image(request: HttpRequest, page: int, key: str) -> HttpResponse:
    """Serve a picture. It never changes under its URL, so it may be cached for ever."""
    live = Revision.objects.public(timezone.now()).filter(page=page).first()
    title, name = field(live.source, "title") if live else "", facts.current().practice.name
    if live is None or key != _key(title, name):
        raise Http404
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Content-Disposition": "inline"}
    return HttpResponse(draw(title, name), content_type="image/png", headers=headers)


def _key(title: str, name: str) -> str:
    return hashlib.sha256(f"{DESIGN_VERSION}\n{title}\n{name}".encode(errors="replace")).hexdigest()[:32]


@lru_cache(maxsize=64)
def draw(title: str, name: str) -> bytes:
    """Return a PNG of 1200 by 630 pixels, the size that social networks expect."""
    image = Image.new("RGB", (WIDTH * SUPERSAMPLING, HEIGHT * SUPERSAMPLING), PAPER)
    _fanlight(ImageDraw.Draw(image))
    image = image.resize((WIDTH, HEIGHT), Image.Resampling.BOX)
    pen = ImageDraw.Draw(image)
    lines, font = _fitted(title, TITLE_SIZES, TITLE_SPACE)
    for number, line in enumerate(lines):
        pen.text((MARGIN, MARGIN + number * font.size * LINE_HEIGHT), line, INK, font)
    lines, font = _fitted(name, NAME_SIZES, NAME_SPACE)
    for number, line in enumerate(reversed(lines)):
        pen.text((MARGIN, HEIGHT - MARGIN - number * font.size * LINE_HEIGHT), line, ACTION, font, anchor="ls")
    buffer = io.BytesIO()
    image.quantize(32).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _fanlight(pen: ImageDraw.ImageDraw) -> None:
    """Draw the figure of templates/components/fanlight.html, four times as large."""
    unit = 4 * SUPERSAMPLING
    x, y = (WIDTH - MARGIN) * SUPERSAMPLING - 62 * unit, (HEIGHT - MARGIN) * SUPERSAMPLING
    pen.line((x - 62 * unit, y, x + 62 * unit, y), BRASS, 2 * SUPERSAMPLING)
    for radius in (60, 44, 28, 12):
        reach = radius * unit
        pen.arc((x - reach, y - reach, x + reach, y + reach), 180, 360, BRASS, 2 * SUPERSAMPLING)
    for step in range(1, 8):
        across, up = cos(step * pi / 8) * unit, sin(step * pi / 8) * unit
        pen.line((x + 12 * across, y - 12 * up, x + 60 * across, y - 60 * up), BRASS, 2 * SUPERSAMPLING)


def _drawable(text: str) -> str:
    """Return the text in characters that Pillow's default font has, or nothing if some are missing."""
    text = unicodedata.normalize("NFKD", " ".join(text[:MAX_TITLE_CHARS].translate(_ASCII_EQUIVALENTS).split()))
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    return text if all(_has_glyph(letter) for letter in set(text)) else ""


def _has_glyph(letter: str) -> bool:
    font = _font(NAME_SIZES[-1])
    return letter == " " or bytes(font.getmask(letter)) != bytes(font.getmask("\N{REPLACEMENT CHARACTER}"))


@lru_cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise TypeError("Pillow was built without FreeType.")
    return font


def _fitted(text: str, sizes: tuple[int, ...], space: tuple[int, int]) -> tuple[list[str], ImageFont.FreeTypeFont]:
    """Return lines and font in the largest size that fits; in the smallest, the text may be cut."""
    text = _drawable(text)
    width, height = space
    for size in sizes:
        font = _font(size)
        lines, max_lines = _wrapped(text, font, width), int(height / size / LINE_HEIGHT)
        if len(lines) <= max_lines and all(font.getlength(line) <= width for line in lines):
            break
    return lines[:max_lines], font


def _wrapped(text: str, font: ImageFont.FreeTypeFont, width: int) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        if lines and font.getlength(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines
