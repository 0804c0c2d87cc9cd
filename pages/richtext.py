"""Sanitise and convert rich text. One list defines what the editor offers and what the sanitiser allows."""

import re
from functools import lru_cache
from html import escape, unescape
from itertools import accumulate

import nh3

from pages import redirect_addresses

EXTENSIONS = {
    "NoSpellCheck": False,
    "Paragraph": True,
    "Heading": {"levels": [2, 3]},
    "Bold": True,
    "Italic": True,
    "BulletList": True,
    "OrderedList": {"enableListAttributes": False},
    "ListItem": True,
    "Blockquote": True,
    "HardBreak": True,
    "Link": {
        "enableTarget": False,
        "defaultProtocol": "https",
        "protocols": ["https", "mailto", "tel", "page", "fact"],
    },
    "Table": True,
    "TableRow": True,
    "TableHeader": True,
    "TableCell": True,
    "Pasting": True,  # this and the next are our own: static/js/editor/extensions.js
    "Leaving": True,
}
ELEMENTS = {
    "Paragraph": {"p"},
    "Heading": {"h2", "h3"},
    "Bold": {"strong"},
    "Italic": {"em"},
    "BulletList": {"ul"},
    "OrderedList": {"ol"},
    "ListItem": {"li"},
    "Blockquote": {"blockquote"},
    "HardBreak": {"br"},
    "Link": {"a"},
    "Table": {"table", "tbody"},
    "TableRow": {"tr"},
    "TableHeader": {"th"},
    "TableCell": {"td"},
    "Pasting": set(),
    "Leaving": set(),
}
# For blocks with a few paragraphs of text.
SHORT_EXTENSIONS = {
    name: options
    for name, options in EXTENSIONS.items()
    if name not in ("Heading", "Blockquote") and "Table" not in name
}
# A text beyond one of these limits becomes plain paragraphs.
MAX_HTML_CHARS = 1_000_000
MAX_ENTITIES = 100_000  # the parser takes quadratic time in entities such as “&amp;”
MAX_TAGS = 30_000  # the parser takes quadratic time in open elements: so many nested ones take about two seconds
MAX_DEPTH = 100
MAX_HREF_CHARS = 2_000  # the parser repeats an unclosed link in every paragraph

# Elements that other editors write, and their equivalents here.
_EQUIVALENTS = {
    "b": "strong", "i": "em", "h1": "h2", "h4": "h3", "h5": "h3", "h6": "h3", "thead": "tbody", "tfoot": "tbody",
    "strong": "strong", "em": "em", "big": "span", "code": "span", "font": "span", "nobr": "span", "s": "span",
    "small": "span", "strike": "span", "tt": "span", "u": "span",
}  # fmt: skip
# Attributes are dropped, because a parser reopens unclosed formatting elements in every paragraph, but identical ones
# three times at most.
_RENAMED = re.compile(rf"<(/?)({'|'.join(_EQUIVALENTS)})(?=[\s/>])[^>]*+", re.IGNORECASE)
_LINE_END = re.compile(r"</?(?:p|div|h[1-6]|ul|ol|li|blockquote|table|caption|tr|td|th|br)\b", re.IGNORECASE)
_INVISIBLE = re.compile(
    r"<(script|style|iframe|title)(?=[\s/>]).*?(?:</\1[^>]*+(?:>|\Z)|\Z)|<!--(?:-?>|.*?(?:--!?>|\Z))",
    re.IGNORECASE | re.DOTALL,
)
_ANY_TAG = re.compile(r"<[a-z/!?][^>]*+(?:>|\Z)", re.IGNORECASE)  # in “a < b”, the sign is text
_FORMATTING = re.compile(r"<(?:a|b|strong|i|em|h[1-6]|ul|ol|blockquote|table)\b", re.IGNORECASE)
_LEVEL = re.compile(r"<(/?)(?!br>)")

