"""Check headings, lists, pictures, links, and whatever else the page refers to."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from pages.checks.findings import STOPS, CheckContext, Finding, finding
from pages.checks.passages import Link, Passage, block_passages, html_passages
from pages.page_source import SCHEMA, Source, blocks, field, is_known
from pages.reserved_slugs import reserved_slugs
from pages.shortening import shortened

_FILE_NAME = re.compile(
    r"(?i)\S+\.(?:jpe?g|png|webp|gif|heic|avif|tiff?|bmp|svg)$|^(?:img|dsc[fn]?|pxl|photo|image"
    r"|screenshot)[-_ ]*\d[\w-]*$"
)
_PICTURE_OF = re.compile(
    r"(?i)(?:an? |the )?(?:picture|image|photo|photograph|graphic|illustration)s? (?:of|showing)\b"
)
_BARE_URL = re.compile(r"(?i)(?:https?://|www\.)\S+$|[\w-]+(?:\.[\w-]+)*\.(?:com|org|uk|net|info|london)(?:/\S*)?$")
_SAYS_NOTHING = {
    "here", "click here", "click", "this", "that", "link", "this link", "this page", "page", "website", "this website",
    "more", "read more", "learn more", "find out more", "see more", "more info", "more information", "details",
    "continue", "see here", "read here", "go", "see", "follow this link", "download",
}  # fmt: skip


def check_structure(source: Source, context: CheckContext) -> Iterator[Finding]:
    if not field(source, "title").strip():
        yield finding(
            "title-missing",
            "The page has no title.",
            "The title is the large heading, and the name of the page in menus and search results.",
            place="title",
            level=STOPS,
        )
    if not isinstance(source, dict) or source.get("schema") != SCHEMA:
        yield _unshown("", "the whole page")
    yield from _headings(source)
    yield from _introduced_lists(source)
    for block in blocks(source):
        if is_known(block):
            check = _BLOCK_CHECKS.get(block["type"])
            yield from check(block, context) if check else ()
            for passage in block_passages(block):
                for link in passage.links:
                    yield from _link(link, passage, context)
        else:
            uid = block.get("uid") if isinstance(block, dict) else None
            yield _unshown(uid if isinstance(uid, str) else "", repr(block))


def _unshown(place: str, content: str) -> Finding:
    return finding(
        "unknown-part",
        "A part of this page was written by another version of the site and cannot be shown.",
        "It is kept as it is, and visitors do not see it.",
        place=place,
        sentence=content,
    )


def _texts(source: Source) -> Iterator[dict[str, Any]]:
    return (block for block in blocks(source) if is_known(block) and block["type"] == "rich_text")


def _headings(source: Source) -> Iterator[Finding]:
    seen_h2 = reported = False
    for block in _texts(source):
        for passage in html_passages(block["html"]):
            if passage.element not in ("h2", "h3"):
                continue
            if not passage.text:
                yield finding(
                    "heading-empty",
                    "A heading has no words.",
                    "People who move from heading to heading would land on nothing.",
                    place=block["uid"],
                )
            elif passage.element == "h2":
                seen_h2 = True
            elif not seen_h2 and not reported:
                reported = True
                yield finding(
                    "heading-order",
                    f"“{shortened(passage.text)}” is a small heading with no large one above it.",
                    "Headings are an outline: a small one belongs below a large one.",
                    place=block["uid"],
                    quote=passage.text,
                )


def _introduced_lists(source: Source) -> Iterator[Finding]:
    """Find paragraphs that end with “:” and have nothing after them, in their block or the next."""
    before: tuple[str, Passage] | None = None
    for block in [*blocks(source), None]:
        is_text = is_known(block) and "html" in block
        # A callout or an answer may follow a “:”, but what follows its own last “:” must be inside it.
        if before and not (is_text and block["type"] == "rich_text"):
            if block is None:
                yield _list_missing(*before)
            before = None
        if not is_text:
            continue
        outside = before if block["type"] == "rich_text" else None
        for passage in html_passages(block["html"]):
            if outside and passage.starts and passage.outer in ("p", "h2", "h3"):
                yield _list_missing(*outside)
            if passage.starts or passage.outer == "p":
                outside = None
            if passage.outer == "p" and passage.text.endswith(":"):
                outside = (block["uid"], passage)
        if block["type"] == "rich_text":
            before = outside
        elif outside:
            yield _list_missing(*outside)


def _list_missing(place: str, passage: Passage) -> Finding:
    return finding(
        "list-missing",
        f"“{_end(passage.text)}” announces something, and nothing follows.",
        "After “:” a reader looks for a list or an example. Add it, or end the sentence.",
        place=place,
        quote=passage.text[-80:],
        sentence=passage.text,
    )


def _end(text: str, max_letters: int = 60) -> str:
    return text if len(text) <= max_letters else "…" + text[-max_letters:].partition(" ")[2]


def _picture(block: dict[str, Any], context: CheckContext) -> Iterator[Finding]:
    alt = block["alt"].strip()
    if block["picture"] not in context.pictures:
        yield finding(
            "picture-gone",
            "A picture of this page has been deleted.",
            "Visitors would see an empty frame. Take the block out, or choose another picture.",
            place=block["uid"],
            quote=alt,
            level=STOPS,
        )
    if block["decorative"]:
        return
    if not alt:
        yield finding(
            "picture-alt-missing",
            "A picture does not say what it shows, and is not marked as decoration.",
            "People who cannot see it need one of the two.",
            place=block["uid"],
            level=STOPS,
        )
    elif _FILE_NAME.search(alt):
        yield finding(
            "picture-alt-file",
            f"“{shortened(alt)}” is the name of a file.",
            "A screen reader would spell it out. Say what the picture shows.",
            place=block["uid"],
            quote=alt,
        )
    elif opening := _PICTURE_OF.match(alt):
        yield finding(
            "picture-alt-opening",
            f"“{shortened(alt)}” begins with “{opening[0]}”.",
            "A screen reader has already said that it is a picture. Begin with what it shows.",
            place=block["uid"],
            quote=alt,
        )


def _callout(block: dict[str, Any], context: CheckContext) -> Iterator[Finding]:
    if not html_passages(block["html"]):
        yield _empty("callout-empty", "A callout has no text.", block, block["title"])


def _question(block: dict[str, Any], context: CheckContext) -> Iterator[Finding]:
    question, has_answer = block["question"].strip(), bool(html_passages(block["html"]))
    if question and not has_answer:
        yield _empty("answer-missing", f"“{shortened(question)}” has no answer.", block, question)
    elif not question:
        yield _empty("question-missing", "An answer has no question.", block)


def _quote(block: dict[str, Any], context: CheckContext) -> Iterator[Finding]:
    if not block["text"].strip():
        yield _empty("quote-empty", "A quotation has no words.", block, block["source"])


def _empty(rule: str, message: str, block: dict[str, Any], quote: str = "") -> Finding:
    return finding(rule, message, "Fill it in, or take it out.", place=block["uid"], quote=quote)


def _locations(block: dict[str, Any], context: CheckContext) -> Iterator[Finding]:
    yield from _gone("location-gone", "location", block, block["locations"], context.facts.locations)


def _fees(block: dict[str, Any], context: CheckContext) -> Iterator[Finding]:
    yield from _gone("fee-gone", "fee", block, block["fees"], context.facts.fees)


def _gone(rule: str, name: str, block: dict[str, Any], chosen: list[int], known: Any) -> Iterator[Finding]:
    missing = set(chosen) - {row.pk for row in known}
    if missing or not known:
        yield finding(
            rule,
            f"A {name} chosen here is no longer offered or not filled in."
            if missing
            else f"There is no {name} to show.",
            f"Visitors see only what is offered today. Choose again, or change it under “{name.capitalize()}s”.",
            place=block["uid"],
            sentence=" ".join(map(str, sorted(missing))),
        )


def _related(block: dict[str, Any], context: CheckContext) -> Iterator[Finding]:
    for number in dict.fromkeys(block["pages"]):
        if number not in context.public_pages:
            is_kept = number in context.existing_pages
            yield finding(
                "related-unpublished" if is_kept else "related-gone",
                "A related page is not published." if is_kept else "A related page is not there any more.",
                "Visitors do not see it in the list." if is_kept else "Take it out of the list, or choose another.",
                place=block["uid"],
                sentence=str(number),
            )


_BLOCK_CHECKS = {
    "picture": _picture,
    "callout": _callout,
    "question": _question,
    "quote": _quote,
    "locations": _locations,
    "fees": _fees,
    "related_pages": _related,
}


def _link(link: Link, passage: Passage, context: CheckContext) -> Iterator[Finding]:
    say = partial(finding, place=passage.place, quote=link.text, sentence=f"{link.href} {passage.text}")
    if link.href.startswith("fact:"):
        if link.href.removeprefix("fact:") not in context.facts.tokens:
            yield say(
                "fact-gone",
                "A live fact in the text is not known, so visitors do not see the line that names it.",
                "Fill the fact in on your desk, or write the line without it.",
            )
        return
    if link.text.lower().strip(" .,!:>»→…") in _SAYS_NOTHING or not link.text:
        yield say(
            "link-text",
            f"The link “{link.text}” does not say where it leads." if link.text else "A link has no words.",
            "Many people hear or scan links on their own. Let the link name what it opens.",
        )
    elif _BARE_URL.match(link.text):
        yield say(
            "link-bare",
            f"The link “{shortened(link.text)}” is an address instead of words.",
            "An address is hard to read aloud. Let the link name what it opens.",
        )
    yield from _target(link, context, say)


def _target(link: Link, context: CheckContext, say: Callable[..., Finding]) -> Iterator[Finding]:
    name = shortened(link.text) or link.href
    if link.href.startswith("page:"):
        number = int(link.href.removeprefix("page:"))
        if number in context.public_pages:
            return
        if number in context.existing_pages:
            yield say(
                "link-unpublished",
                f"“{name}” leads to a page that is not published.",
                "Until it is, visitors see the words without a link.",
            )
        else:
            yield say(
                "link-gone",
                f"“{name}” leads to a page that is not there any more.",
                "Visitors see the words without a link. Choose another page, or take the link out.",
            )
        return
    own = link.href.removeprefix(context.site_url.rstrip("/"))
    if own.startswith("/"):
        path = re.split(r"[?#]", own)[0]
        first = path.strip("/").partition("/")[0]
        if first not in reserved_slugs() and f"{path.rstrip('/')}/" not in context.paths:
            yield say(
                "link-nowhere",
                f"“{name}” leads to {shortened(path)}, where there is no page.",
                "A visitor would read that the page was not found.",
            )
