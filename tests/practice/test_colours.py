"""Colours are written in tokens.css; code that cannot read a stylesheet has the same ones in practice/colours.py."""

import re
from pathlib import Path

import pytest

from practice import colours

ROOT = Path(__file__).resolve().parents[2]
STYLESHEETS = ROOT / "static/css"
LIGHT, DARK = (STYLESHEETS / "tokens.css").read_text().split("@media (prefers-color-scheme: dark)")
COLOUR = re.compile(r"#[0-9a-f]{3,8}\b|\b(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch|color)\(", re.IGNORECASE)
NAMED = re.compile(
    r":\s[^;{]*(?<![\w-])(?:white|black|red|green|blue|grey|gray|silver|yellow|orange|purple|navy|teal|maroon|olive|lime"
    r"|aqua|fuchsia|brown|pink|gold)(?![\w-])",
    re.IGNORECASE,
)


@pytest.mark.parametrize(
    ("constant", "token", "scheme"),
    [
        ("PAPER", "paper", LIGHT),
        ("INK", "ink", LIGHT),
        ("ACTION", "action", LIGHT),
        ("BRASS", "brass", LIGHT),
        ("DARK_PAPER", "paper", DARK),
    ],
)
def test_the_colours_of_the_code_are_those_of_the_stylesheets(constant, token, scheme):
    assert getattr(colours, constant) == re.search(rf"--{token}: (#[0-9a-f]{{6}});", scheme)[1]


@pytest.mark.parametrize("pattern", [COLOUR, NAMED])
def test_no_stylesheet_but_the_tokens_names_a_colour(pattern):
    names_by_sheet = {
        path.name: pattern.findall(re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL))
        for path in STYLESHEETS.glob("*.css")
    }
    assert [sheet for sheet, names in names_by_sheet.items() if names] == (["tokens.css"] if pattern is COLOUR else [])


def test_no_template_names_a_colour():
    templates = (ROOT / "templates").rglob("*.html")
    assert [path.name for path in templates if re.search(r"\"#[0-9a-f]{3,8}\"", path.read_text())] == []


def test_browsers_are_told_the_colour_of_the_paper_in_both_schemes(client, db):
    page = client.get("/consultation/").content.decode()
    assert re.findall(r'<meta name="theme-color" content="(.*?)" media="\(prefers-color-scheme: (.*?)\)">', page) == [
        (colours.PAPER, "light"),
        (colours.DARK_PAPER, "dark"),
    ]
