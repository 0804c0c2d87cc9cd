"""Give styles of the author's own the names of Word's styles that they are based on, which mammoth knows."""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, SubElement

W = "{*}"  # any namespace: Word has two

_KNOWN = re.compile(
    r"heading [1-9]|title|subtitle|quote|intense quote|caption|toc( [1-9]| heading)"
    r"|list (bullet|number|continue)( [2-5])?",
    re.IGNORECASE,
)
_TOGGLES = ("b", "i", "strike", "dstrike", "vanish")


def value(properties: Element | None, name: str) -> str | None:
    """Return the value of a property such as `<w:strike/>` or `<w:outlineLvl w:val="1"/>`; None if it is not set."""
    element = properties.find(f"{W}{name}") if properties is not None else None
    return None if element is None else attribute(element, "val", "on")


def attribute(element: Element, name: str, default: str = "") -> str:
    return next((text for key, text in element.attrib.items() if key.rpartition("}")[2] == name), default)


def is_on(text: str | None) -> bool:
    return text not in (None, "", "0", "false", "off", "none")


class Styles:
    """The styles of one document, by id."""

    def __init__(self, root: Element | None) -> None:
        self.root = root
        self.by_id: dict[str, Element] = {}
        for style in [] if root is None else root.iterfind(f"{W}style"):
            self.by_id.setdefault(attribute(style, "styleId"), style)

    def chain(self, style_id: str | None) -> Iterator[Element]:
        """Yield a style, the one that it is based on, and so on."""
        seen = set()
        while style_id and style_id in self.by_id and style_id not in seen:
            seen.add(style_id)
            yield self.by_id[style_id]
            style_id = value(self.by_id[style_id], "basedOn")

    def paragraph_value(self, style_id: str | None, name: str) -> str | None:
        return next(filter(None, (value(style.find(f"{W}pPr"), name) for style in self.chain(style_id))), None)

    def run_value(self, style_id: str | None, name: str) -> str | None:
        values = (value(style.find(f"{W}rPr"), name) for style in self.chain(style_id))
        return next((text for text in values if text is not None), None)

    def use_known_names(self) -> None:
        """Rename paragraph styles to the first known name in their chain, or to a heading of their outline level."""
        names = {style_id: self._known_name(style_id) for style_id in self.by_id}
        for style_id, name in names.items():
            if name and (element := self.by_id[style_id].find(f"{W}name")) is not None:
                _set_value(element, name)

    def _known_name(self, style_id: str) -> str | None:
        if attribute(self.by_id[style_id], "type") != "paragraph":
            return None
        level = self.paragraph_value(style_id, "outlineLvl")
        for style in self.chain(style_id):
            name = value(style, "name") or ""
            if level == "9" and style is not self.by_id[style_id] and name.lower().startswith("heading"):
                return None  # the author took it out of the headings
            if _KNOWN.fullmatch(name):
                return name
        return _heading_name(level)

    def heading_id(self, level: str | None) -> str | None:
        """Return the id of the style for a paragraph with an outline level of its own, which is added if needed."""
        name = _heading_name(level)
        if name is None or self.root is None:
            return None
        for style_id, style in self.by_id.items():
            if (value(style, "name") or "").lower() == name and attribute(style, "type") == "paragraph":
                return style_id
        return self._add(self.root, name)

    def _add(self, root: Element, name: str) -> str:
        namespace = root.tag.rpartition("}")[0] + "}"
        style_id = f"outline {name}"
        style = SubElement(
            root, f"{namespace}style", {f"{namespace}type": "paragraph", f"{namespace}styleId": style_id}
        )
        SubElement(style, f"{namespace}name", {f"{namespace}val": name})
        self.by_id[style_id] = style
        return style_id

    def is_known(self, style_id: str | None) -> bool:
        """Return whether mammoth or this import does something with the style."""
        style = self.by_id.get(style_id or "")
        return style is not None and bool(_KNOWN.fullmatch(value(style, "name") or ""))

    def toggles(self, run: Element, paragraph_style: str | None) -> set[str]:
        """Return which of bold, italic, crossed out and hidden apply to a run, by itself or through its styles."""
        properties = run.find(f"{W}rPr")
        run_style = value(properties, "rStyle")
        found = set()
        for name in _TOGGLES:
            own = value(properties, name)
            inherited = self.run_value(run_style, name)
            if own is None and inherited is None and name not in ("b", "i"):
                inherited = self.run_value(paragraph_style, name)
            if is_on(own if own is not None else inherited):
                found.add(name)
        return found


def _heading_name(level: str | None) -> str | None:
    return f"heading {int(level) + 1}" if level and re.fullmatch("[0-8]", level) else None


def _set_value(element: Element, text: str) -> None:
    namespace = element.tag.rpartition("}")[0] + "}"
    element.attrib[f"{namespace}val"] = text
