from dataclasses import replace

import pytest

from pages.checks import check
from tests.pages.checks.builders import CONTEXT, FACTS, PICTURE, UID, findings, page, rules, text


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
    assert findings(text(html)) == expected


def test_the_outline_continues_over_blocks():
    assert findings(text("<h2>Large</h2>"), PICTURE, text("<h3>Small</h3>")) == []


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
def test_an_introduced_list_must_follow(html, missing):
    assert [quote for rule, quote in findings(text(html)) if rule == "list-missing"] == missing


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
    assert findings({**PICTURE, "alt": alt}) == [(rule, alt)]
    assert findings({**PICTURE, "alt": alt, "decorative": True}) == []


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
def test_a_block_with_missing_content_is_reported(block, rule):
    assert [(finding.rule, finding.level, finding.place) for finding in check(page(block), CONTEXT)] == [
        (rule, "warns", UID.format(1))
    ]


def test_a_fees_block_without_fees_is_reported():
    context = replace(CONTEXT, facts=replace(FACTS, fees=()))
    assert [rule for rule, _ in findings({"type": "fees", "fees": []}, context=context)] == ["fee-gone"]


def test_a_source_of_another_version_is_reported():
    assert [finding.rule for finding in check(page(schema=2), CONTEXT)] == ["unknown-part"]


def test_a_picture_that_has_been_deleted_stops_the_page():
    [gone] = check(page(PICTURE | {"uid": UID.format(1), "picture": 8}), CONTEXT)
    assert (gone.rule, gone.level, gone.place) == ("picture-gone", "stops", UID.format(1))
