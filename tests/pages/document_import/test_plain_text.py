import re
from html import unescape

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pages.document_import import DocumentError, read_text
from tests.pages.word_files import as_html

UNTIL = "\n\nAnd that is all there is to say."
END = "<p>And that is all there is to say.</p>"


def shaped(text):
    """Return the HTML of a text that continues after the tested part."""
    html = as_html(read_text(f"It begins here.\n\n{text}{UNTIL}"))
    return html.removeprefix("<p>It begins here.</p>\n").removesuffix(END).strip()


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("How I work\n\nGently.", "<h2>How I work</h2>\n<p>Gently.</p>"),
        ("What happens first?\n\nWe talk.", "<h2>What happens first?</h2>\n<p>We talk.</p>"),
        ("HOW I WORK\nGently.", "<h2>HOW I WORK</h2>\n<p>Gently.</p>"),
        ("How I work.\n----\nGently.", "<h2>How I work.</h2>\n<p>Gently.</p>"),
        (
            "How I work\n===\nGently.\n\nFees\n---\n£1.\n\nWhere\n===\nHere.",
            "<h2>How I work</h2>\n<p>Gently.</p>\n<h3>Fees</h3>\n<p>£1.</p>\n<h2>Where</h2>\n<p>Here.</p>",
        ),
        ("FEES\n\nHere.\n\nThe first\n\nFree.", "<h2>FEES</h2>\n<p>Here.</p>\n<h3>The first</h3>\n<p>Free.</p>"),
        ("## How I work\nGently.\n### Fees ##\n£1.", "<h2>How I work</h2>\n<p>Gently.</p>\n<h3>Fees</h3>\n<p>£1.</p>"),
        ("1. Fees\n\nHere.\n\n2. Where\n\nThere.", "<h2>1. Fees</h2>\n<p>Here.</p>\n<h2>2. Where</h2>\n<p>There.</p>"),
        ("1. Fees\n\n1.1 Online\n\nHere.", "<h2>1. Fees</h2>\n<h3>1.1 Online</h3>\n<p>Here.</p>"),
        ("Where I work\n" + "word " * 30, f"<h2>Where I work</h2>\n<p>{('word ' * 30).strip()}</p>"),
    ],
)
def test_headings_are_recognised_by_their_shape(text, html):
    assert shaped(text) == html


@pytest.mark.parametrize(
    "text",
    [
        "It ends with a full stop.",
        "Dear Anna,",
        "me@example.org",
        "020 7946 0000",
        "and not a beginning",
        "This line is far too long to be the heading of anything that a visitor would read",
        "MANY WORDS IN CAPITALS, ENDING AS A SENTENCE DOES.",
    ],
)
def test_other_short_lines_are_text(text):
    assert re.sub("<a [^>]*>|</a>", "", shaped(text)) == f"<p>{text}</p>"


def test_short_lines_after_one_another_are_no_headings():
    assert as_html(read_text("It begins.\n\nKind regards\n\nAnna Smith\n\nLondon")) == (
        "<p>It begins.</p>\n<p>Kind regards</p>\n<p>Anna Smith</p>\n<p>London</p>"
    )


def test_the_first_heading_is_the_title():
    document = read_text("About me\n\nI am Anna.\n\nWhere I work\n\nIn London.")
    assert document.title == "About me"
    assert as_html(document) == "<p>I am Anna.</p>\n<h2>Where I work</h2>\n<p>In London.</p>"


def test_without_a_heading_the_first_words_become_the_title_too():
    document = read_text("I work with people who drink more than they would like, and with those close to them.")
    assert document.title == "I work with people who drink more than they would like, and"
    assert as_html(document).startswith("<p>I work with people who drink")


@pytest.mark.parametrize("mark", ["•", "·", "–", "-", "*", "•\t", "\uf0b7\t", "▪", "✓"])
def test_bullets_are_lists(mark):
    assert shaped(f"I help with:\n{mark} one\n{mark} two\nLike that.") == (
        "<p>I help with:</p>\n<ul><li><p>one</p></li><li><p>two</p></li></ul><p>Like that.</p>"
    )


@pytest.mark.parametrize(
    "marks", ["1. 2.", "1) 2)", "(1) (2)", "a) b)", "a. b.", "i. ii.", "i) ii)", "A) B)", "(A) (B)", "I. II."]
)
def test_consecutive_numbers_and_letters_are_numbered_lists(marks):
    first, second = marks.split()
    assert shaped(f"{first} One\n{second} Two") == "<ol><li><p>One</p></li><li><p>Two</p></li></ol>"
    assert shaped(f"{first} One\n\n{second} Two") == "<ol><li><p>One</p></li><li><p>Two</p></li></ol>"


@pytest.mark.parametrize("text", ["12. November it was.", "2. Two is not one.", "1. Alone is no list.", "e. g. this."])
def test_numbers_out_of_sequence_are_text(text):
    assert shaped(text) == f"<p>{text}</p>"


@pytest.mark.parametrize(
    "text",
    [
        "- one\n  - deep\n    - deeper\n- two",
        "- one\n\t- deep\n\t\t- deeper\n- two",
        "• one\no\tdeep\n▪\tdeeper\n• two",
        "•\tone\no\tdeep\n\uf0a7\tdeeper\n•\ttwo",
        "* one\n\n   * deep\n\n      * deeper\n\n* two",
    ],
)
def test_lists_are_nested_by_indent_or_by_the_marks_of_word(text):
    assert shaped(text) == (
        "<ul><li><p>one</p>\n<ul><li><p>deep</p>\n<ul><li><p>deeper</p></li></ul></li></ul></li>"
        "<li><p>two</p></li></ul>"
    )


