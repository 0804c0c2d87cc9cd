"""The claim rules against copy as it is really written.

The examples in claims.toml may be used to improve the rules. The two HELD_OUT lists were written before the rules, and
no rule is ever changed to fit them.
"""

import tomllib
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from pages import richtext
from pages.checks import claims
from pages.checks.claims import check_text
from tests.pages.checks.builders import PICTURE, findings, text
from tests.pages.checks.builders import rules as page_rules

PAGES = Path(claims.__file__).parents[1]
RULES = tomllib.loads((PAGES / "checks" / "claims.toml").read_text(encoding="utf-8"))["rules"]
FLAGGED = [(phrase, rule["id"]) for rule in RULES for phrase in rule["flagged"]]
HARMLESS = [phrase for rule in RULES for phrase in rule["harmless"]]


# As a rehab agency, a brochure, a hypnotherapist and a text generator write.
RISKY_HELD_OUT = [
    "Kick the habit forever with our unique approach.",
    "Nine out of ten people who see me never use again.",
    "The only therapy in London that truly beats ketamine addiction.",
    "Our award-winning team delivers unrivalled outcomes.",
    "Say goodbye to cravings in as little as two weeks.",
    "You will be cured of your dependency.",
    "A safe, effective and proven cure for alcoholism.",
    "Results are guaranteed or your money back.",
    "I promise you will never want cocaine again.",
    "Overcome addiction fast with rapid transformational therapy.",
    "Discover ketamine-assisted psychotherapy with our experts.",
    "IV ketamine infusions for depression and alcohol use disorder.",
    "Low-dose naltrexone prescribed online, delivered to your door.",
    "We supply Subutex and methadone in complete confidence.",
    "Disulfiram implants: ask us for a quote.",
    "“I owe my recovery to this wonderful therapist.” – J., Chelsea",
    "“After six sessions I was a new person,” says Mark, 42.",
    "Hear from people whose lives have been transformed.",
    "Five-star reviews from hundreds of grateful clients.",
    "Highest recovery rates of any private practice in England.",
    "Over 500 people have beaten addiction with my help.",
    "Three quarters of those I see stay clean for life.",
    "Unlike the NHS, our treatment actually works.",
    "The most experienced ketamine specialist in the country.",
    "An unparalleled level of expertise.",
    "Top-rated addiction counselling in Mayfair.",
    "Europe’s finest addiction practice.",
    "Eliminate your dependence on alcohol without effort.",
    "Stop using overnight, with no withdrawal symptoms.",
    "Effortless recovery, without side effects.",
    "Rewire your brain and become immune to relapse.",
    "A breakthrough therapy that reverses addiction.",
    "I will fix your addiction.",
    "Treatment that ends addiction, whatever its cause.",
    "Get sober and stay sober: it never fails.",
    "No need for detox or doctors: we treat withdrawal at home.",
    "Full recovery is certain if you follow the plan.",
    "Our evidence shows the programme prevents relapse.",
    "You will leave here free of addiction.",
    "Restores the ketamine bladder to full health.",
    "Get a diagnosis of addiction from me in one call.",
    "We successfully treat every kind of dependency.",
    "Life-changing results from the very first session.",
    "Trusted by celebrities and CEOs as the go-to therapist for addiction.",
]

HARMLESS_HELD_OUT = [
    "You can leave at any time, for good if you like, and owe me no explanation.",
    "If you were prescribed codeine, speak to your pharmacist first.",
    "It may be best to see a urologist first.",
    "The leading cause of bladder pain in young users is ketamine.",
    "Some clinics offer esketamine (Spravato) for depression; I do not.",
    "Nobody can tell you how long recovery takes.",
    "The first session is free of charge.",
    "I have nothing to sell you but my time.",
    "I do not offer medication of any kind.",
    "Recovery is not a straight line.",
    "Therapy is not a cure-all.",
    "Whether you have been diagnosed or not, you are welcome.",
    "A psychiatrist can give a diagnosis; I cannot.",
    "We can look at what happened before and after you used.",
    "The best way to reach me is the form.",
    "You can be free from the pressure to perform here.",
    "Ketamine is used as an anaesthetic in hospital treatment.",
    "Fast heartbeat, sweating and shaking can be signs of withdrawal.",
    "The most important thing is that you are safe tonight.",
    "I follow the ethical framework of my professional body.",
    "Testimonials are not shown here, because advertising rules forbid them.",
    "I make no claim to cure, and I keep no success rates.",
    "It is a lasting habit, learnt early.",
    "Relapse can happen to anyone.",
    "Some people stop on their own and never come back to it.",
    "A guarantee would be dishonest.",
    "Quick relief is what the drug promises.",
    "Instant messaging is not how I work.",
    "Methadone is not something I can provide.",
    "The NHS treats alcohol withdrawal in hospital when it is severe.",
]


