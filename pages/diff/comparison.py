"""Two sources of one page beside each other: what was taken out, what is new, what moved, word by word."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, zip_longest

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from pages.diff.sequence_matcher import ALIKE, Matcher, Step, likest, rising
from pages.diff.source_lines import LineWord, PictureLine, ReferenceNames, SourcePart, TextLine, as_json, parts
from pages.source import Source

# How a kind is called when several are counted; anything else is a detail.
NOUNS = {
    "Paragraph", "Heading", "Smaller heading", "List item", "Numbered item", "Table row", "Quotation", "Question",
    "Answer", "Picture", "Quote", "Callout", "Button", "Part",
}  # fmt: skip

STATES = {"same": "the same", "changed": "changed", "moved": "moved", "added": "added", "gone": "taken out"}


@dataclass(frozen=True)
class DiffRow:
    kind: str
    state: str  # "same", "changed", "moved", "added", "gone"
    left: SafeString
    right: SafeString
    notes: list[str] = field(default_factory=list)  # what words beside each other do not show
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
    """Rows that follow one another; unchanged ones are counted in words, to be unfolded."""

    rows: list[DiffRow]
    same: str = ""  # “12 paragraphs the same”


@dataclass(frozen=True)
class Comparison:
    groups: list[DiffGroup]
    summary: str

    @property
    def rows(self) -> list[DiffRow]:
        return [row for group in self.groups for row in group.rows]


def compare(now: Source, next: Source, names: ReferenceNames) -> Comparison:
    """Whatever JSON the two are; what cannot be shown is at least said to have changed."""
    rows = list(_Comparer(names).rows(parts(now, names), parts(next, names)))
    if not any(row.changed for row in rows) and as_json(now) != as_json(next):
        note = "Something changed in how the page is laid out or kept. Its words are the same."
        rows.append(DiffRow("Layout", "changed", SafeString(), SafeString(), [note]))
    return Comparison(_groups(rows), _summary(rows))


def _groups(rows: list[DiffRow]) -> list[DiffGroup]:
    groups = []
    for changed, some in groupby(rows, key=lambda row: row.changed):
        together = list(some)
        groups.append(DiffGroup(together, "" if changed else f"{_counted(together)} the same"))
    return groups


def _summary(rows: list[DiffRow]) -> str:
    """Such as “3 paragraphs changed, 1 added, 1 taken out”."""
    said, nouns = [], set[str]()
    for state, words in STATES.items():
        if some := [row for row in rows if row.state == state and row.changed]:
            before, nouns = nouns, {_noun(row) for row in some}
            said.append(f"{len(some) if nouns == before else _counted(some)} {words}")
    return ", ".join(said) or "Nothing changed"


def _counted(rows: list[DiffRow]) -> str:
    """Such as “2 paragraphs and 1 heading”."""
    counts = Counter(map(_noun, rows))
    if len(counts) > 3:
        return f"{len(rows)} passages"
    some = [f"{number} {noun}{'' if number == 1 else 's'}" for noun, number in counts.items()]
    return " and ".join(filter(None, [", ".join(some[:-1]), some[-1]]))


def _noun(row: DiffRow) -> str:
    return row.kind.lower() if row.kind in NOUNS else "detail"


# --- Which belongs to which ------------------------------------------------------------------

Pair = tuple[TextLine | None, TextLine | None]


class _Comparer:
    def __init__(self, names: ReferenceNames) -> None:
        self.names = names
        self.matcher = Matcher()

    def rows(self, left: list[SourcePart], right: list[SourcePart]) -> Iterator[DiffRow]:
        """In the order of the right; what is only on the left where it stood."""
        pairs = _matched(left, right)
        staying = rising([pairs[place] for place in sorted(pairs)])
        gone = sorted(set(range(len(left))) - set(pairs.values()), reverse=True)
        for place, part in enumerate(right):
            before = pairs.get(place)
            while gone and before in staying and gone[-1] < before:
                yield from self._part(left[gone.pop()], None)
            yield from self._part(None if before is None else left[before], part, before is None or before in staying)
        while gone:
            yield from self._part(left[gone.pop()], None)

    def _part(self, left: SourcePart | None, right: SourcePart | None, stays: bool = True) -> Iterator[DiffRow]:
        left, right = left or NOTHING, right or NOTHING
        for one, other in [*zip_longest(left.fields, right.fields), *self._flow(left.flow, right.flow)]:
            if any(line and (line.words or line.picture) for line in (one, other)):
                yield self._row(one, other, stays)

    def _flow(self, left: list[TextLine], right: list[TextLine]) -> Iterator[Pair]:
        for is_same, a, b, c, d in self.matcher.steps(left, right):
            yield from zip(left[a:b], right[c:d], strict=True) if is_same else _alike(left[a:b], right[c:d])

    def _row(self, left: TextLine | None, right: TextLine | None, stays: bool) -> DiffRow:
        """A field that was empty, or is now, was added or taken out like a paragraph."""
        kind = (right or left or NO_LINE).kind
        one, other = left or NO_LINE, right or NO_LINE
        notes: list[str] = []
        steps = list(self._steps(one.words, other.words))
        has_left, has_right = (bool(line.words or line.picture) for line in (one, other))
        if has_left and has_right and one != other:
            state = "changed"
            notes = [*_notes(one, other, steps, self.names), *([] if stays else ["It was moved as well."])]
        elif has_left and has_right:
            state = "same" if stays else "moved"
        else:
            state = "added" if has_right else "gone"
            notes = list(_link_notes(NO_LINE, other, self.names))
        before = _cell((is_same, one.words[a:b]) for is_same, a, b, _, _ in steps)
        after = _cell(((is_same, other.words[c:d]) for is_same, _, _, c, d in steps), "ins")
        return DiffRow(kind, state, before, after, notes, one.picture, other.picture)

    def _steps(self, left: Sequence[LineWord], right: Sequence[LineWord]) -> Iterator[Step]:
        """By the words alone; then those that are bold, italic or a link on one side only count as changed."""
        texts = [[word.text for word in words] for words in (left, right)]
        steps = list(self.matcher.steps(*texts))
        if sum(b - a for is_same, a, b, _, _ in steps if is_same) < ALIKE / 2 * max(map(len, texts)):
            steps = [(False, 0, len(left), 0, len(right))]  # a word here and there would only confuse
        for is_same, a, b, c, d in steps:
            if not is_same or left[a:b] == right[c:d]:
                yield is_same, a, b, c, d
                continue
            for is_alike, some in groupby(zip(left[a:b], right[c:d], strict=True), key=lambda pair: pair[0] == pair[1]):
                number = len(list(some))
                yield is_alike, a, a + number, c, c + number
                a, c = a + number, c + number


NOTHING, NO_LINE = SourcePart(("", ""), []), TextLine("", ())


def _matched(left: list[SourcePart], right: list[SourcePart]) -> dict[int, int]:
    """Place on the right to place on the left: by identity first, the others by their words."""
    known: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place in reversed(range(len(left))):
        known[left[place].identity].append(place)
    pairs = {place: known[part.identity].pop() for place, part in enumerate(right) if known[part.identity]}
    kinds = {part.identity[0] for part in right}
    for kind in sorted(kinds):
        ours = [place for places in known.values() for place in places if left[place].identity[0] == kind]
        theirs = [place for place in range(len(right)) if place not in pairs and right[place].identity[0] == kind]
        found = likest([left[place].vocabulary() for place in ours], [right[place].vocabulary() for place in theirs])
        pairs |= {theirs[j]: ours[i] for i, j in found}
    return pairs


def _alike(left: list[TextLine], right: list[TextLine]) -> Iterator[Pair]:
    """Lines that replaced one another, in order; the likest are one line that changed."""
    before, after = ([{word.text for word in line.words} for line in lines] for lines in (left, right))
    i = j = 0
    for a, b in [*sorted(likest(before, after, in_order=True)), (len(left), len(right))]:
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
    for (strong, em, href), some in groupby(words, key=lambda word: word[2:]):
        text = "".join(word.space + word.text for word in some)
        html = str(escape(text.lstrip()))
        for tag, is_on in (("em", em), ("strong", strong), ("u", href)):
            html = f"<{tag}>{html}</{tag}>" if is_on else html
        parts += [text[: len(text) - len(text.lstrip())], html]
    return "".join(parts)


# --- What words beside each other do not show ------------------------------------------------


def _notes(left: TextLine, right: TextLine, steps: list[Step], names: ReferenceNames) -> Iterator[str]:
    if left.kind != right.kind:
        yield f"{left.kind} before, {right.kind.lower()} now."
    elif left.picture and right.picture:
        if left.picture.key != right.picture.key:
            yield "Another picture."
        elif left.more != right.more:
            yield "The same picture, cut out in another way."
    elif left.more != right.more:
        yield "It changed." if left.kind == "Part" else "It stands in another list, or further in or out."
    yield from _link_notes(left, right, names)
    for is_same, a, b, c, d in steps:
        if not is_same:
            yield from _emphasis_notes(left.words[a:b], right.words[c:d])


def _link_notes(left: TextLine, right: TextLine, names: ReferenceNames) -> Iterator[str]:
    before, after = Counter(_links(left)), Counter(_links(right))
    gone, new = dict(before - after), dict(after - before)
    texts = {text for text, _ in new}
    for text, href in new:
        yield f"“{text}” now leads to {_target(href, names)}."
    for text, href in gone:
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
        for (was, now), some in groupby(both, key=lambda pair: (is_on(pair[0]), is_on(pair[1]))):
            if was != now:
                yield f"“{_text(word for _, word in some)}” is {'now' if now else 'no longer'} {name}."


def _text(words: Iterable[LineWord]) -> str:
    return "".join(word.space + word.text for word in words).strip()
