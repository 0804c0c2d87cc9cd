"""Render a source as HTML."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html import unescape
from itertools import groupby
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify

from pages.models import CallToAction
from pages.navigation import NavigationItem
from pages.page_source import SCHEMA, Source, blocks, is_known
from pages.pictures import picture_sources
from pages.richtext import facts_in, sanitise, to_text
from practice.facts import Facts
from practice.models import Location

# Ids that the template around the text uses.
RESERVED_IDS = {"first-step", "main", "more", "practice", "urgent", "where"}

_LINK = re.compile(r'<a href="([^"]*)">(.*?)</a>', re.DOTALL)
_HEADING = re.compile(r"<h2>(.*?)</h2>", re.DOTALL)


@dataclass(frozen=True)
class Rendered:
    html: SafeString
    headings: list[tuple[str, str]]  # (id, text)


def render(source: Source, pages: dict[int, NavigationItem], facts: Facts, *, for_therapist: bool = False) -> Rendered:
    """Render a source; `pages` are the public ones by id, and references to others become text or are left out.

    Unknown blocks are left out for visitors, and pointed out to the therapist.
    """
    title = str(source.get("title", "")) if isinstance(source, dict) else ""
    page = _Page(title, pages, facts, for_therapist)
    parts = [
        page.questions(group) if kind == "question" else "\n".join(map(page.block, group))
        for kind, group in groupby(blocks(source), key=lambda block: is_known(block) and block["type"])
    ]
    if for_therapist and not (isinstance(source, dict) and source.get("schema") == SCHEMA):
        parts.append(page.block(None))
    return Rendered(mark_safe("\n".join(filter(None, parts))), page.headings)  # noqa: S308 -- sanitised, part by part


class _Page:
    """The state that the blocks of one page share: ids in use and headings so far."""

    def __init__(self, title: str, pages: dict[int, NavigationItem], facts: Facts, for_therapist: bool) -> None:
        self.title, self.pages, self.facts, self.for_therapist = title, pages, facts, for_therapist
        self.headings: list[tuple[str, str]] = []
        self._tokens = facts.tokens
        self._used = Counter(RESERVED_IDS)

    def block(self, block: Any) -> str:
        if not is_known(block):
            return render_to_string("pages/blocks/unknown.html") if self.for_therapist else ""
        if block["type"] == "rich_text":
            return self._text(block["html"])
        html, extra_context = self._text(block.get("html", "")), _EXTRA_CONTEXT.get(block["type"])
        safe = mark_safe(html)  # noqa: S308 -- sanitised by _text
        context = {**block, "html": safe, **(extra_context(self, block) if extra_context else {})}
        return render_to_string(f"pages/blocks/{block['type']}.html", context).strip()

    def questions(self, group: Iterable[dict[str, Any]]) -> str:
        questions = [
            {
                "question": block["question"],
                "html": mark_safe(self._text(block["html"])),  # noqa: S308 -- sanitised by _text
            }
            for block in group
        ]
        return render_to_string("pages/blocks/question.html", {"questions": questions}).strip()

    def _text(self, html: str) -> str:
        html = sanitise(html)
        if missing := facts_in(html) - self._tokens.keys():
            html = _without_lines_naming(missing, html)
        return _HEADING.sub(self._heading, _LINK.sub(self._link, html))

    def _link(self, match: re.Match[str]) -> str:
        href, text = match.groups()
        if href.startswith("page:"):
            page = self.pages.get(int(href.removeprefix("page:")))
            return f'<a href="{escape(page.path)}">{text}</a>' if page else text
        if href.startswith("fact:"):
            return escape(self._tokens.get(href.removeprefix("fact:"), ""))
        if href.startswith("https:"):
            return f'<a href="{href}" rel="noopener noreferrer">{text}</a>'
        return match[0]

    def _heading(self, match: re.Match[str]) -> str:
        text = " ".join(to_text(match[1]).split())
        if not text:
            return ""
        name = unique_id = slugify(unescape(text)) or "section"
        while unique_id in self._used:
            self._used[name] += 1
            unique_id = f"{name}-{self._used[name]}"
        self._used[unique_id] += 1
        self.headings.append((unique_id, text))
        return f'<h2 id="{unique_id}">{match[1]}</h2>'


def _without_lines_naming(facts: set[str], html: str) -> str:
    """Leave out the lines that name a missing fact; the words in its link may be out of date."""
    named = "|".join(facts)
    html = re.sub(rf'<(p|h[23])>(?:(?!</\1>).)*<a href="fact:(?:{named})">.*?</\1>', "", html, flags=re.DOTALL)
    html = re.sub(r'<ol(?: start="[0-9]+")?></ol>', "", html.replace("<li></li>", ""))
    return html.replace("<ul></ul>", "")


def _picture(page: _Page, block: dict[str, Any]) -> dict[str, Any]:
    x, y = (round(percent, -1) for percent in block["focus"])  # the stylesheet has a class for each ten per cent
    return {"sources": picture_sources(block), "focus_x": x, "focus_y": y}


def _button(page: _Page, block: dict[str, Any]) -> dict[str, Any]:
    return {"label": block["label"] or CallToAction.LABEL}


def _chosen(rows: Iterable[Any], numbers: list[int]) -> list[Any]:
    return [row for row in rows if not numbers or row.pk in numbers]


def _locations(page: _Page, block: dict[str, Any]) -> dict[str, Any]:
    """Leave out the name of a single location without an address if the page's title already says it."""
    chosen = _chosen(page.facts.locations, block["locations"])
    is_in_title = len(chosen) == 1 and not chosen[0].address and chosen[0].name.casefold() in page.title.casefold()
    sketch = chosen[0].sketch if len(chosen) == 1 else ""
    is_drawn = sketch in Location.Sketch.values
    return {
        "locations": chosen,
        "is_named": not is_in_title,
        "sketch": f"components/sketches/{sketch}.html" if is_drawn else "",
    }


_EXTRA_CONTEXT: dict[str, Callable[[_Page, dict[str, Any]], dict[str, Any]]] = {
    "picture": _picture,
    "call_to_action": _button,
    "locations": _locations,
    "fees": lambda page, block: {"fees": _chosen(page.facts.fees, block["fees"])},
    "related_pages": lambda page, block: {
        "pages": [page.pages[number] for number in block["pages"] if number in page.pages]
    },
}
