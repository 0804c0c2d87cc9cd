"""Markdown files become pages. What the sanitiser does not know is dropped."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from markdown_it import MarkdownIt

from pages import addresses, richtext
from pages.models import Page, RichText

TEXT_FIELDS = ["title", "slug", "menu_label", "menu", "role", "seo_title", "description", "lead"]
_markdown = MarkdownIt("commonmark", {"html": False})


@dataclass(frozen=True)
class Imported:
    fields: dict[str, Any]
    html: str


def from_markdown(text: str) -> Imported:
    """`key: value` lines between two `---`, then Markdown. Raises ValueError with a sentence."""
    head, body = _split(text.replace("\r\n", "\n").removeprefix("\ufeff"))
    fields: dict[str, Any] = {}
    for line in filter(str.strip, head):
        key, colon, value = (part.strip() for part in line.partition(":"))
        if not colon or key not in [*TEXT_FIELDS, "position"]:
            raise ValueError(f"“{line}” does not begin with one of {', '.join(TEXT_FIELDS)}, position.")
        fields[key] = value
    if "position" in fields:
        if not fields["position"].isdecimal():
            raise ValueError(f"“position: {fields['position']}” is not a number.")
        fields["position"] = int(fields["position"])
    if "role" in fields:
        fields["role"] = fields["role"] or None
    return Imported(fields, richtext.sanitise(_markdown.render(body)))


def _split(text: str) -> tuple[list[str], str]:
    if not text.startswith("---\n"):
        return [], text
    head, closed, body = text[4:].partition("\n---\n")
    if not closed:
        raise ValueError("The lines at the top, which begin with “---”, are never closed with another “---”.")
    return head.split("\n"), body


def create_page(imported: Imported, parent: Page | None = None) -> Page:
    """A draft with one block of text, at its address. Raises ValidationError with sentences."""
    page = Page(parent=parent, **imported.fields)
    page.full_clean()
    page.save()
    RichText.objects.create(parent=page, region="main", ordering=10, html=imported.html)
    addresses.assign(page)
    return page


def link_pages(pages: list[Page]) -> None:
    """Links between pages become references; possible only once all of them exist."""
    for block in RichText.objects.filter(parent__in=pages):
        found = addresses.pages_at(richtext.site_paths(block.html))
        block.html = richtext.refer_to_pages(block.html, found)
        block.save(update_fields=["html"])


@transaction.atomic
def load_folder(folder: Path) -> list[Page]:
    """`a/index.md` is the page above every other file in `a`. Raises ValueError, naming the file."""
    return _load(folder, None)


def _load(folder: Path, parent: Page | None) -> list[Page]:
    pages: list[Page] = []
    for entry in sorted(folder.iterdir()):
        if entry.is_dir():
            above = _load_file(entry / "index.md", parent, entry.name)
            pages += [above, *_load(entry, above)]
        elif entry.suffix == ".md" and entry.name != "index.md":
            pages.append(_load_file(entry, parent, entry.stem))
    return pages


def _load_file(file: Path, parent: Page | None, slug: str) -> Page:
    try:
        imported = from_markdown(file.read_text(encoding="utf-8"))
        return create_page(Imported({"slug": slug, **imported.fields}, imported.html), parent)
    except (OSError, ValueError, ValidationError) as problem:
        raise ValueError(f"{file}: {problem}") from problem
