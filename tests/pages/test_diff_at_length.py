"""Long texts are compared within a few times the effort of unchanged ones."""

import pytest

from pages.diff import compare
from tests.effort import assert_below
from tests.pages.test_diff import NAMES, changed_rows, source, text

SHUFFLED = ["".join("abc"[(n * n // 7 + n * k) % 3] + " " for n in range(600)) for k in range(1, 3)]


@pytest.mark.parametrize(
    ("now", "next"),
    [
        (["<p>" + "a b " * 20_000 + "</p>"], ["<p>" + "b a " * 20_000 + "</p>"]),
        (["<p>a</p>" * 8_000], ["<p>b</p>" + "<p>a</p><p>c</p>" * 4_000]),
        (["".join(f"<p>{n}</p>" for n in range(8_000))], ["".join(f"<p>{n}</p>" for n in range(8_000, 0, -1))]),
        ([f"<p>{SHUFFLED[0]}</p>"] * 120, [f"<p>{SHUFFLED[1]}</p>"] * 120),
        ([f"<p>{'of the words ' * 3500}</p>"] * 50, [f"<p>{'in the words ' * 3500}</p>"] * 50),
    ],
    ids=["one paragraph", "many short ones", "turned round", "every word another", "two megabytes"],
)
def test_long_texts_take_a_few_times_as_long_as_unchanged_ones(now, next):
    """Unchanged texts measure the speed of the machine."""
    now, next = ([text(html) | {"uid": uid(number)} for number, html in enumerate(side)] for side in (now, next))
    assert_work_below(12, now, next)


def test_two_distant_changes_in_a_long_text_are_found():
    paragraphs = [f"<p>Some words of paragraph {number}.</p>" for number in range(3_000)]
    changed = [*paragraphs]
    changed[3], changed[2990] = "<p>Other words of paragraph 3.</p>", "<p>Other words of paragraph 2990.</p>"
    rows = changed_rows(source(text("".join(paragraphs))), source(text("".join(changed))))
    assert [left for _, _, left, _, _ in rows] == [
        "<del>Some</del> words of paragraph 3.",
        "<del>Some</del> words of paragraph 2990.",
    ]


def test_many_blocks_are_matched_in_time():
    now = [text(f"<p>Words of {number}.</p>") | {"uid": uid(number)} for number in range(2_000)]
    next = [text(f"<p>Words of {number}.</p>") | {"uid": uid(number + 90_000)} for number in reversed(range(2_000))]
    assert_work_below(8, now, list(reversed(now)))
    assert_work_below(8, now, next)


def uid(number):
    return f"8e6f0f3e-7a41-4c5e-9a55-{number:012}"


def assert_work_below(times, now, next):
    """Assert that comparing the two takes less than so many times as long as comparing equal sources."""
    now, next = source(*now), source(*next)
    assert_below(times, lambda: compare(now, next, NAMES), lambda: compare(now, now, NAMES))
