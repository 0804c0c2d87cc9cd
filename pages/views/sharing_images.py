"""The picture that stands beside a link to a page when somebody shares it: its title, in the practice's look.

Drawn when it is asked for, so that it is right again as soon as the practice or the page has another name. Only what
is live is drawn, and what was drawn lately is remembered.
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
from pages.source import field
from practice import facts
from practice.branding import ACTION, BRASS, INK, PAPER
from practice.facts import Facts

LOOK = 1  # another number gives every picture a new address: for when draw() changes
WIDTH, HEIGHT = 1200, 630
MARGIN = 80
LINE = 1.2  # a line of text, in letters' sizes
TITLE_SIZES, TITLE_SPACE = (84, 72, 60, 50, 42), (WIDTH - 2 * MARGIN, 240)
NAME_SIZES, NAME_SPACE = (36, 30, 24, 20), (500, 60)
MAX_LETTERS = 120  # as many as a title has
FINER = 3  # lines are drawn larger and made small, which smooths them

_ALIKE = str.maketrans({"–": "-", "—": "-", "\N{NO-BREAK SPACE}": " "})


def path(page: int, title: str, known: Facts) -> str:
    return reverse("pages:share", args=[page, _key(title, known.practice.name)])


@require_safe
def share(request: HttpRequest, page: int, key: str) -> HttpResponse:
    """Never changes under its address, so it may be kept."""
    live = Revision.objects.public(timezone.now()).filter(page=page).first()
    title, name = field(live.source, "title") if live else "", facts.current().practice.name
    if live is None or key != _key(title, name):
        raise Http404
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Content-Disposition": "inline"}
    return HttpResponse(draw(title, name), content_type="image/png", headers=headers)


def _key(title: str, name: str) -> str:
    return hashlib.sha256(f"{LOOK}\n{title}\n{name}".encode(errors="replace")).hexdigest()[:32]


@lru_cache(maxsize=64)
def draw(title: str, name: str) -> bytes:
    """A PNG of 1200 by 630 dots, which is what the places where links are shared expect."""
    image = Image.new("RGB", (WIDTH * FINER, HEIGHT * FINER), PAPER)
    _fanlight(ImageDraw.Draw(image))
    image = image.resize((WIDTH, HEIGHT), Image.Resampling.BOX)
    pen = ImageDraw.Draw(image)
    lines, font = _fitted(title, TITLE_SIZES, TITLE_SPACE)
    for number, line in enumerate(lines):
        pen.text((MARGIN, MARGIN + number * font.size * LINE), line, INK, font)
    lines, font = _fitted(name, NAME_SIZES, NAME_SPACE)
    for number, line in enumerate(reversed(lines)):
        pen.text((MARGIN, HEIGHT - MARGIN - number * font.size * LINE), line, ACTION, font, anchor="ls")
    to = io.BytesIO()
    image.quantize(32).save(to, "PNG", optimize=True)
    return to.getvalue()


def _fanlight(pen: ImageDraw.ImageDraw) -> None:
    """The figure of templates/components/fanlight.html, four times as large."""
    unit = 4 * FINER
    x, y = (WIDTH - MARGIN) * FINER - 62 * unit, (HEIGHT - MARGIN) * FINER
    pen.line((x - 62 * unit, y, x + 62 * unit, y), BRASS, 2 * FINER)
    for radius in (60, 44, 28, 12):
        reach = radius * unit
        pen.arc((x - reach, y - reach, x + reach, y + reach), 180, 360, BRASS, 2 * FINER)
    for step in range(1, 8):
        across, up = cos(step * pi / 8) * unit, sin(step * pi / 8) * unit
        pen.line((x + 12 * across, y - 12 * up, x + 60 * across, y - 60 * up), BRASS, 2 * FINER)


def _drawable(text: str) -> str:
    """Pillow's own font has the letters of English; a title with any other is left out, better than with gaps."""
    text = unicodedata.normalize("NFKD", " ".join(text[:MAX_LETTERS].translate(_ALIKE).split()))
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    return text if all(_has_shape(letter) for letter in set(text)) else ""


def _has_shape(letter: str) -> bool:
    font = _font(NAME_SIZES[-1])
    return letter == " " or bytes(font.getmask(letter)) != bytes(font.getmask("\N{REPLACEMENT CHARACTER}"))


@lru_cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise TypeError("Pillow was built without FreeType.")
    return font


def _fitted(text: str, sizes: tuple[int, ...], space: tuple[int, int]) -> tuple[list[str], ImageFont.FreeTypeFont]:
    """In the largest size in which it fits; if it fits in none, as much as fits in the smallest."""
    text = _drawable(text)
    width, height = space
    for size in sizes:
        font = _font(size)
        lines, most = _wrapped(text, font, width), int(height / size / LINE)
        if len(lines) <= most and all(font.getlength(line) <= width for line in lines):
            break
    return lines[:most], font


def _wrapped(text: str, font: ImageFont.FreeTypeFont, width: int) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        if lines and font.getlength(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines
