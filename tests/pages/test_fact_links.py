import pytest

from pages.fact_links import replace_with_fact


@pytest.mark.parametrize(
    ("html", "words", "result"),
    [
        ("<p>It is £90 or £90.</p>", "£90", '<p>It is <a href="fact:fee-3">£95</a> or £90.</p>'),
        (
            "<p>£900, £90.50, then <em>£90</em>.</p>",
            "£90",
            '<p>£900, £90.50, then <em><a href="fact:fee-3">£95</a></em>.</p>',
        ),
        (
            '<p><a href="/£90/">£90</a> and £90</p>',
            "£90",
            '<p><a href="/£90/">£90</a> and <a href="fact:fee-3">£95</a></p>',
        ),
        ("<p>50&nbsp;minutes</p>", "50 minutes", '<p><a href="fact:fee-3">£95</a></p>'),
        ("<p>A &amp; B</p>", "A & B", '<p><a href="fact:fee-3">£95</a></p>'),
        ("<p>50 <em>minutes</em></p>", "50 minutes", "<p>50 <em>minutes</em></p>"),
        ("<p>p</p>", "p", '<p><a href="fact:fee-3">£95</a></p>'),
        ("<p>text</p>", "", "<p>text</p>"),
    ],
)
def test_the_first_occurrence_outside_a_link_becomes_a_fact(html, words, result):
    assert replace_with_fact(html, words, "fee-3", "£95") == result