# Browsers ignore tabs and newlines inside an address, so that "java\tscript:" would run.
_PLAIN = r"[^\s\x00-\x1f\x7f-\x9f\\<>\"`]"
_FACT = r"(?:phone|registration|fee-[0-9]{1,9}|length-[0-9]{1,9})"
_HREF = re.compile(
    rf"https://{_PLAIN}+|mailto:{_PLAIN}+@{_PLAIN}+|tel:\+?[0-9().-]+|page:[0-9]{{1,9}}|fact:{_FACT}|/(?!/){_PLAIN}*"
)
_START = re.compile("0|[2-9]|[1-9][0-9]{1,3}")  # of a numbered list that does not begin at 1
_OL = f'ol(?: start="(?:{_START.pattern})")?'
_NAMES = "p|h2|h3|ul|ol|li|blockquote|table|tbody|tr|th|td"
_BLOCK = rf"(?:<(?:{_NAMES}|{_OL}|br)>|</(?:{_NAMES})>)"
_LINK_TAG = re.compile(r"</?a\b[^>]*>")
_SPACE_BEFORE, _SPACE_AFTER = re.compile(rf" ({_BLOCK})"), re.compile(rf"({_BLOCK}) ")
_BARE = re.compile(r"(<(?:li|th|td)>)((?:[^<]+|</?(?:strong|em|a)\b[^>]*>|<br>)+|(?=</t))")
_NESTED_BLOCK = re.compile(rf"<(p|h2|h3)>(?:(?!</\1>).)*?<(?:{_NAMES}|{_OL})>", re.DOTALL)
_EMPTY = [re.compile(rf"<{name}>\s*</{name}>") for name in ("tr", "tbody", "table")]
_EMPTY.append(re.compile(r"</tbody>\s*<tbody>"))
_BLOCK_END = re.compile(r"</(?:p|h2|h3|li|blockquote|tr)>|<br>")
_CELL_END = re.compile(r"(?:</p>)?</t[dh]>")
_TAG = re.compile(r"<[^>]*>")
_SITE_PATH = re.compile(r'<a href="(/[^"?#]*)">')
_REFERENCE = re.compile(r'<a href="page:([0-9]{1,9})">')
_FACT_LINK = re.compile(rf'<a href="fact:({_FACT})">')


def allowed_address(address: str) -> str | None:
    """Return the address as texts hold it, without redirects; None if a text may not link to it."""
    address = address.strip(" ")
    return next(filter(_is_allowed, (redirect_addresses.undo(address), address)), None)


def _is_allowed(address: str) -> bool:
    return len(address) <= MAX_HREF_CHARS and _HREF.fullmatch(address) is not None


def _allowed_attribute(element: str, attribute: str, value: str) -> str | None:
    if attribute == "start":
        return value if _START.fullmatch(value) else None
    return allowed_address(value)


_cleaner = nh3.Cleaner(
    tags=set.union(*(ELEMENTS[name] for name, is_on in EXTENSIONS.items() if is_on)),
    clean_content_tags={"script", "style", "svg", "math", "template", "iframe", "object", "title", "caption"},
    attributes={"a": {"href"}, "ol": {"start"}},
    attribute_filter=_allowed_attribute,
    url_schemes={"https", "mailto", "tel", "page", "fact"},
    link_rel=None,
)


@lru_cache(maxsize=256)
def sanitise(html: str) -> str:
    """Return only what EXTENSIONS lists, in one canonical form; empty if no text is left."""
    html, is_within_limits = _clean(html)
    if not is_within_limits:
        return as_paragraphs(html)
    return html if _TAG.sub("", html).replace("&nbsp;", "").strip() else ""


def loses_formatting(html: str) -> bool:
    """Return whether sanitising reduces a formatted text to plain paragraphs, because it exceeds a limit."""
    # The last condition takes as long as sanitising; the others answer for almost every text.
    return bool(_FORMATTING.search(html)) and not _FORMATTING.search(sanitise(html)) and not _clean(html)[1]


