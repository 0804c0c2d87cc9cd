"""A page as plain JSON: the only way from the draft's rows to an edition or a preview."""

import uuid
from typing import Any

from django.db import transaction

from pages import richtext
from pages.models import BLOCKS, Block, Page, Picture, PictureBlock, RelatedPages, UnknownBlock
from pages.models.blocks import TEXT_KINDS
from pages.paths import pages_at

SCHEMA = 1
FIELDS = ["title", "lead", "menu_label", "seo_title", "description", "noindex"]
ALL_KINDS: list[type[Block]] = [*BLOCKS.values(), UnknownBlock]

Source = dict[str, Any]


def to_source(page: Page) -> Source:
    """Sanitised once more, because rows may be written past the form; links to pages become references."""
    rows = [row for kind in ALL_KINDS for row in _rows(kind, page)]
    rows.sort(key=lambda row: (row.ordering, row.type, row.pk))
    blocks = [row.to_json() for row in rows if not row.is_empty()]
    texts = [block for block in blocks if isinstance(block, dict) and is_known(block) and "html" in block]
    pages = pages_at({path for block in texts for path in richtext.site_paths(block["html"])})
    for block in texts:
        block["html"] = richtext.refer_to_pages(block["html"], pages)
    return {"schema": SCHEMA, **{name: getattr(page, name) for name in FIELDS}, "blocks": blocks}


def _rows(kind: type[Block], page: Page) -> list[Block]:
    if kind is PictureBlock:
        return list(PictureBlock.objects.filter(parent=page).select_related("picture"))
    return list(kind._default_manager.filter(parent=page))


@transaction.atomic
def write_draft(page: Page, source: Source) -> None:
    """The way back: the draft's rows become what the source says. Raises ValueError where it cannot all be kept."""
    if source.get("schema") != SCHEMA:
        raise ValueError("This edition was written by another version of the site and cannot be brought back whole.")
    for name in FIELDS:
        setattr(page, name, source[name])
    page.save(update_fields=[*FIELDS, "updated_at"])
    write_blocks(page, source["blocks"])


def write_blocks(page: Page, blocks: list[Any]) -> None:
    """The page's rows become those blocks; a block that is there already keeps its row, for whoever is editing it.

    What this version cannot show is kept as it is.
    """
    pictures = set(Picture.objects.values_list("pk", flat=True)) if any(map(_is_picture, blocks)) else set()
    kept: dict[type[Block], set[int]] = {kind: set() for kind in ALL_KINDS}
    for number, block in enumerate(blocks, start=1):
        place = {"region": "main", "ordering": number * 10}
        kind: type[Block] = UnknownBlock
        if is_known(block) and (not _is_picture(block) or block["picture"] in pictures):
            kind = BLOCKS[block["type"]]
        rows = kind._default_manager.filter(parent=page).exclude(pk__in=kept[kind])
        row: Block
        if kind is UnknownBlock:
            row = UnknownBlock(parent=page, data=[block], **place)
        else:
            row = rows.filter(uid=block["uid"]).first() or kind(parent=page, uid=block["uid"])
            for name, value in {**place, **kind.from_json(block)}.items():
                setattr(row, name, value)
        row.save()
        kept[kind].add(row.pk)
    for kind, rows_kept in kept.items():
        kind._default_manager.filter(parent=page).exclude(pk__in=rows_kept).delete()


def _is_picture(block: Any) -> bool:
    return isinstance(block, dict) and block.get("type") == "picture"


def blocks(source: Source) -> list[Any]:
    """All blocks of a source of this version, also those that cannot be shown; none of another version's."""
    found = source.get("blocks") if isinstance(source, dict) and source.get("schema") == SCHEMA else None
    return found if isinstance(found, list) else []


def is_known(block: Any) -> bool:
    """Whether this version can show the block."""
    if not isinstance(block, dict) or not isinstance(block.get("type"), str) or not _is_uid(block.get("uid")):
        return False
    kind = BLOCKS.get(block["type"])
    return kind is not None and kind.fits(block)


def _is_uid(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(uuid.UUID(value))
    except ValueError:
        return False


def known_blocks(source: Source) -> list[dict[str, Any]]:
    return [block for block in blocks(source) if is_known(block)]


def rich_texts(source: Source) -> list[str]:
    """The HTML of every block that this version can show."""
    return [block["html"] for block in known_blocks(source) if "html" in block]


def field(source: Source, name: str) -> str:
    """A field's text; empty where the source, of whatever version, has none."""
    value = source.get(name) if isinstance(source, dict) else None
    return value if isinstance(value, str) else ""


def references(source: Source) -> set[int]:
    """Ids of the pages that the source refers to."""
    related = {number for block in known_blocks(source) for number in block.get("pages", [])}
    return related | {number for html in rich_texts(source) for number in richtext.references(html)}


def plain_text(source: Source) -> str:
    """What a visitor reads, without markup."""
    parts = [field(source, "title"), field(source, "lead")]
    for block in known_blocks(source):
        parts += [block[name] for name in BLOCKS[block["type"]].words]
        parts.append(richtext.to_text(block.get("html", "")))
    return "\n".join(part for part in parts if part)


def draft_references() -> dict[int, set[int]]:
    """Page id to the pages that its draft refers to, of all drafts at once."""
    texts = [row for kind in TEXT_KINDS for row in kind.objects.values("parent_id", "html")]
    pages = pages_at({path for row in texts for path in richtext.site_paths(row["html"])})
    found: dict[int, set[int]] = {}
    for row in texts:
        html = richtext.refer_to_pages(row["html"], pages)
        found.setdefault(row["parent_id"], set()).update(richtext.references(html))
    for related in RelatedPages.objects.values("parent_id", "pages"):
        found.setdefault(related["parent_id"], set()).update(related["pages"])
    return found
