"""Read Markdown, with optional lines at the top that set the page's fields."""

import re
from collections.abc import Iterator
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from pages import richtext
from pages.document_import import html_parts
from pages.document_import.document import Document, DocumentBlock, DocumentError, counted, refuse_if_too_long
from pages.document_import.plain_text import clean, decode

TEXT_FIELDS = ["title", "slug", "menu_label", "menu", "role", "seo_title", "description", "lead"]
OTHER_FIELDS = ["position", "lists_services"]
# Blocks that are not plain text: those that only refer to something take one line, the others end with “:::”.
_BLOCK = re.compile(
    r"^::: *(?P<single>fees|locations|related|button)\b(?P<of_single>[^\n]*)$"
    r"|^::: *(?P<kind>question|note|warning|quote)\b(?P<of_kind>[^\n]*)\n(?P<inside>.*?)^:::$",
    re.MULTILINE | re.DOTALL,
)
_markdown = MarkdownIt("commonmark").enable(["table", "strikethrough"])
# Marks that hardly anybody types in a text that is not Markdown.
_MARKS = re.compile(
    r"\*\*\S(?:[^*\n]*\S)?\*\*|(?<!\w)__\S[^_\n]*__(?!\w)|\[[^]\n]+\]\([^)\s]+(?: \"[^\"\n]*\")?\)|~~\S[^~\n]*~~|^```"
    r"|^ {0,3}\|? ?:?-{3,}:? ?\|[-:| ]*$|^ {0,3}[-*] \[[ xX]\] |^> \S",
    re.MULTILINE,
)
_CHECK_BOX = re.compile(r"\[([ xX])\]\s")
_TYPED_BULLET = re.compile(r"^([ \t]*)[•·●◦○▪■‣][ \t\xa0]+(?=\S)", re.MULTILINE)


def read(stem: str, data: bytes) -> Document:
    """Read a Markdown file. Raises DocumentError."""
    return from_markdown(decode(data), stem)


def is_markdown(text: str) -> bool:
    """Return whether a pasted text has marks of Markdown that a reader of plain text would leave in it."""
    return _MARKS.search(text) is not None


def from_pasted(text: str, *, takes_title: bool = True) -> Document:
    """Read a pasted text as Markdown, with “•” as a bullet and without fields and blocks. Raises DocumentError."""
    refuse_if_too_long(text)
    dropped: list[str] = []
    html = _html(_TYPED_BULLET.sub(r"\1- ", clean(text)), dropped)
    return html_parts.document(html, dropped=dropped, takes_title=takes_title)


def from_markdown(text: str, stem: str = "") -> Document:
    """Read `key: value` lines between two `---`, then Markdown. Raises DocumentError."""
    refuse_if_too_long(text)
    head, body = _split(clean(text).removeprefix("\ufeff"))
    blocks: list[DocumentBlock] = []
    dropped: list[str] = []
    html = ""
    for text_before, kind, argument, inside in _parted(body):
        html += _html(text_before, dropped)
        if kind:
            html += f'<p><img src="{len(blocks)}" /></p>'
            blocks.append(DocumentBlock(kind, argument, _html(inside, dropped)))
    return html_parts.document(html, stem=stem, images=blocks, dropped=dropped, fields=_fields(head))


def _parted(body: str) -> Iterator[tuple[str, str, str, str]]:
    """Yield each text with the kind, argument and content of the block after it."""
    end = 0
    for block in _BLOCK.finditer(body):
        kind, argument = block["single"] or block["kind"], block["of_single"] or block["of_kind"] or ""
        yield body[end : block.start()], kind, argument.strip(), block["inside"] or ""
        end = block.end()
    yield body[end:], "", "", ""


def _html(text: str, dropped: list[str]) -> str:
    tokens = _markdown.parse(text)
    dropped += _without_html(tokens)
    return _markdown.renderer.render(tokens, _markdown.options, {})


def _split(text: str) -> tuple[list[str], str]:
    if not text.startswith("---\n"):
        return [], text
    head, end_marker, body = text[4:].partition("\n---\n")
    if not end_marker:
        raise DocumentError("The lines at the top, which begin with “---”, do not end with another “---”.")
    return head.split("\n"), body


def _fields(head: list[str]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for line in filter(str.strip, head):
        key, colon, value = (part.strip() for part in line.partition(":"))
        if not colon or key not in [*TEXT_FIELDS, *OTHER_FIELDS]:
            raise DocumentError(f"“{line}” does not begin with one of {', '.join([*TEXT_FIELDS, *OTHER_FIELDS])}.")
        fields[key] = value
    if "position" in fields:
        if not re.fullmatch("[0-9]{1,5}", fields["position"]):
            raise DocumentError(f"“position: {fields['position'][:20]}” is not a number from 0 to 99,999.")
        fields["position"] = int(fields["position"])
    if "lists_services" in fields:
        fields["lists_services"] = fields["lists_services"] == "yes"
    if "role" in fields:
        fields["role"] = fields["role"] or None
    return fields


def _without_html(tokens: list[Token]) -> list[str]:
    """Remove HTML, keeping its text, and pictures, which are separate files; return notes on what was removed."""
    pieces = pictures = code = lines = 0
    struck: list[str] = []
    for token in tokens:
        if token.type == "html_block":
            pieces += 1
            token.content = richtext.as_paragraphs(token.content)
        code += token.type in ("fence", "code_block")
        lines += token.type == "hr"
        is_struck = False
        for number, child in enumerate(token.children or []):
            if child.type == "html_inline":
                pieces += 1
                child.type, child.content = "text", ""
            elif child.type == "image":
                pictures += 1
                child.type = "text"  # keep its description
            elif child.type == "text" and number == 0 and (box := _CHECK_BOX.match(child.content)):
                child.content = f"{'☐' if box[1] == ' ' else '☒'} {child.content[box.end() :]}"
            code += child.type == "code_inline"
            is_struck = child.type == "s_open" or (is_struck and child.type != "s_close")
            if child.type == "s_open":
                struck.append("")
            elif is_struck:
                struck[-1] += child.content
    passages = ", ".join(f"“{words}”" for words in struck[:3]) + (" …" if len(struck) > 3 else "")
    kept = "the words are kept without this formatting"
    return [
        *([f"{counted(pieces, 'piece')} of HTML (its words are kept)"] if pieces else []),
        *([f"{counted(pictures, 'picture')}: add the files themselves to the page"] if pictures else []),
        *([f"{counted(len(struck), 'passage')} crossed out ({passages}): {kept}"] if struck else []),
        *([f"{counted(code, 'piece')} of code: {kept}"] if code else []),
        *([counted(lines, "line between two parts", "lines between two parts")] if lines else []),
    ]
