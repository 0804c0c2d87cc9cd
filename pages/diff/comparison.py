"""Compare two sources of one page, word by word, as rows for a template."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, zip_longest

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from pages.diff.sequence_matcher import MIN_SIMILARITY, Matcher, Step, longest_increasing, most_similar
from pages.diff.source_lines import LineWord, PictureLine, ReferenceNames, SourcePart, TextLine, as_json, parts
from pages.page_source import Source

# The kinds that summaries count by name; anything else counts as a detail.
NOUNS = {
    "Paragraph", "Heading", "Smaller heading", "List item", "Numbered item", "Table row", "Quotation", "Question",
    "Answer", "Picture", "Quote", "Callout", "Button", "Unknown block",
}  # fmt: skip

STATES = {"same": "the same", "changed": "changed", "moved": "moved", "added": "added", "removed": "removed"}


@dataclass(frozen=True)
class DiffRow:
    kind: str
    state: str  # a key of STATES
    left: SafeString
    right: SafeString
    notes: list[str] = field(default_factory=list)  # changes that the words do not show
    left_picture: PictureLine | None = None
    right_picture: PictureLine | None = None

    @property
    def changed(self) -> bool:
        return self.state != "same"

    @property
    def label(self) -> str:
        return STATES[self.state].capitalize()


@dataclass(frozen=True)
class DiffGroup:
    """Consecutive rows that are all changed or all unchanged; unchanged ones are collapsed under a summary."""

    rows: list[DiffRow]
    same: str = ""  # such as “12 paragraphs the same”


@dataclass(frozen=True)
class Comparison:
    groups: list[DiffGroup]
    summary: str

    @property
    def rows(self) -> list[DiffRow]:
        return [row for group in self.groups for row in group.rows]


def compare(old: Source, new: Source, names: ReferenceNames) -> Comparison:
    """Compare two sources, whatever JSON they hold; a change that cannot be shown is at least reported."""
    rows = list(_Comparer(names).rows(parts(old, names), parts(new, names)))
    if not any(row.changed for row in rows) and as_json(old) != as_json(new):
        note = "The layout or the stored form of the page changed. Its words are the same."
        rows.append(DiffRow("Layout", "changed", SafeString(), SafeString(), [note]))
    return Comparison(_groups(rows), _summary(rows))


def _groups(rows: list[DiffRow]) -> list[DiffGroup]:
    groups = []
    for changed, run in groupby(rows, key=lambda row: row.changed):
        group = list(run)
        groups.append(DiffGroup(group, "" if changed else f"{_counted(group)} the same"))
    return groups


def _summary(rows: list[DiffRow]) -> str:
    """Summarise the rows, such as “3 paragraphs changed, 1 added, 1 removed”."""
    phrases, nouns = [], set[str]()
    for state, words in STATES.items():
        if matching := [row for row in rows if row.state == state and row.changed]:
            previous_nouns, nouns = nouns, {_noun(row) for row in matching}
            phrases.append(f"{len(matching) if nouns == previous_nouns else _counted(matching)} {words}")
    return ", ".join(phrases) or "Nothing changed"


def _counted(rows: list[DiffRow]) -> str:
    """Count rows by kind, such as “2 paragraphs and 1 heading”."""
    counts = Counter(map(_noun, rows))
    if len(counts) > 3:
        return f"{len(rows)} passages"
    phrases = [f"{number} {noun}{'' if number == 1 else 's'}" for noun, number in counts.items()]
    return " and ".join(filter(None, [", ".join(phrases[:-1]), phrases[-1]]))


def _noun(row: DiffRow) -> str:
    return row.kind.lower() if row.kind in NOUNS else "detail"


# --- Matching --------------------------------------------------------------------------------

Pair = tuple[TextLine | None, TextLine | None]


class _Comparer:
    def __init__(self, names: ReferenceNames) -> None:
        self.names = names
        self.matcher = Matcher()

    def rows(self, left: list[SourcePart], right: list[SourcePart]) -> Iterator[DiffRow]:
        """Yield rows in the order of the right side; parts that are only on the left keep their place."""
        pairs = _matched(left, right)
        unmoved = longest_increasing([pairs[index] for index in sorted(pairs)])
        removed = sorted(set(range(len(left))) - set(pairs.values()), reverse=True)
        for index, part in enumerate(right):
            former = pairs.get(index)
            while removed and former in unmoved and removed[-1] < former:
                yield from self._part(left[removed.pop()], None)
            yield from self._part(None if former is None else left[former], part, former is None or former in unmoved)
        while removed:
            yield from self._part(left[removed.pop()], None)

    def _part(self, left: SourcePart | None, right: SourcePart | None, is_unmoved: bool = True) -> Iterator[DiffRow]:
        left, right = left or NO_PART, right or NO_PART
        for old, new in [*zip_longest(left.fields, right.fields), *self._flow(left.flow, right.flow)]:
            if any(line and (line.words or line.picture) for line in (old, new)):
                yield self._row(old, new, is_unmoved)

    def _flow(self, left: list[TextLine], right: list[TextLine]) -> Iterator[Pair]:
        for is_same, a, b, c, d in self.matcher.steps(left, right):
            yield from zip(left[a:b], right[c:d], strict=True) if is_same else _replaced(left[a:b], right[c:d])

    def _row(self, left: TextLine | None, right: TextLine | None, is_unmoved: bool) -> DiffRow:
        """Compare two lines; a field that was empty, or is now, counts as added or removed."""
        kind = (right or left or NO_LINE).kind
        old, new = left or NO_LINE, right or NO_LINE
        notes: list[str] = []
        steps = list(self._steps(old.words, new.words))
        has_left, has_right = (bool(line.words or line.picture) for line in (old, new))
        if has_left and has_right and old != new:
            state = "changed"
            notes = [*_notes(old, new, steps, self.names), *([] if is_unmoved else ["It was also moved."])]
        elif has_left and has_right:
            state = "same" if is_unmoved else "moved"
        else:
            state = "added" if has_right else "removed"
            notes = list(_link_notes(NO_LINE, new, self.names))
        left_cell = _cell((is_same, old.words[a:b]) for is_same, a, b, _, _ in steps)
        right_cell = _cell(((is_same, new.words[c:d]) for is_same, _, _, c, d in steps), "ins")
        return DiffRow(kind, state, left_cell, right_cell, notes, old.picture, new.picture)

    def _steps(self, left: Sequence[LineWord], right: Sequence[LineWord]) -> Iterator[Step]:
        """Match by the words alone; those that are bold, italic or a link on one side only then count as changed."""
        texts = [[word.text for word in words] for words in (left, right)]
        steps = list(self.matcher.steps(*texts))
        if sum(b - a for is_same, a, b, _, _ in steps if is_same) < MIN_SIMILARITY / 2 * max(map(len, texts)):
            steps = [(False, 0, len(left), 0, len(right))]  # a few matching words here and there would only confuse
        for is_same, a, b, c, d in steps:
            if not is_same or left[a:b] == right[c:d]:
                yield is_same, a, b, c, d
                continue
            for is_alike, run in groupby(zip(left[a:b], right[c:d], strict=True), key=lambda pair: pair[0] == pair[1]):
                number = len(list(run))
                yield is_alike, a, a + number, c, c + number
                a, c = a + number, c + number


NO_PART, NO_LINE = SourcePart(("", ""), []), TextLine("", ())


def _matched(left: list[SourcePart], right: list[SourcePart]) -> dict[int, int]:
    """Map indexes on the right to indexes on the left: by identity first, then by similar words."""
    by_identity: dict[tuple[str, str], list[int]] = defaultdict(list)
    for index in reversed(range(len(left))):
        by_identity[left[index].identity].append(index)
    pairs = {index: by_identity[part.identity].pop() for index, part in enumerate(right) if by_identity[part.identity]}
    kinds = {part.identity[0] for part in right}
    for kind in sorted(kinds):
        old = [index for indexes in by_identity.values() for index in indexes if left[index].identity[0] == kind]
        new = [index for index in range(len(right)) if index not in pairs and right[index].identity[0] == kind]
        similar = most_similar(
            [left[index].vocabulary() for index in old], [right[index].vocabulary() for index in new]
        )
        pairs |= {new[j]: old[i] for i, j in similar}
    return pairs


def _replaced(left: list[TextLine], right: list[TextLine]) -> Iterator[Pair]:
    """Pair lines that replaced each other, in order; the most similar ones count as one changed line."""
    old, new = ([{word.text for word in line.words} for line in lines] for lines in (left, right))
    i = j = 0
    for a, b in [*sorted(most_similar(old, new, in_order=True)), (len(left), len(right))]:
        yield from ((line, None) for line in left[i:a])
        yield from ((None, line) for line in right[j:b])
        yield from zip(left[a : a + 1], right[b : b + 1], strict=True)
        i, j = a + 1, b + 1


# --- Words -----------------------------------------------------------------------------------


def _cell(runs: Iterable[tuple[bool, Sequence[LineWord]]], mark: str = "del") -> SafeString:
    html = (_html(words) if is_same else _changed(words, mark) for is_same, words in runs if words)
    return mark_safe("".join(html))  # noqa: S308 -- escaped, word by word


def _changed(words: Sequence[LineWord], mark: str) -> str:
    first = words[0]
    return f"{first.space}<{mark}>{_html([first._replace(space=''), *words[1:]])}</{mark}>"


def _html(words: Sequence[LineWord]) -> str:
    parts = []
    for (strong, em, href), run in groupby(words, key=lambda word: word[2:]):
        text = "".join(word.space + word.text for word in run)
        html = str(escape(text.lstrip()))
        for tag, is_on in (("em", em), ("strong", strong), ("u", href)):
            html = f"<{tag}>{html}</{tag}>" if is_on else html
        parts += [text[: len(text) - len(text.lstrip())], html]
    return "".join(parts)


# --- Notes -----------------------------------------------------------------------------------


def _notes(left: TextLine, right: TextLine, steps: list[Step], names: ReferenceNames) -> Iterator[str]:
    if left.kind != right.kind:
        yield f"{left.kind} before, {right.kind.lower()} now."
    elif left.picture and right.picture:
        if left.picture.key != right.picture.key:
            yield "A different picture."
        elif left.extra != right.extra:
            yield "The same picture, cropped differently."
    elif left.extra != right.extra:
        yield "It changed." if left.kind == "Unknown block" else "It moved to another list or level."
    yield from _link_notes(left, right, names)
    for is_same, a, b, c, d in steps:
        if not is_same:
            yield from _emphasis_notes(left.words[a:b], right.words[c:d])


def _link_notes(left: TextLine, right: TextLine, names: ReferenceNames) -> Iterator[str]:
    old, new = Counter(_links(left)), Counter(_links(right))
    removed, added = dict(old - new), dict(new - old)
    texts = {text for text, _ in added}
    for text, href in added:
        yield f"“{text}” now leads to {_target(href, names)}."
    for text, href in removed:
        if text not in texts:
            yield f"“{text}” no longer leads to {_target(href, names)}."


def _links(line: TextLine) -> Iterator[tuple[str, str]]:
    for href, words in groupby(line.words, key=lambda word: word.href):
        if href:
            yield _text(words), href


def _target(href: str, names: ReferenceNames) -> str:
    if href.startswith("page:"):
        title = names.pages.get(int(href.removeprefix("page:")))
        return f"the page “{title}”" if title else "a page that is no longer there"
    return "your practice’s facts" if href.startswith("fact:") else href


def _emphasis_notes(left: Sequence[LineWord], right: Sequence[LineWord]) -> Iterator[str]:
    if [word.text for word in left] != [word.text for word in right]:
        return
    both = list(zip(left, right, strict=True))
    for name, is_on in (("bold", lambda word: word.strong), ("italic", lambda word: word.em)):
        for (was, now), run in groupby(both, key=lambda pair: (is_on(pair[0]), is_on(pair[1]))):
            if was != now:
                yield f"“{_text(word for _, word in run)}” is {'now' if now else 'no longer'} {name}."


def _text(words: Iterable[LineWord]) -> str:
    return "".join(word.space + word.text for word in words).strip()