def _clean(html: str) -> tuple[str, bool]:
    """Return canonical HTML and whether it is within the limits; beyond them, it may not be clean yet."""
    if _is_too_large(html):
        return html, False
    html = _cleaner.clean(_RENAMED.sub(lambda tag: f"<{tag[1]}{_EQUIVALENTS[tag[2].lower()]}", html))
    if _is_too_large(html):
        return html, False
    tidied = _without_empty_tables(_without_empty_links(html))
    if tidied != html or not _is_as_rendered(html):
        tidied = _cleaner.clean(tidied)  # removed links and tables can leave elements in the wrong place
    html = _as_the_editor_writes(tidied)
    return html, not _is_too_large(html) and _depth(html) <= MAX_DEPTH


def _is_as_rendered(html: str) -> bool:
    """Return whether every block stands alone, as in a sanitised text, which a second cleaning does not change."""
    return _NESTED_BLOCK.search(html) is None


def as_paragraphs(html: str) -> str:
    """Return the text of any HTML, escaped, with a paragraph for each line."""
    text = _ANY_TAG.sub("", _LINE_END.sub(lambda tag: f"\n{tag[0]}", _INVISIBLE.sub("", html)))
    lines = (" ".join(line.split()) for line in unescape(text).replace("\0", "").split("\n"))
    return "".join(f"<p>{escape(line, quote=False)}</p>" for line in lines if line)


def _is_too_large(html: str) -> bool:
    return len(html) > MAX_HTML_CHARS or html.count("&") > MAX_ENTITIES or html.count("<") > MAX_TAGS


def _depth(html: str) -> int:
    """Return how deeply elements are nested in sanitised HTML, where every element is closed."""
    return max(accumulate((-1 if end else 1 for end in _LEVEL.findall(html)), initial=0))


def _without_empty_links(html: str) -> str:
    """Remove links whose address was refused, but keep their text."""
    if "<a>" not in html:
        return html
    kept_links: list[bool] = []

    def keep_or_drop(tag: re.Match[str]) -> str:
        if tag[0] == "</a>":
            return tag[0] if kept_links.pop() else ""
        kept_links.append(tag[0] != "<a>")
        return tag[0] if kept_links[-1] else ""

    return _LINK_TAG.sub(keep_or_drop, html)


def _without_empty_tables(html: str) -> str:
    if "<table>" in html:
        for pattern in _EMPTY:
            html = pattern.sub("", html)
    return html


def _as_the_editor_writes(html: str) -> str:
    """Normalise the HTML as the editor does, so that saving an unchanged text changes nothing."""
    html = b" ".join(html.encode().split()).decode()  # on bytes, because non-ASCII spaces are significant
    html = _SPACE_AFTER.sub(r"\1", _SPACE_BEFORE.sub(r"\1", html))
    return _BARE.sub(_in_paragraph, html)


def _in_paragraph(bare: re.Match[str]) -> str:
    """Wrap the text of a list item or cell in a paragraph, unless a mark in it continues around a block."""
    element, words = bare.groups()
    is_whole = words.count("<") == 2 * words.count("</") + words.count("<br>")
    return f"{element}<p>{words}</p>" if is_whole else bare[0]


def to_text(html: str) -> str:
    """Return the plain text of sanitised HTML, with a line for each block and each table row."""
    if "<table>" in html:
        html = _CELL_END.sub(" ", html)
    text = _TAG.sub("", _BLOCK_END.sub("\n", html))
    lines = (" ".join(line.split()) for line in unescape(text).split("\n"))
    return "\n".join(line for line in lines if line)


def site_paths(html: str) -> set[str]:
    """Return the paths of this site that sanitised HTML links to."""
    return set(_SITE_PATH.findall(html))


def references(html: str) -> set[int]:
    """Return the ids of the pages that sanitised HTML refers to."""
    return {int(number) for number in _REFERENCE.findall(html)}


def facts_in(html: str) -> set[str]:
    """Return the tokens of the facts in sanitised HTML, such as “fee-3”."""
    return set(_FACT_LINK.findall(html))


def refer_to_pages(html: str, pages: dict[str, int]) -> str:
    """Turn links to paths into references, which survive when a page moves; `pages` maps paths to page ids."""

    def reference(link: re.Match[str]) -> str:
        page = pages.get(link[1]) or pages.get(f"{link[1]}/")
        return f'<a href="page:{page}">' if page else link[0]

    return _SITE_PATH.sub(reference, html)
