"""Count the numbers of a Word document's lists, which the file does not contain."""

from xml.etree.ElementTree import Element

from pages.document_import.word_styles import Styles, W, attribute, value

MAX_NUMBER = 9_999
_ROMAN = {
    1000: "m", 900: "cm", 500: "d", 400: "cd", 100: "c", 90: "xc", 50: "l", 40: "xl", 10: "x", 9: "ix", 5: "v",
    4: "iv", 1: "i",
}  # fmt: skip


class Numbering:
    """Counts the items of all lists of one document, in order."""

    def __init__(self, root: Element | None, styles: Styles) -> None:
        self._styles = styles
        elements = [] if root is None else list(root)
        self._definitions = {
            attribute(element, "abstractNumId"): element for element in elements if element.tag.endswith("}abstractNum")
        }
        self._lists = {attribute(element, "numId"): element for element in elements if element.tag.endswith("}num")}
        self._counters: dict[str, dict[int, int]] = {}  # of each definition, by level
        self._restarted: set[tuple[str, int]] = set()

    def place(self, properties: Element | None, style_id: str | None) -> tuple[str, int] | None:
        """Return the list and the level of a paragraph, by itself or through its style; None if it is in no list."""
        own = properties.find(f"{W}numPr") if properties is not None else None
        list_id, level = value(own, "numId"), value(own, "ilvl")
        for style in self._styles.chain(style_id):
            if list_id:
                break
            inherited = style.find(f"{W}pPr/{W}numPr")
            list_id = value(inherited, "numId")
            if list_id:
                level = level or value(inherited, "ilvl") or self._level_of_style(list_id, attribute(style, "styleId"))
        if not list_id or list_id == "0" or list_id not in self._lists:
            return None
        return list_id, int(level or 0)

    def _level_of_style(self, list_id: str, style_id: str) -> str | None:
        for level in self._definition(list_id)[1].iterfind(f"{W}lvl"):
            if value(level, "pStyle") == style_id:
                return attribute(level, "ilvl")
        return None

    def _definition(self, list_id: str, depth: int = 0) -> tuple[str, Element]:
        """Return the definition of a list with its id, following links to the definition of a style."""
        definition_id = value(self._lists.get(list_id), "abstractNumId") or ""
        definition = self._definitions.get(definition_id, Element("none"))
        linked = value(definition, "numStyleLink")
        if linked and depth < 9:
            inner = next((value(style.find(f"{W}pPr/{W}numPr"), "numId") for style in self._styles.chain(linked)), None)
            if inner and inner in self._lists:
                return self._definition(inner, depth + 1)
        return definition_id, definition

    def _level(self, list_id: str, level: int) -> Element | None:
        """Return the level's settings: those of the list itself, or else of its definition."""
        override = self._override(list_id, level)
        own = override.find(f"{W}lvl") if override is not None else None
        if own is not None:
            return own
        levels = self._definition(list_id)[1].iterfind(f"{W}lvl")
        return next((element for element in levels if attribute(element, "ilvl", "0") == str(level)), None)

    def _override(self, list_id: str, level: int) -> Element | None:
        overrides = self._lists[list_id].iterfind(f"{W}lvlOverride")
        return next((element for element in overrides if attribute(element, "ilvl") == str(level)), None)

    def _start(self, list_id: str, level: int) -> int:
        return _number(value(self._level(list_id, level), "start"), 1)

    def count(self, list_id: str, level: int) -> int:
        """Count one more item and return its number."""
        counters = self._counters.setdefault(self._definition(list_id)[0], {})
        restart = value(self._override(list_id, level), "startOverride")
        if restart and (list_id, level) not in self._restarted:
            counters[level] = _number(restart, 1)
        elif level in counters:
            counters[level] += 1
        else:
            counters[level] = self._start(list_id, level)
        self._restarted.add((list_id, level))
        for deeper in [other for other in counters if other > level]:
            if value(self._level(list_id, deeper), "lvlRestart") != "0":
                del counters[deeper]
        return min(counters[level], MAX_NUMBER)

    def is_visible(self, list_id: str, level: int) -> bool:
        """Return whether the items have a bullet or a number."""
        settings = self._level(list_id, level)
        if settings is None or value(settings, "numFmt") == "bullet":
            return True
        text = settings.find(f"{W}lvlText")
        return value(settings, "numFmt") != "none" and (text is None or bool(attribute(text, "val").strip()))

    def is_ordered(self, list_id: str, level: int) -> bool:
        settings = self._level(list_id, level)
        return settings is not None and value(settings, "numFmt") != "bullet"

    def label(self, list_id: str, level: int) -> str:
        """Return the number as Word shows it, such as “2.”, “b)” or “1.3”."""
        settings = self._level(list_id, level)
        text = settings.find(f"{W}lvlText") if settings is not None else None
        label = attribute(text, "val") if text is not None else f"%{level + 1}."
        counters = self._counters.get(self._definition(list_id)[0], {})
        for number in range(level + 1):
            kind = value(self._level(list_id, number), "numFmt") or "decimal"
            label = label.replace(f"%{number + 1}", _written(counters.get(number, 1), kind))
        return label


def _written(number: int, kind: str) -> str:
    match kind:
        case "lowerLetter" | "upperLetter":
            letters = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1) if 0 < number < 1000 else str(number)
            return letters.upper() if kind == "upperLetter" else letters
        case "lowerRoman" | "upperRoman":
            letters = _roman(number)
            return letters.upper() if kind == "upperRoman" else letters
    return f"{number:02}" if kind == "decimalZero" else str(number)


def _roman(number: int) -> str:
    letters = ""
    for size, letter in _ROMAN.items():
        letters += letter * (number // size)
        number %= size
    return letters


def _number(text: str | None, default: int) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 6 else default
