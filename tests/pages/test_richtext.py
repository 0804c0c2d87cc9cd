import re

import nh3
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pages import richtext
from tests.effort import assert_below


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>One <b>two</b> <i>three</i></p>", "<p>One <strong>two</strong> <em>three</em></p>"),
        ("<h1>Top</h1><h2>A</h2><h3>B</h3><h4>C</h4>", "<h2>Top</h2><h2>A</h2><h3>B</h3><h3>C</h3>"),
        ("<h5>D</h5><h6>E</h6>", "<h3>D</h3><h3>E</h3>"),
        ("<ul><li><p>x</p></li></ul>", "<ul><li><p>x</p></li></ul>"),
        ("<blockquote><p>a<br>b</p></blockquote>", "<blockquote><p>a<br>b</p></blockquote>"),
        ('<p class="x" id="y" style="color:red" onclick="z()">t</p>', "<p>t</p>"),
        ('<h1 onmouseover="z()">t</h1>', "<h2>t</h2>"),
        ("<p>a</p><script>steal()</script>", "<p>a</p>"),
        ("<p>a</p><style>p{}</style>", "<p>a</p>"),
        ("<svg><script>x()</script><a href='javascript:y()'>z</a></svg><p>a</p>", "<p>a</p>"),
        ("<svg></p><style><img src=x onerror=y()></style></svg><p>a</p>", "<p></p><p>a</p>"),
        ("<math><mi><mglyph><style><img src=x onerror=y()>", ""),
        ("<p><img src=x onerror=y()>a</p>", "<p>a</p>"),
        ("<iframe srcdoc='<script>x()</script>'></iframe><p>a</p>", "<p>a</p>"),
        ("<p>a<!-- b --></p>", "<p>a</p>"),
        ("<p>a &lt;script&gt;</p>", "<p>a &lt;script&gt;</p>"),
        ("<p>do not end with another <strong>bold", "<p>do not end with another <strong>bold</strong></p>"),
        ("<p></p>", ""),
        ("<p> <br></p>", ""),
        ("<ul>\n <li>one\n<ul><li>two</li></ul></li></ul>", "<ul><li><p>one</p><ul><li><p>two</p></li></ul></li></ul>"),
        ("<p>a</p>\n\n<p>b \t\n c\u2003d</p>", "<p>a</p><p>b c\u2003d</p>"),
        ("<h2><div>a<h3>b</h3></div></h2>", "<h2>a</h2><h3>b</h3>"),
    ],
)
def test_only_listed_elements_stay(html, expected):
    assert richtext.sanitise(html) == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (
            "<table><thead><tr><th>Fee</th></tr></thead><tbody><tr><td>£90</td></tr></tbody></table>",
            "<table><tbody><tr><th><p>Fee</p></th></tr><tr><td><p>£90</p></td></tr></tbody></table>",
        ),
        (
            '<table border="1"><caption>Fees</caption><colgroup><col width="9"></colgroup>'
            '<tr><td colspan="2" style="x">a <b>b</b></td><td></td></tr></table>',
            "<table><tbody><tr><td><p>a <strong>b</strong></p></td><td><p></p></td></tr></tbody></table>",
        ),
        (
            "<table><tr><td><p>a</p><ul><li><p>b</p></li></ul></td></tr><tr></tr></table>",
            "<table><tbody><tr><td><p>a</p><ul><li><p>b</p></li></ul></td></tr></tbody></table>",
        ),
        ("<p>a</p><table>\n<tbody> <tr></tr></tbody></table>", "<p>a</p>"),
        ("<table><tr><td></td></tr></table>", ""),
    ],
)
def test_tables_are_spelt_as_the_editor_writes_them(html, expected):
    assert richtext.sanitise(html) == expected


@pytest.mark.parametrize(
    "href",
    [
        "https://www.nhs.uk/conditions/?a=1",
        "mailto:someone@example.org",
        "tel:+442079460000",
        "page:7",
        "fact:phone",
        "fact:registration",
        "fact:fee-3",
        "fact:length-999999999",
        "/",
        "/addictions/ketamine/",
    ],
)
def test_a_safe_url_is_kept(href):
    assert richtext.sanitise(f'<p><a href="{href}">t</a></p>') == f'<p><a href="{href}">t</a></p>'


