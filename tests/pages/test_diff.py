import html
import json
import re

import pytest
from django.template.loader import render_to_string
from hypothesis import given, settings
from hypothesis import strategies as st

from pages.diff import ReferenceNames, compare
from pages.diff.source_lines import UNKNOWN
from pages.page_source import plain_text
from pages.richtext import sanitise

NAMES = ReferenceNames(
    pages={7: "Ketamine", 8: "Alcohol"}, locations={1: "Harley Street", 2: "Online"}, fees={3: "Session"}
)
UIDS = [f"8e6f0f3e-7a41-4c5e-9a55-0c6f5d3d2b{number:02}" for number in range(20)]


def source(*blocks, **fields):
    empty = {"title": "", "lead": "", "menu_label": "", "seo_title": "", "description": "", "noindex": False}
    return {"schema": 1, **empty, **fields, "blocks": list(blocks)}


def text(html, uid=0):
    return {"type": "rich_text", "uid": UIDS[uid], "html": html}


def picture(**fields):
    values = {"key": "a" * 32, "width": 1600, "height": 900, "alt": "A door", "decorative": False, "caption": ""}
    return {"type": "picture", "uid": UIDS[0], "picture": 1, **values, "crop": "none", "focus": [50, 50], **fields}


def block(type, uid=0, **fields):
    return {"type": type, "uid": UIDS[uid], **fields}


def changed_rows(now, next):
    """Return the changed rows as (kind, state, left, right, notes)."""
    rows = compare(now, next, NAMES).rows
    return [(row.kind, row.state, row.left, row.right, row.notes) for row in rows if row.changed]


def plain(cell):
    return html.unescape(re.sub(r"<[^>]*>", "", cell))


def words(cells):
    return " ".join(map(plain, cells)).split()


def test_words_are_marked_where_they_changed():
    now, next = source(text("<p>Come on Monday, in peace.</p>")), source(text("<p>Come on Friday, in peace.</p>"))
    assert changed_rows(now, next) == [
        ("Paragraph", "changed", "Come on <del>Monday</del>, in peace.", "Come on <ins>Friday</ins>, in peace.", [])
    ]
    assert compare(now, next, NAMES).summary == "1 paragraph changed"


def test_paragraphs_are_added_and_removed_in_place():
    now = source(text("<p>One.</p><p>Two of them.</p><p>Three.</p>"))
    next = source(text("<p>One.</p><p>Quite another thought.</p><p>Three.</p><p>Four.</p>"))
    rows = compare(now, next, NAMES).rows
    assert [(row.state, row.left, row.right) for row in rows] == [
        ("same", "One.", "One."),
        ("removed", "<del>Two of them.</del>", ""),
        ("added", "", "<ins>Quite another thought.</ins>"),
        ("same", "Three.", "Three."),
        ("added", "", "<ins>Four.</ins>"),
    ]
    assert compare(now, next, NAMES).summary == "2 paragraphs added, 1 removed"


def test_link_targets_of_a_new_paragraph_are_shown():
    next = source(text('<p>See <a href="page:7">here</a>.</p>'))
    assert changed_rows(source(), next) == [
        ("Paragraph", "added", "", "<ins>See <u>here</u>.</ins>", ["“here” now leads to the page “Ketamine”."])
    ]


def test_the_summary_counts_what_changed():
    now = source(text("<h2>Fees today</h2><p>I ask for a lot.</p><ul><li><p>one</p></li></ul>"), title="Old title")
    next = source(text("<h2>Fees now today</h2><p>I ask for a little.</p>"), title="New title")
    assert compare(now, next, NAMES).summary == "1 detail, 1 heading and 1 paragraph changed, 1 list item removed"


def test_unchanged_paragraphs_are_collapsed_and_counted():
    html = "".join(f"<p>Paragraph {number}.</p>" for number in range(12))
    groups = compare(source(text(html)), source(text(html + "<p>New.</p>"), title="T"), NAMES).groups
    assert [(group.same, len(group.rows)) for group in groups] == [("", 1), ("12 paragraphs the same", 12), ("", 1)]


