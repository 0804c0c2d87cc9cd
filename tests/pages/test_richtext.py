import pytest

from pages import richtext


@pytest.mark.parametrize(
    ("given", "kept"),
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
        ("<p>never closed <strong>bold", "<p>never closed <strong>bold</strong></p>"),
        ("<p></p>", ""),
        ("<p> <br></p>", ""),
    ],
)
def test_only_listed_elements_stay(given, kept):
    assert richtext.sanitise(given) == kept


@pytest.mark.parametrize(
    "href",
    [
        "https://www.nhs.uk/conditions/?a=1",
        "mailto:someone@example.org",
        "tel:+442079460000",
        "page:7",
        "/",
        "/addictions/ketamine/",
    ],
)
def test_an_address_that_leads_somewhere_safe_stays(href):
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
        "relative/path",
        "#fragment",
        "",
    ],
)
def test_an_address_that_may_lead_elsewhere_is_unwrapped(href):
    assert richtext.sanitise(f'<p>a <a href="{href}">t</a> b</p>') == "<p>a t b</p>"


def test_a_link_keeps_nothing_but_its_address():
    given = '<a href="https://nhs.uk/" target="_blank" rel="opener" title="x" class="y">t</a>'
    assert richtext.sanitise(given) == '<a href="https://nhs.uk/">t</a>'


def test_sanitising_twice_changes_nothing_more():
    given = "<h1>a</h1><div>b <b>c</b></div><a href=\"/x/?a=1&b='2'\">d</a><ul><li>e"
    once = richtext.sanitise(given)
    assert richtext.sanitise(once) == once


def test_every_extension_of_the_editor_has_its_elements():
    assert {name for name, is_on in richtext.EXTENSIONS.items() if is_on} == set(richtext.ELEMENTS)


def test_text_has_a_line_for_each_block():
    html = "<h2>Signs</h2><ul><li><p>One &amp; two</p></li><li><p>Three</p></li></ul><p>a<br>b</p>"
    assert richtext.to_text(html) == "Signs\nOne & two\nThree\na\nb"


def test_paths_become_references_with_or_without_the_last_slash():
    html = '<p><a href="/a/">1</a> <a href="/a">2</a> <a href="/b/">3</a> <a href="/a/?x=1">4</a></p>'
    assert richtext.refer_to_pages(html, {"/a/": 7}) == (
        '<p><a href="page:7">1</a> <a href="page:7">2</a> <a href="/b/">3</a> <a href="/a/?x=1">4</a></p>'
    )
