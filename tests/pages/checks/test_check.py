import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pages.checks import check
from pages.models import BLOCKS
from pages.search_engine_preview import search_engine_preview
from tests.effort import assert_below
from tests.pages.checks.builders import CONTEXT, PICTURE, UID, findings, page, text


def test_a_sound_page_has_no_findings():
    list_ = "<p>I work with:</p><ul><li><p>ketamine</p></li></ul>"
    links = '<p>See <a href="page:7">signs</a>, <a href="/former/#top">me</a> or <a href="/consultation/">ask</a>.</p>'
    assert (
        findings(
            text(f"<h2>One</h2><h3>Two</h3>{list_}{links}"),
            PICTURE,
            {"type": "callout", "tone": "note", "title": "", "html": "<p>Get advice first.</p>"},
            {"type": "question", "question": "What does it cost?", "html": "<p>We talk about it.</p>"},
            {"type": "quote", "text": "The opposite of addiction is connection.", "source": "Johann Hari, 2015"},
            {"type": "call_to_action", "label": "Request a consultation", "appointment_type": ""},
            {"type": "locations", "locations": [1]},
            {"type": "fees", "fees": []},
            {"type": "related_pages", "pages": [7]},
        )
        == []
    )


def test_blocking_findings_come_first_and_name_their_place():
    (first, second, *_) = check(page({**PICTURE, "alt": " "}, title=" ", description=""), CONTEXT)
    assert (first.rule, first.level, first.place) == ("title-missing", "stops", "title")
    assert (second.rule, second.level, second.place) == ("picture-alt-missing", "stops", UID.format(1))
    assert second.message == "A picture does not say what it shows, and is not marked as decoration."


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
HTML = st.lists(
    st.sampled_from(
        ["<p>", "</p>", "<ul><li>", "<h3>", "<h2></h2>", "<blockquote>", '<a href="page:9">', "</a>", "<td>"]
    )
    | st.sampled_from(["£91 a session:", "We cure.", "here", "020 7946 0000", "an hour", "<br>"])
    | st.text(max_size=5),
    max_size=12,
).map("".join)
BLOCK = st.builds(
    lambda kind, values, html: {"type": kind, "uid": UID.format(1), **values, "html": html},
    st.sampled_from([*BLOCKS, "carousel"]),
    st.dictionaries(st.sampled_from(["title", "tone", "question", "text", "source", "pages", "fees", "alt"]), JSON),
    HTML,
)
SOURCE = JSON | st.fixed_dictionaries(
    {"schema": st.sampled_from([1, 1, 1, 2]), "blocks": JSON | st.lists(BLOCK | JSON, max_size=4)},
    optional=dict.fromkeys(("title", "lead", "seo_title", "description", "noindex"), JSON),
)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(SOURCE)
def test_any_source_can_be_checked(source):
    result = check(source, CONTEXT)
    assert len({finding.key for finding in result}) == len(result)
    assert {finding.level for finding in result} <= {"stops", "warns", "offers"}
    assert set(search_engine_preview(source, "Therapy", "/")) == {"title", "url", "description"}


@pytest.mark.parametrize(
    "piece",
    [
        "<p>We treat people in a safe place, £91 a session, 0207 946 0018, before - and after: most of my work. </p>",
        "<p>free to be free of all that is free from the </p>",
        "best most £9 registered member 0 0 0 0 ",
        "a" * 40,
    ],
)
def test_four_times_the_text_takes_about_four_times_the_work(piece):
    short, long = (page(text(piece * (length // len(piece)))) for length in (25_000, 100_000))
    assert_below(10, lambda: check(long, CONTEXT), lambda: check(short, CONTEXT))  # it would be 16 times, if squared