def test_equal_sources_show_no_change():
    same = source(text("<p>One.</p>"), picture(), title="T")
    assert compare(same, json.loads(json.dumps(same)), NAMES).summary == "Nothing changed"


@pytest.mark.parametrize(
    ("now", "next", "note"),
    [
        ("a <strong>b c</strong> d", "a b c d", "“b c” is no longer bold."),
        ("a b c d", "a b <em>c d</em>", "“c d” is now italic."),
        ('<a href="page:7">here</a>', '<a href="page:8">here</a>', "“here” now leads to the page “Alcohol”."),
        ('<a href="page:7">here</a>', "here", "“here” no longer leads to the page “Ketamine”."),
        ("a b c old words", "a <em>b c</em> new words", "“b c” is now italic."),
        ("£90", '<a href="fact:fee-3">£90</a>', "“£90” now leads to your practice’s facts."),
        ("x", '<a href="page:99">x</a>', "“x” now leads to a page that is no longer there."),
        ("x", '<a href="https://nhs.uk/">x</a>', "“x” now leads to https://nhs.uk/."),
    ],
)
def test_changes_outside_the_text_are_described(now, next, note):
    ((kind, state, left, right, notes),) = changed_rows(source(text(f"<p>{now}</p>")), source(text(f"<p>{next}</p>")))
    assert (kind, state, notes) == ("Paragraph", "changed", [note])
    assert "<del>" in left
    assert "<ins>" in right


@pytest.mark.parametrize(
    ("now", "next", "note"),
    [
        ("<p>a b</p>", "<h2>a b</h2>", "Paragraph before, heading now."),
        ("<ul><li><p>a b</p></li></ul>", "<ol><li><p>a b</p></li></ol>", "List item before, numbered item now."),
        ("<blockquote><p>a b</p></blockquote>", "<p>a b</p>", "Quotation before, paragraph now."),
    ],
)
def test_a_different_paragraph_type_is_a_change(now, next, note):
    ((_, state, left, right, notes),) = changed_rows(source(text(now)), source(text(next)))
    assert (state, left, right, notes) == ("changed", "a b", "a b", [note])


def test_a_different_list_indent_is_a_change():
    now = "<ul><li><p>a</p></li><li><p>b</p></li></ul>"
    next = "<ul><li><p>a</p><ul><li><p>b</p></li></ul></li></ul>"
    ((kind, state, _, _, notes),) = changed_rows(source(text(now)), source(text(next)))
    assert (kind, state) == ("List item", "changed")
    assert notes == ["It moved to another list or level."]


def numbered(*items, start=1, around="{}"):
    attribute = f' start="{start}"' if start != 1 else ""
    return source(text(around.format(f"<ol{attribute}>{''.join(f'<li><p>{item}</p></li>' for item in items)}</ol>")))


@pytest.mark.parametrize("around", ["{}", "<ul><li><p>One</p>{}</li></ul>", "<table><tr><td>{}</td></tr></table>"])
def test_a_list_that_begins_with_another_number_is_a_change(around):
    from_one, from_four, from_six = (numbered("Breathe", "Walk", start=start, around=around) for start in (1, 4, 6))
    kind, four = "Numbered list", "The numbers begin with {}4{}."

    assert changed_rows(from_one, from_four) == [(kind, "added", "", f"<ins>{four.format('', '')}</ins>", [])]
    assert changed_rows(from_four, from_one) == [(kind, "removed", f"<del>{four.format('', '')}</del>", "", [])]
    assert changed_rows(from_four, from_six) == [
        (kind, "changed", four.format("<del>", "</del>"), "The numbers begin with <ins>6</ins>.", [])
    ]


def test_a_list_that_loses_an_item_begins_with_the_same_number():
    now, next = numbered("Breathe", "Walk", start=4), numbered("Walk", start=4)
    assert changed_rows(now, next) == [("Numbered item", "removed", "<del>Breathe</del>", "", [])]


