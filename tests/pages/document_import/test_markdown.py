import pytest

from pages.document_import import Document, DocumentError, DocumentText
from pages.document_import.document import DocumentBlock
from pages.document_import.markdown import from_markdown

ABOUT = """---
title: About me: who I am
menu: main
position: 20
lead: Hello.
---

# A large heading

Some **bold** and *italic* [link](/addictions/ketamine/), [out](https://nhs.uk/), [bad](javascript:x).

1. One
2. Two
   - Nested

> Quoted

<script>x()</script>
"""


def test_markdown_becomes_fields_and_text():
    page = from_markdown(ABOUT)
    assert (page.title, page.fields) == ("About me: who I am", {"menu": "main", "position": 20, "lead": "Hello."})
    assert page.parts == [
        DocumentText(
            "<h2>A large heading</h2>"
            '<p>Some <strong>bold</strong> and <em>italic</em> <a href="/addictions/ketamine/">link</a>, '
            '<a href="https://nhs.uk/">out</a>, [bad](javascript:x).</p>'
            "<ol><li><p>One</p></li><li><p>Two</p><ul><li><p>Nested</p></li></ul></li></ol>"
            "<blockquote><p>Quoted</p></blockquote>"
        )
    ]
    assert page.dropped == ["1 piece of HTML (its words are kept)"]


def test_text_without_front_matter_is_all_text():
    assert from_markdown("Just *this*.") == Document("Just this", {}, [DocumentText("<p>Just <em>this</em>.</p>")])


def test_lines_may_end_as_windows_ends_them():
    assert from_markdown("\ufeff---\r\ntitle: T\r\n---\r\nText\r\n") == Document("T", {}, [DocumentText("<p>Text</p>")])


def test_the_first_heading_is_the_title_and_the_others_follow():
    page = from_markdown("# About\n\nMe.\n\n## Where\n\n#### Deep\n\n- # Inside\n")
    assert page.title == "About"
    assert page.parts == [
        DocumentText("<p>Me.</p><h2>Where</h2><h3>Deep</h3><ul><li><p><strong>Inside</strong></p></li></ul>")
    ]


def test_tables_are_taken():
    page = from_markdown("| What | £ |\n|---|---|\n| An **hour** | 1 |\n")
    assert page.parts == [
        DocumentText(
            "<table><tbody><tr><th><p>What</p></th><th><p>£</p></th></tr>"
            "<tr><td><p>An <strong>hour</strong></p></td><td><p>1</p></td></tr></tbody></table>"
        )
    ]


def test_html_is_reduced_to_text_and_its_pictures_are_listed():
    page = from_markdown("<div>One &lt;</div>\n<script>x()</script>\n\nTwo <b>bold</b>\n![A door](door.png)\n")
    assert page.parts == [DocumentText("<p>One &lt;</p><p>Two bold A door</p>")]
    assert page.dropped == ["3 pieces of HTML (its words are kept)", "1 picture: add the files themselves to the page"]


def test_links_without_https_become_text():
    page = from_markdown("[A](http://x.org) and [B](page.html).")
    assert page.parts == [DocumentText("<p>A and B.</p>")]
    assert page.dropped == [
        "2 links whose address does not begin with https: http://x.org, page.html (the words are kept)"
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("---\ntitle: T\n", "do not end with another"),
        ("---\ncolour: red\n---\n", "“colour: red” does not begin with one of title"),
        ("---\ntitle\n---\n", "“title” does not begin"),
        ("---\nposition: first\n---\n", "“position: first” is not a number from 0 to 99,999"),
        (f"---\nposition: {'9' * 5_000}\n---\n", f"“position: {'9' * 20}” is not a number from 0 to 99,999"),
    ],
)
def test_unknown_front_matter_is_reported(text, sentence):
    with pytest.raises(DocumentError, match=sentence):
        from_markdown(text)


def test_a_one_cell_table_and_code_become_paragraphs():
    page = from_markdown("| Framed |\n|---|\n\n    code\n")
    assert page.parts == [DocumentText("<p>Framed</p><p>code</p>")]


BLOCKS = """# Fees

Before.

::: fees
::: question How long is a session?
About **50** minutes.

- As a rule
:::
::: warning Before you stop
Ask a doctor.
:::
::: quote A book
Words.
:::
::: related /about/ /fees/
::: locations harley-street
::: button private

After. ::: fees in a sentence stays one.
"""


def test_other_blocks_stand_between_the_texts():
    assert from_markdown(BLOCKS).parts == [
        DocumentText("<p>Before.</p>"),
        DocumentBlock("fees", ""),
        DocumentBlock(
            "question",
            "How long is a session?",
            "<p>About <strong>50</strong> minutes.</p><ul><li><p>As a rule</p></li></ul>",
        ),
        DocumentBlock("warning", "Before you stop", "<p>Ask a doctor.</p>"),
        DocumentBlock("quote", "A book", "<p>Words.</p>"),
        DocumentBlock("related", "/about/ /fees/"),
        DocumentBlock("locations", "harley-street"),
        DocumentBlock("button", "private"),
        DocumentText("<p>After. ::: fees in a sentence stays one.</p>"),
    ]


def test_a_block_that_is_never_closed_is_plain_text():
    parts = from_markdown("# A\n\n::: question Why?\n\nBecause.\n").parts
    assert parts == [DocumentText("<p>::: question Why?</p><p>Because.</p>")]


def test_html_in_markdown_never_makes_the_text_much_longer():
    tags = "".join(f"<b x={number}>" for number in range(2_000))
    page = from_markdown(f"<p>{tags}</p>{'<p>x' * 2_000}")
    assert page.parts == [DocumentText("<p>x</p>" * 2_000)]
