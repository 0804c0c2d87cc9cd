"""Make draft pages of Documents.

In: a `Document`, as `readers` returns it, and the parent page. Out: a saved draft and the list of what the document had
that the page does not. `create_page()` is the way in; `load_folder()` and `link_pages()` make the starter pages.

Limits: MAX_DOCUMENT_PIXELS here; each picture has those of pages.pictures. Raises ValidationError where the page cannot
be saved; nothing is left behind then.
"""

from dataclasses import replace
from itertools import chain, count
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify

from pages import page_paths, richtext
from pages.document_import import readers
from pages.document_import.document import Document, DocumentBlock, DocumentImage
from pages.models import (
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
from pages.models.blocks import HTML_BLOCK_TYPES
from pages.picture_decoding import DOCUMENT_WAIT_SECONDS, PictureError, count_pixels, only_one
from pages.pictures import import_picture, notes_on
from pages.reserved_slugs import reserved_slugs
from practice.models import Location

MAX_DOCUMENT_PIXELS = 250_000_000  # of all its pictures, which are decoded during the request


def create_page(document: Document, parent: Page | None = None) -> tuple[Page, list[str]]:
    """Save a document as a draft; return the page and what was dropped. Raises ValidationError."""
    _new_page(document, parent)  # raises before any picture is imported
    pictures, notes = _import_pictures(document)
    with transaction.atomic():
        page = _new_page(document, parent)
        page.save()
        _write(document, page, pictures)
        page_paths.assign(page)
        link_pages([page])
    return page, [*document.dropped, *notes]


def _new_page(document: Document, parent: Page | None) -> Page:
    """Return a valid page that is not saved yet. Raises ValidationError."""
    last = Page.objects.aggregate(last=Max("position"))["last"] or 0
    fields = {"position": last + 10, "slug": free_slug(document.title, parent), **document.fields}
    page = Page(parent=parent, title=document.title, **fields)
    page.full_clean()
    return page


def _import_pictures(document: Document) -> tuple[dict[int, Picture], list[str]]:
    """Return the pictures by the number of their part, and notes on them and on others that were refused.

    This is outside the transaction that saves the page, because encoding would hold its locks for seconds.
    """
    pictures: dict[int, Picture] = {}
    notes: list[str] = []
    remaining_pixels = MAX_DOCUMENT_PIXELS
    for number, part in enumerate(document.parts):
        if not isinstance(part, DocumentImage):
            continue
        try:
            if (pixels := count_pixels(part.data)) > remaining_pixels:
                raise PictureError(f"“{part.name}” exceeds the total size of pictures in a document. Add it by hand.")
            remaining_pixels -= pixels
            with only_one(DOCUMENT_WAIT_SECONDS):
                pictures[number] = import_picture(part.data, part.name, part.edits)
            notes += notes_on(part.data, part.name)
        except PictureError as error:
            notes.append(str(error))
    return pictures, notes


def free_slug(title: str, parent: Page | None) -> str:
    """Return a slug made from the title that no page with this parent has or has had."""
    base = slugify(title) or "page"
    parent_path = parent.paths.get(is_current=True).path if parent else "/"
    endings = chain([""], (f"-{number}" for number in count(2)))
    slugs = (f"{base[: 50 - len(ending)].rstrip('-')}{ending}" for ending in endings)
    return next(
        slug for slug in slugs if not (_is_taken(slug, parent) or page_paths.pages_at([f"{parent_path}{slug}/"]))
    )


def _is_taken(slug: str, parent: Page | None) -> bool:
    return (parent is None and slug in reserved_slugs()) or Page.objects.not_removed().filter(
        parent=parent, slug=slug
    ).exists()


def _write(document: Document, page: Page, pictures: dict[int, Picture]) -> None:
    for number, part in enumerate(document.parts):
        position = {"parent": page, "region": "main", "ordering": (number + 1) * 10}
        if isinstance(part, DocumentBlock):
            _write_block(part, position)
        elif isinstance(part, DocumentImage):
            if picture := pictures.get(number):
                PictureBlock.objects.create(**position, picture=picture, alt=part.alt[:250])
        else:
            RichText.objects.create(**position, html=part.html)


def _write_block(block: DocumentBlock, position: dict[str, Any]) -> None:
    words = block.argument.split()
    match block.kind:
        case "question":
            Question.objects.create(**position, question=block.argument, html=block.html)
        case "note" | "warning":
            Callout.objects.create(**position, tone=block.kind, title=block.argument, html=block.html)
        case "quote":
            Quote.objects.create(**position, text=richtext.to_text(block.html), source=block.argument)
        case "button":
            CallToAction.objects.create(**position, **_button(words))
        case "fees":
            Fees.objects.create(**position)
        case "locations":
            pks = Location.objects.filter(slug__in=words).values_list("pk", flat=True)
            Locations.objects.create(**position, locations=list(pks))
        case "related":
            RelatedPages.objects.create(**position, pages=words)  # paths, which link_pages() replaces with ids


def _button(words: list[str]) -> dict[str, str]:
    """Read “type=private-session Request a private session”. Either part may be missing."""
    option, _, slug = words[0].partition("=") if words else ("", "", "")
    is_chosen = option == "type" and slug == slugify(slug)
    label = " ".join(words[1:] if is_chosen else words)
    return {"label": label[:60] or CallToAction.LABEL, "appointment_type": slug[:50] if is_chosen else ""}


def link_pages(pages: list[Page]) -> None:
    """Turn links between pages into references, once all of the pages exist."""
    for block_type in HTML_BLOCK_TYPES:
        for block in block_type.objects.filter(parent__in=pages):
            linked_pages = page_paths.pages_at(richtext.site_paths(block.html))
            block.html = richtext.refer_to_pages(block.html, linked_pages)
            block.save(update_fields=["html"])
    for block in RelatedPages.objects.filter(parent__in=pages):
        linked_pages = page_paths.pages_at(path for path in block.pages if isinstance(path, str))
        block.pages = [linked_pages.get(path, path) for path in block.pages]
        block.save(update_fields=["pages"])


@transaction.atomic
def load_folder(folder: Path) -> list[Page]:
    """Load a folder of documents; `a/index.md` is the parent of the other files in `a`. Raises ValueError."""
    return _load(folder, None)


def _load(folder: Path, parent: Page | None) -> list[Page]:
    pages: list[Page] = []
    for entry in sorted(folder.iterdir()):
        if entry.is_dir():
            index = _load_file(entry / "index.md", parent, entry.name)
            pages += [index, *_load(entry, index)]
        elif entry.suffix == ".md" and entry.name != "index.md":
            pages.append(_load_file(entry, parent, entry.stem))
    return pages


def _load_file(file: Path, parent: Page | None, slug: str) -> Page:
    try:
        document = readers.read_file(file.name, file.read_bytes())
        fields = {"slug": slug, "position": 0, **document.fields}
        return create_page(replace(document, fields=fields), parent)[0]
    except (OSError, ValueError, ValidationError) as problem:
        raise ValueError(f"{file}: {problem}") from problem
