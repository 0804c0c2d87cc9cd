"""HTML of any kind is put in order in one pass, before a parser that would multiply what is never closed.

A parser repeats open marks in every paragraph that follows and goes through all open elements for each new one. What is
nested deeper than a page needs loses its tags here, and no word.
"""

import re
from collections.abc import Iterator
from html import escape, unescape

MOST_LEVELS = 50
LONGEST_ADDRESS = 2_000
MOST_BLOCKS_IN_A_LINK = 10  # a parser writes a link again in each

SAME_MEANING = {
    "b": "strong", "i": "em", "h1": "h2", "h4": "h3", "h5": "h3", "h6": "h3", "thead": "tbody", "tfoot": "tbody"
}  # fmt: skip
MARKS = {"strong", "em"}
INLINE = {*MARKS, "a"}
# A browser closes these by itself, so they never stand in one another without a list or a table between them.
CLOSING_THEMSELVES = {"p", "li", "tbody", "tr", "td", "th"}
HEADINGS = {"h2", "h3"}
BLOCKS = {"ul", "ol", "blockquote", "table", "caption", "svg", "math", "template", "object", *HEADINGS}
_ENDING_A_PARAGRAPH = """
    address article aside center dd details dialog dir div dl dt fieldset figcaption figure footer form header hgroup
    main menu nav pre search section summary
"""  # no page holds these
BLOCKS |= set(_ENDING_A_PARAGRAPH.split())
DRAWINGS = {"svg", "math"}
_LEAVING = "b big code em i img s small span strike strong sub sup tt u var"
LEAVING = {*_LEAVING.split(), *BLOCKS} - DRAWINGS  # a browser ends a drawing before them

_SPACE, _NAME = r"[ \t\n\f\r]", r"[^ \t\n\f\r/>=]"
_VALUE = rf"""{_SPACE}*+={_SPACE}*+("[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^ \t\n\f\r>"'][^ \t\n\f\r>]*+)?"""
_ATTRIBUTE = re.compile(rf"([^ \t\n\f\r/>]{_NAME}*+)(?:{_VALUE})?")
_ATTRIBUTES = rf"(?:{_SPACE}|/|[^ \t\n\f\r/>]{_NAME}*+(?:{_VALUE.replace('(', '(?:', 1)})?+)*+"
_COMMENT = r"<!--(?:-?>|.*?(?:--!?>|\Z))|<[!?][^>]*+(?:>|\Z)|</(?![a-zA-Z])[^>]*+(?:>|\Z)"
_TAG = rf"<(?P<end>/?)(?P<name>[a-zA-Z][^ \t\n\f\r/>]*+)(?P<attributes>{_ATTRIBUTES})(?:>|\Z)"
_UNREAD = rf"<(?P<unread>script|style|iframe|title)(?={_SPACE}|[/>]){_ATTRIBUTES}>"  # what is in them is not HTML
_UNREAD += rf".*?(?:</(?P=unread)(?={_SPACE}|[/>])[^>]*+(?:>|\Z)|\Z)"
_TOKEN = re.compile(rf"{_UNREAD}|{_TAG}|{_COMMENT}|<", re.DOTALL | re.IGNORECASE)
_KNOWN = r"(?:p|strong|em|a|br|li|ul|ol|h2|h3|blockquote|table|tbody|tr|td|th)"
_LINK = rf"""a href=(?:"[^"<>]{{1,{LONGEST_ADDRESS}}}"|'[^'<>]{{1,{LONGEST_ADDRESS}}}')>"""
_UNUSUAL = re.compile(rf"<(?!/?{_KNOWN}>|{_LINK})")
_USUAL = re.compile(r"<(/?[a-z0-9]+)")


def in_order(html: str) -> str:
    """The same, with few levels, few marks open at a time, and no attribute but a link's address."""
    return html if _is_in_order(html) else "".join(_Order().pieces(html))


def plain(html: str) -> str:
    """Its words, escaped, in paragraphs."""
    return "".join(f"<p>{escape(line, quote=False)}</p>" for line in lines(html))


def lines(html: str) -> list[str]:
    """Whatever is not a tag."""

    def apart(token: re.Match[str]) -> str:
        name = (token["name"] or "").lower()
        return "\n" if name in BLOCKS or name in CLOSING_THEMSELVES or name == "br" else ""

    text = unescape(_TOKEN.sub(lambda token: "<" if token[0] == "<" else apart(token), html)).replace("\0", "")
    return [line for line in (" ".join(line.split()) for line in text.split("\n")) if line]


