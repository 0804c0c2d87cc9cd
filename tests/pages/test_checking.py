from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pages.checking import CheckContext, check, reading_age, search_preview
from pages.checking.wording import syllables
from pages.models import BLOCKS
from practice.facts import Facts
from practice.models import Fee, Location, Practice
from tests.effort import assert_below

FACTS = Facts(
    practice=Practice(name="Addiction Therapist London", phone="020 7946 0018"),
    locations=(Location(pk=1, name="Harley Street"),),
    support_lines=(),
    fees=(Fee(pk=3, name="Private session", minutes=50, pence=9000),),
)
CONTEXT = CheckContext(
    public_pages={7},
    kept_pages={7, 8},
    pictures={7},
    paths={"/", "/about/", "/former/"},
    facts=FACTS,
    site_url="https://practice.example",
    path="/ketamine/",
)

UID = "00000000-0000-4000-8000-00000000000{}"
PICTURE = {
    "type": "picture", "picture": 7, "key": "a" * 32, "width": 1600, "height": 900, "alt": "A blue door",
    "decorative": False, "caption": "", "crop": "none", "focus": [50, 50],
}  # fmt: skip


def page(*blocks, **fields):
    description = "What ketamine addiction can look like, and how we might work together."
    numbered = [{"uid": UID.format(number), **block} for number, block in enumerate(blocks, start=1)]
    return {"schema": 1, "title": "Ketamine", "description": description, "blocks": numbered, **fields}


def text(html):
    return {"type": "rich_text", "html": html}


def found(*blocks, context=CONTEXT, **fields):
    return [(one.rule, one.quote) for one in check(page(*blocks, **fields), context)]


def rules(*blocks, **fields):
    return [rule for rule, _ in found(*blocks, **fields)]


def test_a_sound_page_has_no_findings():
    list_ = "<p>I work with:</p><ul><li><p>ketamine</p></li></ul>"
    links = '<p>See <a href="page:7">signs</a>, <a href="/former/#top">me</a> or <a href="/consultation/">ask</a>.</p>'
    assert (
        found(
            text(f"<h2>One</h2><h3>Two</h3>{list_}{links}"),
            PICTURE,
            {"type": "callout", "tone": "note", "title": "", "html": "<p>Get advice first.</p>"},
            {"type": "question", "question": "What does it cost?", "html": "<p>We talk about it.</p>"},
            {"type": "quote", "text": "The opposite of addiction is connection.", "source": "Johann Hari, 2015"},
            {"type": "call_to_action", "offer": "either"},
            {"type": "locations", "locations": [1]},
            {"type": "fees", "fees": []},
            {"type": "related_pages", "pages": [7]},
        )
        == []
    )


def test_what_stops_comes_first_and_says_where():
    (first, second, *_) = check(page({**PICTURE, "alt": " "}, title=" ", description=""), CONTEXT)
    assert (first.rule, first.level, first.place) == ("title-missing", "stops", "title")
    assert (second.rule, second.level, second.place) == ("picture-alt-missing", "stops", UID.format(1))
    assert second.message == "A picture does not say what it shows, and is not marked as decoration."


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<h3>Small</h3><h2>Large</h2><h3>Small</h3>", [("heading-order", "Small")]),
        ("<h2>Large</h2><h3>Small</h3><h3>Small</h3>", []),
        ("<p>a</p><h2></h2>", [("heading-empty", "")]),
        ("<h2> <br></h2><h3>Small</h3>", [("heading-empty", ""), ("heading-order", "Small")]),
    ],
)
def test_headings_are_an_outline(html, expected):
    assert found(text(html)) == expected


def test_the_outline_goes_on_from_one_text_to_the_next():
    assert found(text("<h2>Large</h2>"), PICTURE, text("<h3>Small</h3>")) == []


