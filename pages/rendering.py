"""From a source to what a browser shows."""

import re
from collections import Counter
from dataclasses import dataclass
from html import unescape

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify

from pages.richtext import sanitise, to_text
from pages.source import Source, rich_texts

# Ids that the page around the text may use.
TAKEN = {"first-step", "main", "more", "practice", "urgent", "where"}

_LINK = re.compile(r'<a href="([^"]*)">(.*?)</a>', re.DOTALL)
_HEADING = re.compile(r"<h2>(.*?)</h2>", re.DOTALL)


@dataclass(frozen=True)
class Rendered:
    html: SafeString
    headings: list[tuple[str, str]]  # (id, text)


def render(source: Source, addresses: dict[int, str]) -> Rendered:
    """`addresses` maps public pages' ids to paths; a reference to any other page is shown as text."""
    headings: list[tuple[str, str]] = []
    used = Counter(TAKEN)

    def link(found: re.Match[str]) -> str:
        href, text = found.groups()
        if href.startswith("page:"):
            path = addresses.get(int(href.removeprefix("page:")))
            return f'<a href="{escape(path)}">{text}</a>' if path else text
        if href.startswith("https:"):
            return f'<a href="{href}" rel="noopener noreferrer">{text}</a>'
        return found[0]

    def heading(found: re.Match[str]) -> str:
        text = " ".join(to_text(found[1]).split())
        if not text:
            return ""
        name = unique = slugify(unescape(text)) or "section"
        while unique in used:
            used[name] += 1
            unique = f"{name}-{used[name]}"
        used[unique] += 1
        headings.append((unique, text))
        return f'<h2 id="{unique}">{found[1]}</h2>'

    html = "\n".join(sanitise(text) for text in rich_texts(source))
    html = _HEADING.sub(heading, _LINK.sub(link, html))
    return Rendered(mark_safe(html), headings)  # noqa: S308 -- sanitised three lines above
