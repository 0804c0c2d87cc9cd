import pytest

from pages.checks import check
from pages.checks.wording import reading_age, syllables
from tests.pages.checks.builders import CONTEXT, page, rules, text


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
def test_titles_and_descriptions_fit_search_results(fields, expected):
    assert [(finding.rule, finding.place) for finding in check(page(**fields), CONTEXT)] == expected


def test_long_paragraphs_and_sentences_are_reported():
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
