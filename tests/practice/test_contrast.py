"""WCAG 2.2, 1.4.3 and 1.4.11, for every pair of colours that the stylesheets put on one another."""

import re
from pathlib import Path

import pytest

TOKENS = (Path(__file__).resolve().parents[2] / "static/css/tokens.css").read_text()
LIGHT, DARK = (
    dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", part))
    for part in TOKENS.split("@media (prefers-color-scheme: dark)")
)
GROUNDS = ["paper", "raised", "shade"]
PAIRS = [
    *((text, ground, 4.5) for text in ("ink", "ink-soft", "action", "alarm", "action-strong") for ground in GROUNDS),
    ("on-action", "action", 4.5),
    ("on-action", "action-strong", 4.5),
    ("on-action", "alarm", 4.5),
    *((edge, ground, 3) for edge in ("edge", "brass", "focus") for ground in GROUNDS),
]


def luminance(colour):
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(colour, ground):
    light, dark = sorted((luminance(colour), luminance(ground)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("colour", "ground", "least"), PAIRS)
def test_colours_on_one_another_are_told_apart(scheme, colour, ground, least):
    assert contrast(scheme[colour], scheme[ground]) >= least


def test_every_colour_has_a_dark_twin():
    assert LIGHT.keys() == DARK.keys()
