"""Check a page before it is published.

`check(source, context)` takes the JSON of a draft (`pages.page_source`) and a `CheckContext`, which holds what the site
knows: its pages, pictures and paths, and the facts about the practice. It returns a list of `Finding`s. It reads no
database and no clock, and changes nothing.

    findings = check(to_source(page), check_context(page))

A finding names its rule, says in words for the therapist what was found and why it matters, quotes the passage, and
gives the place: the uid of a block, the name of a field, or nothing for the whole page. Its level says what follows:

- "stops": the page cannot be published, because a visitor would meet something broken;
- "warns": the therapist rewords it, or notes why it may stay. The note is stored under the finding's key, which
  changes when the sentence does;
- "offers": a figure that is right today could become a live fact.

What is checked, one module each:

- structure: headings, lists, pictures, links, and blocks that hold too little;
- claims: phrases that advertising rules make risky, from claims.toml, which also explains how to add a rule;
- facts: fees, lengths, telephone and registration numbers against those of the practice;
- wording: length of paragraphs and sentences, reading age, and what a search result shows.

Limits: the checks know patterns and not meaning, and English only. They miss claims that are put in an unusual way, and
warn of some that are harmless, so a claim never stops a page. A source of any shape can be checked, in time that grows
linearly with its length.

The reading age is the Flesch-Kincaid grade with our own count of syllables. textstat was tried for it and left: it
brings three packages for that count.
"""

from pages.checks.claims import check_claims
from pages.checks.findings import LEVELS, CheckContext, Finding
from pages.checks.passages import passages
from pages.checks.structure import check_structure
from pages.checks.typed_facts import check_facts
from pages.checks.wording import check_wording
from pages.page_source import Source

__all__ = ["CheckContext", "Finding", "check"]


def check(source: Source, context: CheckContext) -> list[Finding]:
    """Return each finding once, those that stop the page first and mere offers last."""
    text = list(passages(source))
    findings = [
        *check_structure(source, context),
        *check_claims(text),
        *check_facts(text, context),
        *check_wording(source, text, context),
    ]
    unique = {finding.key: finding for finding in findings}
    return sorted(unique.values(), key=lambda finding: LEVELS.index(finding.level))
