"""What is looked at before a page is published. No database: everything needed comes in as arguments."""

from pages.checking.claims import check_claims
from pages.checking.facts import check_facts, replace_with_fact
from pages.checking.findings import OFFERS, STOPS, WARNS, CheckContext, Finding
from pages.checking.passages import passages
from pages.checking.structure import check_structure
from pages.checking.wording import check_wording, reading_age, search_preview
from pages.source import Source

__all__ = [
    "OFFERS",
    "STOPS",
    "WARNS",
    "CheckContext",
    "Finding",
    "check",
    "reading_age",
    "replace_with_fact",
    "search_preview",
]


def check(source: Source, context: CheckContext) -> list[Finding]:
    """What stops comes first, what is only offered last; each finding once."""
    written = list(passages(source))
    found = [
        *check_structure(source, context),
        *check_claims(written),
        *check_facts(written, context),
        *check_wording(source, written, context),
    ]
    once = {one.key: one for one in found}
    return sorted(once.values(), key=lambda one: (STOPS, WARNS, OFFERS).index(one.level))
