"""Rich text: one list says what the editor offers and what the sanitiser lets through."""

import re
from functools import lru_cache
from html import unescape

import nh3

EXTENSIONS = {
    "NoSpellCheck": False,
    "Paragraph": True,
    "Heading": {"levels": [2, 3]},
    "Bold": True,
    "Italic": True,
    "BulletList": True,
    "OrderedList": True,
    "ListItem": True,
    "Blockquote": True,
    "HardBreak": True,
    "Link": {"enableTarget": False, "protocols": ["https", "mailto", "tel", "page"]},
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
}
SAME_MEANING = {"b": "strong", "i": "em", "h1": "h2", "h4": "h3", "h5": "h3", "h6": "h3"}

# Browsers ignore tabs and newlines inside an address, so that "java\tscript:" would run.
_PLAIN = r"[^\s\x00-\x1f\x7f-\x9f\\<>\"`]"
_HREF = re.compile(rf"https://{_PLAIN}+|mailto:{_PLAIN}+@{_PLAIN}+|tel:\+?[0-9().-]+|page:[0-9]{{1,9}}|/(?!/){_PLAIN}*")
_RENAMED = re.compile(rf"<(/?)({'|'.join(SAME_MEANING)})>")
_LINK_WITHOUT_ADDRESS = re.compile(r"<a>(.*?)</a>", re.DOTALL)
_BLOCK_END = re.compile(r"</(?:p|h2|h3|li|blockquote)>|<br>")
_AROUND_BLOCKS = re.compile(r"\s*(</?(?:p|h2|h3|ul|ol|li|blockquote)>|<br>)\s*")
_TAG = re.compile(r"<[^>]*>")
_SITE_PATH = re.compile(r'<a href="(/[^"?#]*)">')
_REFERENCE = re.compile(r'<a href="page:([0-9]{1,9})">')


def _allowed_address(element: str, attribute: str, value: str) -> str | None:
    value = value.strip(" ")
    return value if _HREF.fullmatch(value) else None


_cleaner = nh3.Cleaner(
    tags=set.union(*(ELEMENTS[name] for name, is_on in EXTENSIONS.items() if is_on)) | set(SAME_MEANING),
    clean_content_tags={"script", "style", "svg", "math", "template", "iframe", "object", "title"},
    attributes={"a": {"href"}},
    attribute_filter=_allowed_address,
    url_schemes={"https", "mailto", "tel", "page"},
    link_rel=None,
)


@lru_cache(maxsize=256)
def sanitise(html: str) -> str:
    """Only what EXTENSIONS lists, in one canonical spelling; empty if nothing is left to read."""
    html = _cleaner.clean(html)
    html = _RENAMED.sub(lambda tag: f"<{tag[1]}{SAME_MEANING[tag[2]]}>", html)
    html = _LINK_WITHOUT_ADDRESS.sub(r"\1", html)
    # As the editor writes it, so that saving an untouched text changes nothing.
    html = " ".join(_AROUND_BLOCKS.sub(r"\1", html).split("\n"))
    return "" if not to_text(html) else html.strip()


def to_text(html: str) -> str:
    """Plain text of sanitised HTML, a line for each block."""
    text = _TAG.sub("", _BLOCK_END.sub("\n", html))
    lines = (" ".join(line.split()) for line in unescape(text).split("\n"))
    return "\n".join(line for line in lines if line)


def site_paths(html: str) -> set[str]:
    """Paths of this site that sanitised HTML links to."""
    return set(_SITE_PATH.findall(html))


def references(html: str) -> set[int]:
    """Pages that sanitised HTML refers to."""
    return {int(number) for number in _REFERENCE.findall(html)}


def refer_to_pages(html: str, pages: dict[str, int]) -> str:
    """Links to paths become references, which survive when a page moves; `pages` maps path to page id."""

    def reference(link: re.Match[str]) -> str:
        page = pages.get(link[1]) or pages.get(f"{link[1]}/")
        return f'<a href="page:{page}">' if page else link[0]

    return _SITE_PATH.sub(reference, html)