def rules(phrase):
    return [finding.rule for finding in check_text(phrase)]


def starter_passages():
    """Return every paragraph, heading, list item and field of the starter pages."""
    for file in sorted((PAGES / "starter_pages").rglob("*.md")):
        _, head, body = file.read_text(encoding="utf-8").split("---\n", 2)
        yield from (line.partition(": ")[2] for line in head.splitlines() if line.partition(": ")[2])
        yield from richtext.to_text(richtext.sanitise(MarkdownIt().render(body))).split("\n")


@pytest.mark.parametrize(("phrase", "rule"), FLAGGED)
def test_a_flagged_example_is_found_by_its_rule(phrase, rule):
    assert rule in rules(phrase)


def test_at_least_95_percent_of_held_out_risky_phrases_are_found():
    missed = [phrase for phrase in RISKY_HELD_OUT if not rules(phrase)]
    assert len(missed) <= 0.05 * len(RISKY_HELD_OUT), missed


@pytest.mark.parametrize("phrase", HARMLESS)
def test_a_harmless_example_is_not_flagged(phrase):
    assert rules(phrase) == []


def test_few_held_out_harmless_phrases_are_flagged():
    alarms = [phrase for phrase in HARMLESS_HELD_OUT if rules(phrase)]
    assert len(alarms) <= 0.1 * len(HARMLESS_HELD_OUT), alarms


def test_the_starter_pages_have_no_findings():
    passages = list(starter_passages())
    assert len(passages) > 150
    assert {passage: rules(passage) for passage in passages if rules(passage)} == {}


def test_every_rule_has_examples_of_both_kinds():
    assert [rule["id"] for rule in RULES if not (rule["flagged"] and rule["harmless"])] == []


def test_the_held_out_lists_are_complete():
    assert (len(RISKY_HELD_OUT), len(HARMLESS_HELD_OUT)) == (44, 30)


@pytest.mark.parametrize(
    ("text", "quotes"),
    [
        ("I cannot promise a cure. We cure addiction.", ["cure"]),
        ("This is not a cure; it is a guarantee.", ["guarantee"]),
        ("Nobody can cure you, but I guarantee results.", ["guarantee"]),
        ("Why not be cured?", ["cured"]),
        ("We CURE, and cure, and cure.", ["CURE"]),
    ],
)
def test_a_denial_covers_its_clause_and_a_rule_reports_once_in_a_sentence(text, quotes):
    assert [
        finding.quote for finding in check_text(text) if finding.rule in ("claim-cure", "claim-guarantee")
    ] == quotes


def test_every_claim_rule_has_a_reason_and_a_source():
    (finding,) = check_text("Antabuse is available here.", place="a1")
    assert finding.message == "“Antabuse is available” reads as an offer of a prescription-only medicine."
    assert (
        finding.reason
        == "Naming such a medicine as something you offer is advertising it to the public, which the law forbids."
    )
    assert finding.source == (
        "Human Medicines Regulations 2012, regulation 284: Prescription only medicines",
        "https://www.legislation.gov.uk/uksi/2012/1916/part/14/chapter/2",
    )
    assert (finding.level, finding.place, finding.suggestion) == ("warns", "a1", None)


def test_matches_are_quoted_as_written():
    assert [finding.quote for finding in check_text("It’s the UK’s Leading\xa0Clinic")] == ["UK’s Leading"]


def test_a_dismissal_lasts_while_its_sentence_is_unchanged():
    def key(text):
        (finding,) = check_text(text, place="a1")
        return finding.key

    asked = key("I know a cure for hiccups.")
    assert key("New words before. I know a  cure for hiccups. And after.") == asked
    assert key("I know a cure for addiction.") != asked
    (elsewhere,) = check_text("I know a cure for hiccups.", place="b2")
    assert elsewhere.key != asked


def test_an_alt_text_makes_no_claims_either():
    assert findings({**PICTURE, "alt": "A door with the words “We cure”"}) == [("claim-cure", "cure")]


def test_clients_words_are_testimonials_in_every_block():
    praise = "I was lost, and these sessions helped."
    assert page_rules({"type": "quote", "text": praise, "source": ""}) == ["claim-testimonial"]
    assert page_rules({"type": "quote", "text": "Be kind.", "source": "J., London"}) == ["claim-testimonial"]
    assert page_rules(text(f"<blockquote><p>{praise}</p></blockquote>")) == ["claim-testimonial"]
