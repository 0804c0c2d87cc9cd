"""A page as plain JSON: the only way from the draft's rows to an edition or a preview."""

from typing import Any

from pages import richtext
from pages.addresses import pages_at
from pages.models import Page, RichText

SCHEMA = 1
FIELDS = ["title", "lead", "menu_label", "seo_title", "description", "noindex"]

Source = dict[str, Any]


def to_source(page: Page) -> Source:
    """Sanitised once more, because rows may be written past the form; links to pages become references."""
    rows = list(RichText.objects.filter(parent=page).order_by("ordering", "pk"))
    texts = [richtext.sanitise(row.html) for row in rows]
    pages = pages_at({path for html in texts for path in richtext.site_paths(html)})
    blocks = [
        {"type": "rich_text", "uid": str(row.uid), "html": richtext.refer_to_pages(html, pages)}
        for row, html in zip(rows, texts, strict=True)
        if html
    ]
    return {"schema": SCHEMA, **{name: getattr(page, name) for name in FIELDS}, "blocks": blocks}


def write_draft(page: Page, source: Source) -> None:
    """The way back: the draft's rows become what the source says. Raises ValueError where it cannot all be kept."""
    blocks = source["blocks"] if source.get("schema") == SCHEMA else []
    if source.get("schema") != SCHEMA or any(block.get("type") != "rich_text" for block in blocks):
        raise ValueError("This edition was written by another version of the site and cannot be brought back whole.")
    for name in FIELDS:
        setattr(page, name, source[name])
    page.save(update_fields=[*FIELDS, "updated_at"])
    RichText.objects.filter(parent=page).delete()
    RichText.objects.bulk_create(
        RichText(parent=page, region="main", ordering=number * 10, uid=block["uid"], html=block["html"])
        for number, block in enumerate(blocks, start=1)
    )


def rich_texts(source: Source) -> list[str]:
    """The HTML of every block that this version can show; what it does not know is kept, not shown."""
    if not isinstance(source, dict) or source.get("schema") != SCHEMA:
        return []
    blocks = source.get("blocks")
    return [
        block["html"]
        for block in (blocks if isinstance(blocks, list) else [])
        if isinstance(block, dict) and block.get("type") == "rich_text" and isinstance(block.get("html"), str)
    ]


def field(source: Source, name: str) -> str:
    """A field's text; empty where the source, of whatever version, has none."""
    value = source.get(name) if isinstance(source, dict) else None
    return value if isinstance(value, str) else ""


def references(source: Source) -> set[int]:
    """Ids of the pages that the source refers to."""
    return {number for html in rich_texts(source) for number in richtext.references(html)}


def plain_text(source: Source) -> str:
    """What a visitor reads, without markup."""
    parts = [field(source, "title"), field(source, "lead"), *map(richtext.to_text, rich_texts(source))]
    return "\n".join(part for part in parts if part)