def test_a_row_of_a_table_is_one_line():
    table = "<table><tbody><tr><td><p>Session</p></td><td><p>£{}</p></td></tr></tbody></table>"
    assert changed_rows(source(text(table.format(80))), source(text(table.format(90)))) == [
        ("Table row", "changed", "Session\u2003£<del>80</del>", "Session\u2003£<ins>90</ins>", [])
    ]


def test_words_are_escaped():
    ((_, _, left, right, _),) = changed_rows(source(title="<b>a</b> & x c"), source(title="<b>a</b> & y c"))
    assert left == "&lt;b&gt;a&lt;/b&gt; &amp; <del>x</del> c"
    assert right == "&lt;b&gt;a&lt;/b&gt; &amp; <ins>y</ins> c"


def test_the_pages_own_fields_come_first_under_their_names():
    now = source(text("<p>a</p>"), title="One name", noindex=False)
    next = source(text("<p>b</p>"), title="Two names", lead="L", menu_label="M", seo_title="S", noindex=True)
    next["description"] = "D"
    assert [(kind, state) for kind, state, *_ in changed_rows(now, next)] == [
        ("Title", "changed"),
        ("Introduction", "added"),
        ("Menu label", "added"),
        ("Title in search results", "added"),
        ("Description in search results", "added"),
        ("Hide from search engines", "added"),
        ("Paragraph", "removed"),
        ("Paragraph", "added"),
    ]


def test_a_rewritten_title_is_shown_whole():
    ((_, state, left, right, _),) = changed_rows(source(title="All about me"), source(title="How I work with you"))
    assert (state, left, right) == ("changed", "<del>All about me</del>", "<ins>How I work with you</ins>")


def test_a_moved_block_is_one_change():
    first, second, third = text("<p>A</p>", 1), text("<p>B b b</p><p>Bb</p>", 2), text("<p>C</p>", 3)
    comparison = compare(source(first, second, third), source(second, third, first), NAMES)
    assert [(row.left, row.right, row.state) for row in comparison.rows] == [
        ("B b b", "B b b", "same"),
        ("Bb", "Bb", "same"),
        ("C", "C", "same"),
        ("A", "A", "moved"),
    ]
    assert comparison.summary == "1 paragraph moved"


def test_a_moved_and_changed_block_shows_both_notes():
    first, second, third = (text(f"<p>{word} of the words</p>", uid) for uid, word in enumerate("ABC"))
    changed = text("<p>A in the words</p>", 0)
    ((_, state, left, right, notes),) = changed_rows(source(first, second, third), source(second, third, changed))
    assert (state, left, right) == ("changed", "A <del>of</del> the words", "A <ins>in</ins> the words")
    assert notes == ["It was also moved."]


def test_a_block_with_a_new_uid_is_matched_by_its_text():
    now = source(text("<p>Some words that stay as they are.</p>", 1), text("<p>Gone.</p>", 2))
    next = source(text("<p>Some words that stay as they were.</p>", 3))
    assert [(state, left) for _, state, left, _, _ in changed_rows(now, next)] == [
        ("changed", "Some words that stay as they <del>are</del>."),
        ("removed", "<del>Gone.</del>"),
    ]


def test_a_question_and_its_answer_are_named():
    now = source(block("question", question="How long?", html="<p>A year.</p><ul><li><p>or two</p></li></ul>"))
    next = source(block("question", question="What does it cost?", html="<p>A year, often.</p>"))
    assert [(kind, state) for kind, state, *_ in changed_rows(now, next)] == [
        ("Question", "changed"),
        ("Answer", "changed"),
        ("List item", "removed"),
    ]


