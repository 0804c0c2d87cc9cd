"""Documents become draft pages. What the sanitiser does not know is dropped."""

from dataclasses import replace
from itertools import chain, count
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify

from pages import importers, paths, richtext
from pages.importers import Document, DocumentBlock, DocumentImage
from pages.models import (
    RESERVED,
    Callout,
    CallToAction,
    Fees,
    Locations,
    Page,
    Picture,
    PictureBlock,
    Question,
    Quote,
    RelatedPages,
    RichText,
)
from pages.models.blocks import TEXT_KINDS
from pages.pictures import PictureError, dots, take_in
from practice.models import Location

MAX_DOTS = 250_000_000  # of all pictures of a document together, each of which is decoded while somebody waits


def create_page(document: Document, parent: Page | None = None) -> tuple[Page, list[str]]:
    """A draft at an address of its own, and what of the document it does not hold. Raises ValidationError."""
    _new_page(document, parent)  # refused, if it has to be, before its pictures are taken in
    pictures, refused = _take_in_pictures(document)
    with transaction.atomic():
        page = _new_page(document, parent)
        page.save()
        _write(document, page, pictures)
        paths.assign(page)
        link_pages([page])
    return page, [*document.dropped, *refused]


def _new_page(document: Document, parent: Page | None) -> Page:
    """Not saved yet. Raises ValidationError."""
    last = Page.objects.aggregate(last=Max("position"))["last"] or 0
    fields = {"position": last + 10, "slug": free_slug(document.title, parent), **document.fields}
    page = Page(parent=parent, title=document.title, **fields)
    page.full_clean()
    return page


def _take_in_pictures(document: Document) -> tuple[dict[int, Picture], list[str]]:
    """By the number of their part, and why others are missing.

    Outside the transaction that makes the page: it would hold up every other one while pictures are encoded.
    """
    pictures: dict[int, Picture] = {}
    refused: list[str] = []
    left = MAX_DOTS
    for number, part in enumerate(document.parts):
        if not isinstance(part, DocumentImage):
            continue
        try:
            if (number_of_dots := dots(part.data)) > left:
                raise PictureError(
                    f"“{part.name}” is one picture too many at once. Save it smaller, or add it by hand."
                )
            left -= number_of_dots
            pictures[number] = take_in(part.data, part.name)
        except PictureError as why:
            refused.append(str(why))
    return pictures, refused


def free_slug(title: str, parent: Page | None) -> str:
    """Made from the title; no page below that one has it, nor ever had."""
    word = slugify(title) or "page"
    above = parent.addresses.get(is_current=True).path if parent else "/"
    endings = chain([""], (f"-{number}" for number in count(2)))
    slugs = (f"{word[: 50 - len(ending)].rstrip('-')}{ending}" for ending in endings)
    return next(slug for slug in slugs if not (_is_taken(slug, parent) or paths.pages_at([f"{above}{slug}/"])))


def _is_taken(slug: str, parent: Page | None) -> bool:
    return (parent is None and slug in RESERVED) or Page.objects.kept().filter(parent=parent, slug=slug).exists()


def _write(document: Document, page: Page, pictures: dict[int, Picture]) -> None:
    for number, part in enumerate(document.parts):
        place = {"parent": page, "region": "main", "ordering": (number + 1) * 10}
        if isinstance(part, DocumentBlock):
            _write_block(part, place)
        elif isinstance(part, DocumentImage):
            if picture := pictures.get(number):
                PictureBlock.objects.create(**place, picture=picture, alt=part.alt[:250])
        else:
            RichText.objects.create(**place, html=part.html)


def _write_block(block: DocumentBlock, place: dict[str, Any]) -> None:
    words = block.argument.split()
    match block.kind:
        case "question":
            Question.objects.create(**place, question=block.argument, html=block.html)
        case "note" | "warning":
            Callout.objects.create(**place, tone=block.kind, title=block.argument, html=block.html)
        case "quote":
            Quote.objects.create(**place, text=richtext.to_text(block.html), source=block.argument)
        case "button":
            CallToAction.objects.create(**place, **_button(words))
        case "fees":
            Fees.objects.create(**place)
        case "locations":
            found = Location.objects.filter(slug__in=words).values_list("pk", flat=True)
            Locations.objects.create(**place, locations=list(found))
        case "related":
            RelatedPages.objects.create(**place, pages=words)  # paths, until link_pages() finds their pages


def _button(words: list[str]) -> dict[str, str]:
    """Read “type=private-session Request a private session”, of which either may be missing."""
    option, _, slug = words[0].partition("=") if words else ("", "", "")
    is_chosen = option == "type" and slug == slugify(slug)
    label = " ".join(words[1:] if is_chosen else words)
    return {"label": label[:60] or CallToAction.LABEL, "appointment_type": slug[:50] if is_chosen else ""}


def link_pages(pages: list[Page]) -> None:
    """Links between pages become references; possible only once all of them exist."""
    for kind in TEXT_KINDS:
        for block in kind.objects.filter(parent__in=pages):
            found = paths.pages_at(richtext.site_paths(block.html))
            block.html = richtext.refer_to_pages(block.html, found)
            block.save(update_fields=["html"])
    for block in RelatedPages.objects.filter(parent__in=pages):
        found = paths.pages_at(path for path in block.pages if isinstance(path, str))
        block.pages = [found.get(path, path) for path in block.pages]
        block.save(update_fields=["pages"])


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
        document = importers.read(file.name, file.read_bytes())
        fields = {"slug": slug, "position": 0, **document.fields}
        return create_page(replace(document, fields=fields), parent)[0]
    except (OSError, ValueError, ValidationError) as problem:
        raise ValueError(f"{file}: {problem}") from problem