@pytest.mark.parametrize(
    "href",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        "java\nscript:alert(1)",
        "java&#x09;script:alert(1)",
        "&#106;avascript:alert(1)",
        "\x01javascript:alert(1)",
        "vbscript:x",
        "data:text/html,<script>x()</script>",
        "http://example.org/",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example/",
        "/\t/evil.example/",
        "https:evil.example",
        "https://evil.example/\n",
        "page:seven",
        "page:12345678901234567890",
        "fact:fee",
        "fact:fee-",
        "fact:fee-3-4",
        "fact:name",
        "fact:length-1234567890",
        "relative/path",
        "#fragment",
        "",
    ],
)
def test_a_link_with_an_unsafe_url_is_unwrapped(href):
    assert richtext.sanitise(f'<p>a <a href="{href}">t</a> b</p>') == "<p>a t b</p>"


def test_a_link_keeps_only_its_address():
    html = '<a href="https://nhs.uk/" target="_blank" rel="opener" title="x" class="y">t</a>'
    assert richtext.sanitise(html) == '<a href="https://nhs.uk/">t</a>'


TAGS = sorted({*set.union(*richtext.ELEMENTS.values()), *richtext._EQUIVALENTS, "caption", "div", "span"})
PIECES = [
    *(f"<{slash}{tag}>" for tag in TAGS for slash in ("", "/")),
    *('<a href="page:1">', '<a href="fact:phone">', '<a href="x">', "</a>"),
    *("x", "é", " ", "  ", "\n", "&nbsp;", "&amp;", "<", "\u2003", "<script>", "<!--"),
]


@settings(derandomize=True, max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
@example('<h1><a href="x"><h2>a</h2></a></h1><div>b <b>c</b></div><a href="/x/?a=1&b=\'2\'">d</a><ul><li>e')
@example("<table> </table><li></h3><table><li><span></ul>&amp;")
@example('<a href="x">a<table><tr><td><a href="page:1">b</a></td></tr></table>c</a>')
def test_sanitising_is_idempotent(html):
    idempotency_key = richtext.sanitise(html)
    assert richtext.sanitise(idempotency_key) == idempotency_key


BARE = nh3.Cleaner(tags=set(), clean_content_tags={"script", "caption"})


@settings(derandomize=True, max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=24).map("".join))
@example("<ul><li>x" * 60)
@example("<b>x" * 60 + "</b>é" * 60)
@example("<p>x é <!-- --!>x<!-->x</ p>x<a b='>'>x<p title=x's>x<svg><span>x")
def test_no_word_is_lost(html):
    words = richtext.to_text(richtext.sanitise(html))
    cleaned = BARE.clean(html)
    assert [words.count(letter) for letter in "xé"] == [cleaned.count(letter) for letter in "xé"]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<h4>a</h6>b", "<h3>a</h3>b"),
        ("<ul><h2>a</ul>b", "<ul><h2>a</h2></ul>b"),
        ("<div><table><tr><td></div>a", "<table><tbody><tr><td><p>a</p></td></tr></tbody></table>"),
        (
            "<b><table><tr><td><b>a</td></table>b",
            "<strong><table><tbody><tr><td><p><strong>a</strong></p></td></tr></tbody></table>b</strong>",
        ),
        ("<script><b></script><p>a</p><style>x", "<p>a</p>"),
        ("<!--><p>a</p><!-- b --!>c<!d>e", "<p>a</p>ce"),
        ("a < b <<span>i>c", "a &lt; b &lt;i&gt;c"),
        ("<a HREF = /x/ title='href=/y/'>a</a>", '<a href="/x/">a</a>'),
        (f'<a href="/{"x" * 2_000}">a</a>', "a"),
    ],
)
def test_unclosed_elements_are_repaired(html, expected):
    assert richtext.sanitise(html) == expected


@pytest.mark.parametrize(("levels", "lists"), [(49, 49), (60, 0), (15_000, 0), (60_000, 0)])
def test_html_nested_too_deeply_becomes_plain_paragraphs(levels, lists):
    sanitised = richtext.sanitise("<ul><li>x" * levels + "</ul>" * levels + "<p>y</p>")
    assert (sanitised.count("<ul>"), sanitised.count("x"), sanitised[-8:]) == (lists, levels, "<p>y</p>")
    assert richtext.sanitise(sanitised) == sanitised


