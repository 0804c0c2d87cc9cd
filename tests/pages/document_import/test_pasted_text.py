"""A pasted text is read as plain text or as Markdown, and whatever it loses is reported."""

import pytest

from pages.document_import import read_passage, read_text
from tests.pages.word_files import as_html

FORMATTING = "the words are kept without this formatting"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("1. one\n2. two\n\nA paragraph between.\n\n3. three\n4. four",
         "<ol><li><p>one</p></li><li><p>two</p></li></ol><p>A paragraph between.</p>"
         '<ol start="3"><li><p>three</p></li><li><p>four</p></li></ol>'),
        ("3. three\n4. four", "<p>3. three</p><p>4. four</p>"),  # not known to continue a list
        ("0. nought\n1. one", '<ol start="0"><li><p>nought</p></li><li><p>one</p></li></ol>'),
        ("**Fees** are below.\n\n• one\n  • deep\n• two\n\n3. three\n4. four",
         "<p><strong>Fees</strong> are below.</p>"
         "<ul><li><p>one</p><ul><li><p>deep</p></li></ul></li><li><p>two</p></li></ul>"
         '<ol start="3"><li><p>three</p></li><li><p>four</p></li></ol>'),
        ("# Ketamine\n\n## What I do\n\nSee [my page](https://example.org/).",
         '<h2>Ketamine</h2><h2>What I do</h2><p>See <a href="https://example.org/">my page</a>.</p>'),
        ("Opening words\n\nI am Anna, and I work in London.\n\nFees\n\n• one\n• two",
         "<h2>Opening words</h2><p>I am Anna, and I work in London.</p><h2>Fees</h2>"
         "<ul><li><p>one</p></li><li><p>two</p></li></ul>"),
        ("Plain * and 2 * 3 = 6, snake_case_name.", "<p>Plain * and 2 * 3 = 6, snake_case_name.</p>"),
    ],
)  # fmt: skip
def test_a_passage_keeps_its_headings_and_lists(text, html):
    result, dropped = read_passage(text)
    assert result == html
    assert dropped == []


@pytest.mark.parametrize(
    ("text", "html", "dropped"),
    [
        ("a) one\nb) two", "<ol><li><p>one</p></li><li><p>two</p></li></ol>",
         ["the form of 2 list numbers: “a)”, “b)” are ordinary numbers here"]),
        ("The fee is ~~£80~~ **£90**.", "<p>The fee is £80 <strong>£90</strong>.</p>",
         [f"1 passage crossed out (“£80”): {FORMATTING}"]),
        ("Say **this** and `that`.", "<p>Say <strong>this</strong> and that.</p>", [f"1 piece of code: {FORMATTING}"]),
        ("- [ ] asked\n- [x] told", "<ul><li><p>☐ asked</p></li><li><p>☒ told</p></li></ul>", []),
        ("**One**\n\n---\n\nTwo", "<p><strong>One</strong></p><p>Two</p>", ["1 line between two parts"]),
    ],
)  # fmt: skip
def test_what_a_passage_loses_is_reported(text, html, dropped):
    assert read_passage(text) == (html, dropped)


def test_pasted_markdown_becomes_a_page():
    page = read_text("# Ketamine\n\n**Words** that matter.\n\n• one\n• two")
    assert page.title == "Ketamine"
    assert as_html(page) == (
        "<p><strong>Words</strong> that matter.</p>\n<ul><li><p>one</p></li><li><p>two</p></li></ul>"
    )
