import pytest

from pages.checks import CheckContext, check
from practice.facts import Facts
from practice.models import Fee, Practice, SupportLine

UID = "00000000-0000-4000-8000-000000000001"
DESCRIPTION = "What ketamine addiction can look like, and how we might work together."


def context(fees, **practice):
    lines = (SupportLine(name="Samaritans", number="116 123"), SupportLine(name="Samaritans", number="020 7946 0999"))
    facts = Facts(practice=Practice(name="Therapy", **practice), locations=(), support_lines=lines, fees=tuple(fees))
    return CheckContext(set(), set(), set(), set(), facts, "https://practice.example", "/")


ONE = [Fee(pk=3, name="Private session", minutes=50, pence=9000)]
TWO = [*ONE, Fee(pk=4, name="Couples consultation", minutes=80, pence=13000), Fee(pk=5, name="First talk", pence=0)]
FULL = context(TWO, phone="020 7946 0018", registration="AS012345")


def fact_findings(html, context=FULL):
    source = {
        "schema": 1,
        "title": "A",
        "description": DESCRIPTION,
        "blocks": [{"type": "rich_text", "uid": UID, "html": html}],
    }
    return [finding for finding in check(source, context) if finding.rule.startswith("fact-")]


def findings(words, context=FULL):
    """Return the rule, level, quote and token of each finding in a paragraph."""
    return [
        (finding.rule, finding.level, finding.quote, (finding.suggestion or {}).get("token"))
        for finding in fact_findings(f"<p>{words}</p>", context)
    ]


@pytest.mark.parametrize(
    ("words", "quote", "level", "token"),
    [
        ("A private session costs £90.", "£90", "offers", "fee-3"),
        ("A private session costs £95.", "£95", "warns", "fee-3"),
        ("A private session costs £90.00.", "£90.00", "offers", "fee-3"),
        ("A private session costs £90.50.", "£90.50", "warns", "fee-3"),
        ("A private session costs £1,250.", "£1,250", "warns", "fee-3"),
        ("A private session costs 90 pounds.", "90 pounds", "offers", "fee-3"),
        ("A private session costs ninety pounds.", "ninety pounds", "offers", "fee-3"),
        ("Consultation for couples: £90", "£90", "offers", "fee-3"),
        ("Consultation for couples: £120", "£120", "warns", "fee-4"),
        ("My fee is £70.", "£70", "warns", None),
    ],
)
def test_a_fee_in_the_text_is_compared_with_the_fees(words, quote, level, token):
    assert findings(words) == [("fact-fee", level, quote, token)]


@pytest.mark.parametrize(
    "words",
    [
        "A gram costs £20.",
        "Some spend £20 a gram between one session and the next.",
        "It costs the NHS £3 million to offer such sessions.",
        "The session is free of charge.",
        'A session costs <a href="fact:fee-3">£95</a>.',
    ],
)
def test_other_amounts_are_ignored(words):
    assert findings(words) == []


@pytest.mark.parametrize(
    ("words", "quote", "level", "token"),
    [
        ("A private session lasts 50 minutes.", "50 minutes", "offers", "length-3"),
        ("A private session lasts 60 minutes.", "60 minutes", "warns", "length-3"),
        ("A private session lasts an hour.", "an hour", "warns", "length-3"),
        ("Fifty-minute private sessions.", "Fifty-minute", "offers", "length-3"),
        ("Private sessions of fifty minutes.", "fifty minutes", "offers", "length-3"),
        ("A couples consultation takes an hour and a half.", "an hour and a half", "warns", "length-4"),
    ],
)
def test_a_length_in_the_text_is_compared_with_the_lengths(words, quote, level, token):
    assert findings(words) == [("fact-length", level, quote, token)]


@pytest.mark.parametrize(
    "words",
    [
        "What could you do in the first 20 minutes after a session?",
        "The room for sessions is 20 minutes’ walk from Bond Street.",
        "If you are 20 minutes late, the session still ends on time.",
        "You can cancel a session within an hour.",
        "Hold on for 20 minutes: the craving will pass.",
    ],
)
def test_other_durations_are_ignored(words):
    assert findings(words) == []


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Call 020 7946 0018.", [("fact-phone", "offers", "020 7946 0018", "phone")]),
        ("Call +44 (0)20 7946 0018.", [("fact-phone", "offers", "+44 (0)20 7946 0018", "phone")]),
        ("Call 02079460019.", [("fact-phone", "warns", "02079460019", "phone")]),
        ("Call 07700 900123.", [("fact-phone", "warns", "07700 900123", "phone")]),
        ("Call 999, 111, 116 123 or 0300 123 6600.", []),
        ("Call the Samaritans on 020 7946 0999.", []),
        ("On 01/02/2026, at 10:30.", []),
    ],
)
def test_a_phone_number_is_compared_with_the_practice_s(words, expected):
    assert findings(words) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("HCPC registration AS012345.", [("fact-registration", "offers", "AS012345", "registration")]),
        ("HCPC registration AS012346.", [("fact-registration", "warns", "AS012346", "registration")]),
        ("Registered member, number 12345.", [("fact-registration", "warns", "12345", "registration")]),
        ("BACP (membership no 651324)", [("fact-registration", "warns", "651324", "registration")]),
        ("A member since 2015.", []),
        ("Registered with the ICO, number ZA123456.", []),
        ("Over 3609 adults.", []),
    ],
)
def test_a_registration_is_compared_with_the_practice_s(words, expected):
    assert findings(words) == expected


def test_nothing_is_compared_with_what_is_not_filled_in():
    assert findings("A session of an hour is £70. Call 020 7946 0000. HCPC AS012346.", context([])) == []


def test_a_sentence_says_what_the_practice_says():
    (finding,) = fact_findings("<p>A private session is £95.</p>")
    assert finding.message == "You wrote “£95”. Your practice says: Private session £90."
    assert finding.suggestion == {"token": "fee-3", "words": "£95"}
    assert finding.place == UID


def test_plain_text_fields_report_wrong_facts_only():
    def source(lead):
        return {"schema": 1, "title": "A", "lead": lead, "description": DESCRIPTION, "blocks": []}

    assert check(source("A private session is £90."), FULL) == []
    (finding,) = check(source("A private session is £95."), FULL)
    assert (finding.rule, finding.level, finding.place, finding.suggestion) == ("fact-fee", "warns", "lead", None)
    assert findings('<a href="tel:02079460018">020 7946 0018</a>') == []
