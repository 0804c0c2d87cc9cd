"""Build sources to check, and the context of the site that the checks get."""

from pages.checks import CheckContext, check
from practice.facts import Facts
from practice.models import Fee, Location, Practice

FACTS = Facts(
    practice=Practice(name="Addiction Therapist London", phone="020 7946 0018"),
    locations=(Location(pk=1, name="Harley Street"),),
    support_lines=(),
    fees=(Fee(pk=3, name="Private session", minutes=50, pence=9000),),
)
CONTEXT = CheckContext(
    public_pages={7},
    existing_pages={7, 8},
    pictures={7},
    paths={"/", "/about/", "/former/"},
    facts=FACTS,
    site_url="https://practice.example",
    path="/ketamine/",
)

UID = "00000000-0000-4000-8000-00000000000{}"
PICTURE = {
    "type": "picture", "picture": 7, "key": "a" * 32, "width": 1600, "height": 900, "alt": "A blue door",
    "decorative": False, "caption": "", "crop": "none", "focus": [50, 50],
}  # fmt: skip


def page(*blocks, **fields):
    description = "What ketamine addiction can look like, and how we might work together."
    numbered = [{"uid": UID.format(number), **block} for number, block in enumerate(blocks, start=1)]
    return {"schema": 1, "title": "Ketamine", "description": description, "blocks": numbered, **fields}


def text(html):
    return {"type": "rich_text", "html": html}


def findings(*blocks, context=CONTEXT, **fields):
    """Return the rule and the quote of each finding."""
    return [(finding.rule, finding.quote) for finding in check(page(*blocks, **fields), context)]


def rules(*blocks, **fields):
    return [rule for rule, _ in findings(*blocks, **fields)]