@pytest.mark.parametrize(
    ("html", "missing"),
    [
        ("<p>You may notice:</p>", ["You may notice:"]),
        ("<p>You may notice:</p><p>And so on.</p>", ["You may notice:"]),
        ("<p>You may notice:</p><h2>Next</h2>", ["You may notice:"]),
        ("<p>You may notice:</p><ul><li><p>one:</p></li></ul>", []),
        ("<p>You may <em>notice:</em></p><ol><li><p>one</p></li></ol>", []),
        ("<p>You may notice:</p><blockquote><p>one</p></blockquote>", []),
        ("<p>You may notice:</p><table><tbody><tr><td><p>1</p></td></tr></tbody></table>", []),
        ("<p>At 10:30</p><p>we begin.</p>", []),
        ('<p>For <a href="fact:fee-3">£90</a> you get:</p>', ["For … you get:"]),
    ],
)
def test_a_list_announced_has_to_follow(html, missing):
    assert [quote for rule, quote in found(text(html)) if rule == "list-missing"] == missing


def test_a_list_may_follow_in_the_next_block():
    opening = text("<p>You may notice:</p>")
    assert rules(opening, text("<ul><li><p>one</p></li></ul>")) == []
    assert rules(opening, PICTURE) == []
    assert rules(opening, text("<p>Something else.</p>")) == ["list-missing"]
    callout = {"type": "callout", "tone": "note", "title": "", "html": "<p>Signs:</p>"}
    assert rules(opening, callout, text("<ul><li><p>one</p></li></ul>")) == ["list-missing"]


@pytest.mark.parametrize(
    ("alt", "rule"),
    [
        ("IMG_2034", "picture-alt-file"),
        ("door-final.JPG", "picture-alt-file"),
        ("Picture of a door", "picture-alt-opening"),
        ("An image showing a door", "picture-alt-opening"),
    ],
)
def test_an_alt_text_says_what_the_picture_shows(alt, rule):
    assert found({**PICTURE, "alt": alt}) == [(rule, alt)]
    assert found({**PICTURE, "alt": alt, "decorative": True}) == []


def test_an_alt_text_makes_no_claims_either():
    assert found({**PICTURE, "alt": "A door with the words “We cure”"}) == [("claim-cure", "cure")]


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ('<a href="https://a.example/">here</a>', ["link-text"]),
        ('<a href="https://a.example/">Click here!</a>', ["link-text"]),
        ('<a href="https://a.example/">Read <em>more</em></a>', ["link-text"]),
        ('<a href="https://a.example/"></a>', ["link-text"]),
        ('<a href="https://a.example/">https://a.example/x</a>', ["link-bare"]),
        ('<a href="https://nhs.uk/x">www.nhs.uk/x</a>', ["link-bare"]),
        ('<a href="https://nhs.uk/">the NHS on ketamine</a>', []),
        ('<a href="page:7">the signs</a>', []),
        ('<a href="page:8">the signs</a>', ["link-unpublished"]),
        ('<a href="page:9">the signs</a>', ["link-gone"]),
        ('<a href="/about">about me</a>', []),
        ('<a href="/about/?a=1#b">about me</a>', []),
        ('<a href="/nowhere/">about me</a>', ["link-nowhere"]),
        ('<a href="https://practice.example/nowhere/">about me</a>', ["link-nowhere"]),
        ('<a href="https://practice.example/about/">about me</a>', []),
        ('<a href="fact:fee-3">£90</a>', []),
        ('<a href="fact:fee-4">£90</a>', ["fact-gone"]),
    ],
)
def test_a_link_says_where_it_leads_and_leads_there(link, expected):
    assert rules(text(f"<p>See {link}.</p>")) == expected
    assert rules({"type": "callout", "tone": "note", "title": "", "html": f"<p>See {link}.</p>"}) == expected


@pytest.mark.parametrize(
    ("block", "rule"),
    [
        ({"type": "question", "question": "Why?", "html": ""}, "answer-missing"),
        ({"type": "question", "question": "", "html": "<p>So.</p>"}, "question-missing"),
        ({"type": "callout", "tone": "note", "title": "Note", "html": ""}, "callout-empty"),
        ({"type": "quote", "text": "", "source": "A book"}, "quote-empty"),
        ({"type": "related_pages", "pages": [8]}, "related-unpublished"),
        ({"type": "related_pages", "pages": [9]}, "related-gone"),
        ({"type": "locations", "locations": [1, 2]}, "location-gone"),
        ({"type": "fees", "fees": [4]}, "fee-gone"),
        ({"type": "carousel", "slides": 3}, "unknown-part"),
        ({"type": "fees", "fees": "all"}, "unknown-part"),
    ],
)
def test_a_block_that_holds_too_little_is_pointed_at(block, rule):
    assert [(one.rule, one.level, one.place) for one in check(page(block), CONTEXT)] == [(rule, "warns", UID.format(1))]


