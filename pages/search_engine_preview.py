"""Show a page as a search result does, within the lengths that search engines show."""

from pages.page_source import Source, field
from pages.shortening import shortened

MAX_TITLE_LETTERS = 60
MIN_DESCRIPTION_LETTERS, MAX_DESCRIPTION_LETTERS = 50, 155


def search_title(source: Source, practice_name: str) -> str:
    return field(source, "seo_title") or f"{field(source, 'title')} | {practice_name}"


def search_engine_preview(source: Source, practice_name: str, url: str) -> dict[str, str]:
    return {
        "title": shortened(search_title(source, practice_name), MAX_TITLE_LETTERS),
        "url": url,
        "description": shortened(field(source, "description"), MAX_DESCRIPTION_LETTERS),
    }
