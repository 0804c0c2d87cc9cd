"""Compare two sources of one page: what was removed, added, changed or moved, word by word.

In: the JSON of two sources, whatever it holds, and `ReferenceNames` for the ids in it. Out: a `Comparison`, rows for a
template. `source_lines` turns a source into lines of words, `sequence_matcher` says which of them belong together, and
`comparison` writes the rows. Nothing here reads the database.

Limits: `MAX_PAIRS_PER_STEP`, `MAX_PAIRS_IN_TOTAL` and `MAX_TEXT_PAIRS` in `sequence_matcher`. A text beyond them is
compared more coarsely, but completely; tests/pages/test_diff_at_length.py limits the time.

Tried instead: `difflib.SequenceMatcher` alone. With `autojunk=False` a paragraph of 8,000 words takes three seconds
and one of 40,000 over a minute; with its heuristic, on from 200 words, such a paragraph is one change from end to end.
So `sequence_matcher` gives it at most 400,000 pairs of words at a time, and cuts longer texts at what is unique on both
sides.
"""

from pages.diff.comparison import Comparison, DiffGroup, DiffRow, ReferenceNames, compare

__all__ = ["Comparison", "DiffGroup", "DiffRow", "ReferenceNames", "compare"]