def test_fees_to_show_but_none_known():
    context = replace(CONTEXT, facts=replace(FACTS, fees=()))
    assert [rule for rule, _ in found({"type": "fees", "fees": []}, context=context)] == ["fee-gone"]


def test_another_version_of_a_source_is_pointed_at():
    assert [one.rule for one in check(page(schema=2), CONTEXT)] == ["unknown-part"]


def test_what_clients_say_is_a_testimonial_wherever_it_stands():
    praise = "I was lost, and these sessions helped."
    assert rules({"type": "quote", "text": praise, "source": ""}) == ["claim-testimonial"]
    assert rules({"type": "quote", "text": "Be kind.", "source": "J., London"}) == ["claim-testimonial"]
    assert rules(text(f"<blockquote><p>{praise}</p></blockquote>")) == ["claim-testimonial"]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"description": ""}, [("description-missing", "description")]),
        ({"description": "Too short."}, [("description-length", "description")]),
        ({"description": "x" * 50}, []),
        ({"description": "x" * 155}, []),
        ({"description": "x" * 156}, [("description-length", "description")]),
        ({"description": "", "noindex": True}, []),
        ({"title": "x" * 31}, []),
        ({"title": "x" * 32}, [("title-length", "title")]),
        ({"seo_title": "x" * 61}, [("title-length", "seo_title")]),
    ],
)
def test_a_search_result_has_room_for_so_much(fields, expected):
    assert [(one.rule, one.place) for one in check(page(**fields), CONTEXT)] == expected


def test_a_search_result_is_cut_at_a_word():
    source = page(title="What it is like to live with ketamine", description="word " * 40)
    assert search_preview(source, CONTEXT) == {
        "title": "What it is like to live with ketamine | Addiction Therapist…",
        "url": "https://practice.example/ketamine/",
        "description": "word " * 30 + "word…",
    }


def test_long_paragraphs_and_sentences_are_pointed_at():
    assert rules(text(f"<p>{'Some words stand here. ' * 31}</p>")) == ["paragraph-long"]
    assert rules(text(f"<p>{'word ' * 46}</p>")) == ["sentence-long"]
    assert rules(text(f"<p>{'word ' * 45}</p>")) == []


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("a", 1), ("therapy", 3), ("addiction", 3), ("ketamine", 3), ("make", 1), ("wanted", 2), ("stopped", 1),
        ("alcohol", 3), ("little", 2), ("being", 2), ("people", 2), ("experience", 4), ("don’t", 1), ("created", 3),
        ("bladder", 2), ("sessions", 2), ("confidential", 4), ("anxiety", 4), ("places", 2), ("science", 2),
    ],
)  # fmt: skip
def test_syllables_of_everyday_words(word, count):
    assert syllables(word) == count


def test_a_reading_age_grows_with_words_and_sentences():
    plain = "You can come as you are. We will talk about what helps. You do not have to be sure."
    heavy = (
        "Psychotherapeutic intervention facilitates considerable amelioration of maladaptive behavioural "
        "patterns, notwithstanding ambivalence concerning institutionalised rehabilitation methodologies."
    )
    assert reading_age("") == 0.0
    assert reading_age(plain) < 8
    assert reading_age(heavy) > 20
    assert rules(text(f"<p>{heavy}</p>" * 8)) == ["reading-age"]
    assert rules(text(f"<p>{heavy}</p>")) == []


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
def test_whatever_the_source_is_it_can_be_checked(source):
    found = check(source, CONTEXT)
    assert len({one.key for one in found}) == len(found)
    assert {one.level for one in found} <= {"stops", "warns", "offers"}
    assert set(search_preview(source, CONTEXT)) == {"title", "url", "description"}


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


def test_a_picture_that_has_been_deleted_stops_the_page():
    [gone] = check(page(PICTURE | {"uid": UID.format(1), "picture": 8}), CONTEXT)
    assert (gone.rule, gone.level, gone.place) == ("picture-gone", "stops", UID.format(1))