def test_every_other_block_is_compared_as_text():
    blocks = [
        block("callout", 1, tone="warning", title="Before you stop", html="<p>See a doctor.</p>"),
        block("quote", 2, text="Words", source="Someone"),
        block("call_to_action", 3, label="Request a private session", appointment_type="private-session"),
        block("locations", 4, locations=[2, 1]),
        block("fees", 5, fees=[]),
        block("related_pages", 6, pages=[7, 99]),
        picture(uid=UIDS[7], caption="At the door"),
    ]
    rows = compare({}, source(*blocks), NAMES).rows
    assert [(row.kind, row.state, plain(row.right)) for row in rows] == [
        ("Callout type", "added", "Warning, such as getting medical advice first"),
        ("Callout heading", "added", "Before you stop"),
        ("Callout", "added", "See a doctor."),
        ("Quote", "added", "Words"),
        ("Quote source", "added", "Someone"),
        ("Button text", "added", "Request a private session"),
        ("Appointment type", "added", "private-session"),
        ("Locations", "added", "Online, Harley Street"),
        ("Fees", "added", "All"),
        ("Related pages", "added", "Ketamine, number 99, which is no longer there"),
        ("Picture", "added", "A door"),
        ("Caption", "added", "At the door"),
    ]


@pytest.mark.parametrize(
    ("fields", "notes"),
    [
        ({"key": "b" * 32}, ["A different picture."]),
        ({"focus": [10, 50]}, ["The same picture, cropped differently."]),
        ({"crop": "wide"}, ["The same picture, cropped differently."]),
        ({"decorative": True}, []),
        ({"alt": "A window"}, []),
    ],
)
def test_both_pictures_are_there_when_one_changed(fields, notes):
    comparison = compare(source(picture()), source(picture(**fields)), NAMES)
    (row,) = comparison.rows
    assert (row.kind, row.changed, row.notes) == ("Picture", True, notes)
    assert (row.left_picture.key, row.left_picture.width) == ("a" * 32, 480)
    assert row.right_picture.key == fields.get("key", "a" * 32)


@pytest.mark.parametrize(
    ("now", "next"),
    [
        (source({"type": "hologram", "uid": "1", "beam": 1}), source({"type": "hologram", "uid": "1", "beam": 2})),
        ({"schema": 9, "title": "T", "beams": 1}, {"schema": 9, "title": "T", "beams": 2}),
        ("one", "two"),
    ],
)
def test_an_unknown_block_is_reported_as_changed(now, next):
    assert changed_rows(now, next) == [("Unknown block", "changed", UNKNOWN, UNKNOWN, ["It changed."])]


@pytest.mark.parametrize(
    ("now", "next"),
    [
        (source(text("<p>a</p>", 1)), source(text("<p>a</p>", 2))),
        (source(more=1), source(more=2)),
        (source(noindex=0), source(noindex=False)),
        (source(text("<p>a</p>")), source(text("<p>a</p><script>x()</script>"))),
        (
            source(text("<table><tbody><tr><td><p>a</p></td></tr></tbody></table>")),
            source(text("<table><tbody><tr><th><p>a</p></th></tr></tbody></table>")),
        ),
        ({}, None),
    ],
)
def test_a_change_without_different_words_is_still_shown(now, next):
    comparison = compare(now, next, NAMES)
    assert comparison.summary != "Nothing changed"
    assert [row.changed for row in comparison.rows].count(True) == 1


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 99) | st.text("ab <&>é\n", max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=3), inner, max_size=3),
    max_leaves=6,
)
some_words = st.text("ab <&>.é\n", max_size=12)
pieces = st.sampled_from(
    ["<p>", "</p>", "<h2>", "</h2>", "<ul><li>", "</li></ul>", "<strong>", "</strong>", "<em>", "</em>", "<br>", "</a>",
     '<a href="page:7">', '<a href="fact:phone">', "<table><tr><td>", "</td><td>", "</td></tr></table>", "<script>"]
)  # fmt: skip
some_html = (
    st.lists(pieces | st.sampled_from(["one ", "two", " three.", "&amp;", "x"]), max_size=12).map("".join).map(sanitise)
)
uids = st.sampled_from(UIDS[:4])
texts = st.fixed_dictionaries({"type": st.just("rich_text"), "uid": uids, "html": some_html})
any_blocks = st.one_of(
    texts,
    st.fixed_dictionaries(
        {"type": st.just("question"), "uid": uids, "question": some_words, "html": some_html},
    ),
    st.fixed_dictionaries({"type": st.just("quote"), "uid": uids, "text": some_words, "source": some_words}),
    st.fixed_dictionaries({"type": st.just("fees"), "uid": uids, "fees": st.lists(st.integers(0, 4), max_size=3)}),
    st.fixed_dictionaries({"type": st.sampled_from(["picture", "callout", "hologram"]), "uid": uids | json_values}),
    json_values,
)
any_sources = json_values | st.fixed_dictionaries(
    {"schema": st.sampled_from([1, 1, 1, 2]), "title": some_words | json_values, "lead": some_words},
    optional={"blocks": st.lists(any_blocks, max_size=5) | json_values, "noindex": st.booleans(), "more": json_values},
)
readable = st.builds(
    lambda title, lead, blocks: source(*blocks, title=title, lead=lead),
    some_words,
    some_words,
    st.lists(
        texts
        | st.fixed_dictionaries({"type": st.just("quote"), "uid": uids, "text": some_words, "source": some_words})
        | st.fixed_dictionaries(
            {"type": st.just("question"), "uid": uids, "question": some_words, "html": some_html},
        ),
        max_size=5,
    ),
)