def test_list_types_can_be_nested():
    assert shaped("1. one\n   a) deep\n   b) down\n2. two\n- x\n- y\n3. three") == (
        "<ol><li><p>one</p>\n<ol><li><p>deep</p></li><li><p>down</p></li></ol></li>"
        "<li><p>two</p>\n<ul><li><p>x</p></li><li><p>y</p></li></ul></li><li><p>three</p></li></ol>"
    )


def test_another_list_type_after_an_empty_line_starts_a_new_list():
    assert shaped("• one\n• two\n\n1. three\n2. four") == (
        "<ul><li><p>one</p></li><li><p>two</p></li></ul><ol><li><p>three</p></li><li><p>four</p></li></ol>"
    )


def test_list_items_continue_over_lines_and_paragraphs():
    assert shaped("- one\n  goes on\n\n  and on.\n- two") == (
        "<ul><li><p>one<br>goes on</p>\n<p>and on.</p></li><li><p>two</p></li></ul>"
    )


def test_lines_that_were_wrapped_are_joined():
    assert shaped(
        "I work with people who drink more than they would like to, self-\n"
        "employed or not, and with those who are close to them, in London\n"
        "– and online – from Monday to Friday."
    ) == (
        "<p>I work with people who drink more than they would like to, self-employed or not, and with those "
        "who are close to them, in London – and online – from Monday to Friday.</p>"
    )


def test_intended_line_ends_are_kept():
    assert shaped("1 Harley Street\nLondon W1G 9QD") == "<p>1 Harley Street<br>London W1G 9QD</p>"
    assert shaped("I am here.\nYou are there.") == "<p>I am here.</p>\n<p>You are there.</p>"
    long = "word " * 30 + "end"
    assert shaped(f"{long}\n{long}") == f"<p>{long}</p>\n<p>{long}</p>"


def test_urls_become_links_without_trailing_punctuation():
    assert shaped("Write to me@example.org, or see https://nhs.uk/a_(b)?x=1&y=2 (or https://nhs.uk/).") == (
        '<p>Write to <a href="mailto:me@example.org">me@example.org</a>, or see '
        '<a href="https://nhs.uk/a_(b)?x=1&amp;y=2">https://nhs.uk/a_(b)?x=1&amp;y=2</a> '
        '(or <a href="https://nhs.uk/">https://nhs.uk/</a>).</p>'
    )
    assert shaped("http://example.org and javascript:x stay text.") == (
        "<p>http://example.org and javascript:x stay text.</p>"
    )


def test_markup_in_a_text_is_text():
    assert shaped("<b>Hello</b> &amp; <script>x()</script>.") == (
        "<p>&lt;b&gt;Hello&lt;/b&gt; &amp;amp; &lt;script&gt;x()&lt;/script&gt;.</p>"
    )


@pytest.mark.parametrize("line_end", ["\r\n", "\r", "\u2028", "\x0b"])
def test_lines_may_end_in_any_way(line_end):
    assert shaped(f"- one{line_end}- two") == "<ul><li><p>one</p></li><li><p>two</p></li></ul>"


def test_rules_between_parts_are_dropped():
    assert shaped("One.\n\n* * *\n\nTwo.\n\n_____") == "<p>One.</p>\n<p>Two.</p>"


WORDS = st.text(st.characters(codec="utf-8"), max_size=12)
MARKS = st.sampled_from(
    [
        "",
        "",
        "- ",
        "• ",
        "o\t",
        "o ",
        "1. ",
        "2. ",
        "3) ",
        "a. ",
        "b. ",
        "i. ",
        "ii. ",
        "1.1 ",
        "# ",
        "====",
        "----",
        "A ",
    ]
)
LINES = st.builds("".join, st.tuples(st.sampled_from(["", "", "  ", "\t", "      "]), MARKS, WORDS))


@settings(derandomize=True, deadline=None, max_examples=400)
@given(st.one_of(st.text(), st.lists(LINES, max_size=14).map("\n".join)))
@example("1. a\n\n\n    1. b\n  1. c\n1. d")
@example("o a\n- b\no c\no\td")
@example("i. a\nii. b\nh. c\ni. d")
@example("a. x\nb. y\n1. z\n2. w\nc. v")
def test_no_letter_and_no_digit_is_ever_lost(text):
    try:
        document = read_text(text)
    except DocumentError:
        assert not letters(text)
        return
    body = "".join(part.html for part in document.parts)
    typed, title = letters(text), letters(document.title)
    places = [place for place in range(len(typed)) if title and typed.startswith(title, place)]
    without_title = [typed[:place] + typed[place + len(title) :] for place in places]
    assert any(is_whole(rest, body) for rest in [typed, *without_title])


def letters(text):
    return "".join(letter for letter in text if letter.isalnum())


def is_whole(typed, html):
    """Return whether the page has all that was typed. A list has its own numbers, and an “o” may have been a bullet."""
    lists, places = [], {0}  # the ends of the matched text, for every reading of its lists
    for tag, start, words in re.findall(r'<(/?\w+)(?: start="([0-9]+)")?[^>]*>|([^<]+)', html):
        if tag in ("ul", "ol"):
            lists.append([tag, int(start or 1) - 1])
        elif tag in ("/ul", "/ol"):
            lists.pop()
        elif tag == "li":
            lists[-1][1] += 1
            places = {
                place + len(mark) for mark in marks(*lists[-1]) for place in places if typed.startswith(mark, place)
            }
        written = letters(unescape(words))
        places = {place + len(written) for place in places if typed.startswith(written, place)}
    return len(typed) in places


def marks(kind, number):
    if kind == "ul":
        return ["", "o"]
    roman = ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"]
    return [str(number), *roman[number - 1 : number], chr(ord("a") + number - 1)] if number else ["0"]