def _is_in_order(html: str) -> bool:
    """What the sanitiser has written before is closed tag by tag, and is told quickly."""
    if _UNUSUAL.search(html):
        return False
    is_open: list[str] = []
    for tag in _USUAL.findall(html):
        if tag[0] == "/":
            if not is_open or is_open.pop() != tag[1:]:
                return False
        elif tag != "br":
            if len(is_open) == MOST_LEVELS or (is_open and is_open[-1] in INLINE and tag not in INLINE):
                return False
            is_open.append(tag)
    return True


class _Order:
    """Goes through one text and remembers what is open."""

    def __init__(self) -> None:
        self.blocks: list[str] = []
        self.beyond = 0  # blocks that are open and were left out
        self.marks = dict.fromkeys(MARKS, 0)
        self.link: int | None = None  # how many blocks have begun in the open one
        self.around: list[tuple[dict[str, int], int | None]] = []  # marks and link around each open table

    def pieces(self, html: str) -> Iterator[str]:
        end = 0
        for token in _TOKEN.finditer(html):
            yield html[end : token.start()]
            written = self._written(token)
            yield written if written or not self._leaves_a_drawing(token) else "<span></span>"
            end = token.end()
        yield html[end:]

    def _written(self, token: re.Match[str]) -> str:
        if token[0] == "<":
            return "&lt;"
        if not token["name"]:
            return ""
        name = token["name"].lower()
        name = SAME_MEANING.get(name, name)
        if name in MARKS:
            return self._mark(name, bool(token["end"]))
        if name == "a":
            return self._end_link() if token["end"] else self._begin_link(token["attributes"])
        if name in BLOCKS:
            return self._end(name) if token["end"] else self._begin(name)
        if name in CLOSING_THEMSELVES:
            if name in ("td", "th") and self.around:
                self.marks, self.link = dict.fromkeys(MARKS, 0), None  # nothing goes on from one cell to the next
            return ("" if token["end"] else self._counted()) + f"<{token['end']}{name}>"
        return "<br>" if name == "br" else ""

    def _leaves_a_drawing(self, token: re.Match[str]) -> bool:
        """Words after such a tag are not part of a drawing that is never closed."""
        return bool(token["name"]) and token["name"].lower() in LEAVING and not DRAWINGS.isdisjoint(self.blocks)

    def _mark(self, name: str, is_end: bool) -> str:
        before = self.marks[name]
        self.marks[name] = max(0, before + (-1 if is_end else 1))
        is_outermost = before == 1 if is_end else before == 0
        return f"<{'/' if is_end else ''}{name}>" if is_outermost else ""

    def _begin_link(self, attributes: str) -> str:
        found = (match for match in _ATTRIBUTE.finditer(attributes) if match[1].lower() == "href")
        address = next((match[2] or "" for match in found), "")
        address = address.strip("\"'") if address[:1] in ('"', "'") else address
        if not address or len(address) > LONGEST_ADDRESS:
            return ""
        self.link = 0
        return f'<a href="{address.replace(chr(34), "&quot;")}">'

    def _end_link(self) -> str:
        was_open, self.link = self.link is not None, None
        return "</a>" if was_open else ""

    def _counted(self) -> str:
        """Ends a link that goes on through block after block."""
        if self.link is None:
            return ""
        self.link += 1
        return self._end_link() if self.link > MOST_BLOCKS_IN_A_LINK else ""

    def _begin(self, name: str) -> str:
        if len(self.blocks) == MOST_LEVELS:
            self.beyond += 1
            return ""
        ended = self._counted()
        self.blocks.append(name)
        if name == "table":
            self.around.append((self.marks, self.link))
        return f"{ended}<{name}>"

    def _end(self, name: str) -> str:
        """With the blocks inside it that are still open; nothing outside a table ends inside it."""
        if self.beyond:
            self.beyond -= 1
            return ""
        html = ""
        number = self._last(HEADINGS if name in HEADINGS else {name})
        while len(self.blocks) > number:
            inner = self.blocks.pop()
            if inner == "table":
                self.marks, self.link = self.around.pop()
            html += f"</{inner}>"
        return html

    def _last(self, names: set[str]) -> int:
        for number in range(len(self.blocks) - 1, -1, -1):
            if self.blocks[number] in names:
                return number
            if self.blocks[number] == "table":
                break
        return len(self.blocks)