@settings(derandomize=True, max_examples=150, deadline=None)
@given(any_sources, any_sources)
def test_any_two_values_are_compared_and_only_equal_ones_show_no_change(now, next):
    comparison = compare(now, next, NAMES)
    same = json.dumps(now, sort_keys=True) == json.dumps(next, sort_keys=True)
    assert (comparison.summary == "Nothing changed") == same
    assert any(row.changed for row in comparison.rows) != same
    for row in comparison.rows:
        assert re.sub(r"</?(del|ins|strong|em|u)>", "", row.left + row.right).count("<") == 0


@settings(derandomize=True, max_examples=150, deadline=None)
@given(readable, readable)
def test_the_left_side_is_the_old_text_and_the_right_the_new(now, next):
    rows = compare(now, next, NAMES).rows
    assert sorted("".join(words(row.left for row in rows))) == sorted("".join(plain_text(now).split()))
    assert "".join(words(row.right for row in rows)) == "".join(plain_text(next).split())
    for row in rows:
        assert "<ins>" not in row.left
        assert "<del>" not in row.right
        if row.state == "same":
            assert row.left == row.right


@settings(derandomize=True, max_examples=60, deadline=None)
@given(readable, readable)
def test_unmarked_text_is_equal_on_both_sides(now, next):
    for row in compare(now, next, NAMES).rows:
        if row.state == "changed":
            unmarked = [re.sub(r"<(del|ins)>.*?</\1>", "", cell, flags=re.DOTALL) for cell in (row.left, row.right)]
            assert "".join(words(unmarked[:1])) == "".join(words(unmarked[1:]))


def test_the_template_labels_both_sides():
    now = source(text("<p>Same.</p><p>Come on Monday then.</p>"), picture(uid=UIDS[5]))
    next = source(text("<p>Same.</p><p>Come on Friday then.</p>"), picture(uid=UIDS[5], key="b" * 32))
    titles = {"old_title": "Live now", "new_title": "After publishing"}
    context = {"comparison": compare(now, next, NAMES), **titles}
    rendered = render_to_string("admin/pages/page/comparison.html", context)
    assert "2 passages" not in rendered
    assert "<summary>1 paragraph the same</summary>" in rendered
    assert rendered.count("Live now") == rendered.count("After publishing") > 1
    assert "Come on <del>Monday</del> then." in rendered
    assert f'src="/pictures/{"b" * 32}-480.webp"' in rendered
    assert "A different picture." in rendered
