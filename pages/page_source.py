"""Convert a draft's rows to JSON, its source, and back. Revisions and previews are made from sources only."""

import uuid
from typing import Any

from django.db import transaction

from pages import richtext
from pages.models import BLOCKS, Block, Page, Picture, PictureBlock, RelatedPages, UnknownBlock
from pages.models.blocks import HTML_BLOCK_TYPES
from pages.page_paths import pages_at

SCHEMA = 1
FIELDS = ["title", "lead", "menu_label", "seo_title", "description", "noindex"]
ALL_BLOCK_TYPES: list[type[Block]] = [*BLOCKS.values(), UnknownBlock]

Source = dict[str, Any]


def to_source(page: Page) -> Source:
    """Return the draft as a source; links to pages become references, which survive a change of address."""
    rows = [row for block_type in ALL_BLOCK_TYPES for row in _rows(block_type, page)]
    rows.sort(key=lambda row: (row.ordering, row.type, row.pk))
    blocks = [row.to_json() for row in rows if not row.is_empty()]
    texts = [block for block in blocks if isinstance(block, dict) and is_known(block) and "html" in block]
    pages = pages_at({path for block in texts for path in richtext.site_paths(block["html"])})
    for block in texts:
        block["html"] = richtext.refer_to_pages(block["html"], pages)
    return {"schema": SCHEMA, **{name: getattr(page, name) for name in FIELDS}, "blocks": blocks}


def _rows(block_type: type[Block], page: Page) -> list[Block]:
    if block_type is PictureBlock:
        return list(PictureBlock.objects.filter(parent=page).select_related("picture"))
    return list(block_type._default_manager.filter(parent=page))


@transaction.atomic
def write_draft(page: Page, source: Source) -> None:
    """Replace the draft's rows with a source. Raises ValueError if another version of the site wrote it."""
    if source.get("schema") != SCHEMA:
        raise ValueError("This revision was written by another version of the site and cannot be restored completely.")
    for name in FIELDS:
        setattr(page, name, source[name])
    page.save(update_fields=[*FIELDS, "updated_at"])
    write_blocks(page, source["blocks"])


def write_blocks(page: Page, blocks: list[Any]) -> None:
    """Replace the page's blocks; one that exists already keeps its row, so that an open editor can still save it.

    Blocks that this version of the site cannot show are kept unchanged.
    """
    pictures = set(Picture.objects.values_list("pk", flat=True)) if any(map(_is_picture, blocks)) else set()
    written: dict[type[Block], set[int]] = {block_type: set() for block_type in ALL_BLOCK_TYPES}
    for number, block in enumerate(blocks, start=1):
        place = {"region": "main", "ordering": number * 10}
        block_type: type[Block] = UnknownBlock
        if is_known(block) and (not _is_picture(block) or block["picture"] in pictures):
            block_type = BLOCKS[block["type"]]
        rows = block_type._default_manager.filter(parent=page).exclude(pk__in=written[block_type])
        row: Block
        if block_type is UnknownBlock:
            row = UnknownBlock(parent=page, data=[block], **place)
        else:
            row = rows.filter(uid=block["uid"]).first() or block_type(parent=page, uid=block["uid"])
            for name, value in {**place, **block_type.from_json(block)}.items():
                setattr(row, name, value)
        row.save()
        written[block_type].add(row.pk)
    for block_type, pks in written.items():
        block_type._default_manager.filter(parent=page).exclude(pk__in=pks).delete()


def _is_picture(block: Any) -> bool:
    return isinstance(block, dict) and block.get("type") == "picture"


def blocks(source: Source) -> list[Any]:
    """Return all blocks of a source, known or not; none if another version of the site wrote it."""
    value = source.get("blocks") if isinstance(source, dict) and source.get("schema") == SCHEMA else None
    return value if isinstance(value, list) else []


def is_known(block: Any) -> bool:
    """Return whether this version of the site can show the block."""
    if not isinstance(block, dict) or not isinstance(block.get("type"), str) or not _is_uid(block.get("uid")):
        return False
    block_type = BLOCKS.get(block["type"])
    return block_type is not None and block_type.is_valid(block)


def _is_uid(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(uuid.UUID(value))
    except ValueError:
        return False


def known_blocks(source: Source) -> list[dict[str, Any]]:
    return [block for block in blocks(source) if is_known(block)]


def rich_texts(source: Source) -> list[str]:
    """Return the HTML of every known block."""
    return [block["html"] for block in known_blocks(source) if "html" in block]


def field(source: Source, name: str) -> str:
    """Return a field's text; empty if the source, of whatever version, has none."""
    value = source.get(name) if isinstance(source, dict) else None
    return value if isinstance(value, str) else ""


def references(source: Source) -> set[int]:
    """Return the ids of the pages that the source refers to."""
    related = {number for block in known_blocks(source) for number in block.get("pages", [])}
    return related | {number for html in rich_texts(source) for number in richtext.references(html)}


def plain_text(source: Source) -> str:
    """Return the text that a visitor reads, without markup."""
    parts = [field(source, "title"), field(source, "lead")]
    for block in known_blocks(source):
        parts += [block[name] for name in BLOCKS[block["type"]].text_fields]
        parts.append(richtext.to_text(block.get("html", "")))
    return "\n".join(part for part in parts if part)


def draft_references() -> dict[int, set[int]]:
    """Map every page id to the pages that its draft refers to."""
    texts = [row for block_type in HTML_BLOCK_TYPES for row in block_type.objects.values("parent_id", "html")]
    pages = pages_at({path for row in texts for path in richtext.site_paths(row["html"])})
    referred: dict[int, set[int]] = {}
    for row in texts:
        html = richtext.refer_to_pages(row["html"], pages)
        referred.setdefault(row["parent_id"], set()).update(richtext.references(html))
    for related in RelatedPages.objects.values("parent_id", "pages"):
        referred.setdefault(related["parent_id"], set()).update(related["pages"])
    return referred
