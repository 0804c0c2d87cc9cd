"""Compare two sources of one page: what was taken out, added, changed or moved, word by word.

In: the JSON of two sources, whatever it holds, and `Names` for the ids in it. Out: a `Comparison`, rows for a template.
`source_lines` turns a source into lines of words, `sequence_matcher` says which of them belong together, and
`comparison` writes the rows. Nothing here reads the database.

Limits: `matching.MAX_EACH`, `MAX_IN_ALL` and `MAX_PAIRS`. A text beyond them is compared more coarsely, and nothing
of it is left out; tests/pages/test_diff_at_length.py holds the time.

Tried instead: `difflib.SequenceMatcher` alone. With `autojunk=False` a paragraph of 8,000 words takes three seconds and
one of 40,000 over a minute; with its heuristic, on from 200 words, such a paragraph is one change from end to end. So
`matching` gives it at most 400,000 pairs of words at a time, and cuts longer texts at what is unique on both sides.
"""

from pages.diff.comparison import Comparison, DiffGroup, DiffRow, ReferenceNames, compare

__all__ = ["Comparison", "DiffGroup", "DiffRow", "ReferenceNames", "compare"]