@pytest.mark.parametrize(
    "text",
    [
        f"<p>{''.join(f'<b x={number}>' for number in range(2_000))}</p>{'<p>x' * 2_000}",
        f'<a href="/{"y" * 1_900}">{"<p>x" * 20_000}',
        "<p><b><i>x" * 10_000,
    ],
)
def test_sanitising_never_makes_a_text_much_longer(text):
    assert len(richtext.sanitise(text)) < 4 * len(text)


@pytest.mark.parametrize(
    "text", ["<p>x <b>&amp;</b></p><ul><li>y" * 40_000, "<p>x <b>&amp;</b></p><ul><li>y" + "&" * 100_000]
)
def test_a_text_beyond_the_limits_becomes_plain_paragraphs(text):
    sanitised = richtext.sanitise(text)
    assert sanitised[:18] == "<p>x &amp;</p><p>y"
    assert (sanitised.count("x"), sanitised.count("<ul>")) == (text.count("x"), 0)
    assert richtext.sanitise(sanitised) == sanitised


HOSTILE = (
    "<p>x < é<script>z</script><!-- z --!>x<!-->x</ p>x<a b='>'>x<?z>x<svg onload=z()></svg>é"
    "<a href=javascript:z()>x</a>"
)


@pytest.mark.parametrize("html", ["<p><b>x é" * 20_000, "<ul><li>x é" * 60, HOSTILE * 4_000, "<b>é" * 300 + HOSTILE])
def test_a_text_beyond_the_limits_keeps_every_word_and_says_that_its_formatting_is_lost(html):
    sanitised = richtext.sanitise(html)

    assert richtext.loses_formatting(html)
    assert [sanitised.count(letter) for letter in "xé"] == [html.count(letter) for letter in "xé"]
    assert set(re.findall("<[^>]*>", sanitised)) == {"<p>", "</p>"}
    assert "z" not in sanitised


@pytest.mark.parametrize(
    "html", ["", "<p>x", "<p>x</p>" * 20_000, "<h2>x</h2>", "<b></b>", "<a href='x'>y</a>", HOSTILE]
)
def test_no_formatting_is_lost_within_the_limits_or_where_there_was_none(html):
    assert not richtext.loses_formatting(html)


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "\n",
            "<p>",
            "<li>",
            "<h2>",
            '<a href="x">',
            "<table><tr><td>x",
            "<li><b>",
            "<ul><li>x",
            "<p><b><i>x",
            "<h2><b>",
        ),
        *("<div>", "<!--", "</", "<a b='", "<script>", "<svg>", "<object></div>", "<a href=/x><p>", "<", "<b></p>"),
    ],
)
def test_four_times_the_text_takes_about_four_times_the_work(piece):
    """Sanitising two megabytes of anything must not block the site."""
    short, long = (piece * (length // len(piece)) for length in (100_000, 400_000))
    assert_below(10, lambda: afresh(long), lambda: afresh(short))  # it would be 16 times, if squared


def afresh(html):
    richtext.sanitise.cache_clear()
    return richtext.sanitise(html)


def test_every_extension_of_the_editor_has_its_elements():
    assert {name for name, is_on in richtext.EXTENSIONS.items() if is_on} == set(richtext.ELEMENTS)


def test_text_has_a_line_for_each_block():
    html = "<h2>Signs</h2><ul><li><p>One &amp; two</p></li><li><p>Three</p></li></ul><p>a<br>b</p>"
    assert richtext.to_text(html) == "Signs\nOne & two\nThree\na\nb"


def test_text_has_a_line_for_each_row_of_a_table():
    cells = "<tr><th><p>Session</p></th><th><p>Fee</p></th></tr><tr><td><p>One</p></td><td><p>£90</p></td></tr>"
    html = f"<p>Fees</p><table><tbody>{cells}</tbody></table><p>End</p>"
    assert richtext.to_text(html) == "Fees\nSession Fee\nOne £90\nEnd"


def test_facts_are_found_by_name():
    html = '<p><a href="fact:fee-3">£90</a>, <a href="fact:phone">020</a>, <a href="page:3">x</a> fact:fee-4</p>'
    assert richtext.facts_in(html) == {"fee-3", "phone"}


def test_paths_become_references_with_or_without_the_last_slash():
    html = '<p><a href="/a/">1</a> <a href="/a">2</a> <a href="/b/">3</a> <a href="/a/?x=1">4</a></p>'
    assert richtext.refer_to_pages(html, {"/a/": 7}) == (
        '<p><a href="page:7">1</a> <a href="page:7">2</a> <a href="/b/">3</a> <a href="/a/?x=1">4</a></p>'
    )
