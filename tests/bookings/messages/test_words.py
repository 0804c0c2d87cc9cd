"""How placeholders are replaced, and which words are refused."""

import pytest

from bookings.messages.automatic_words import MessageWords, default_words, fill, problems
from bookings.messages.definitions import Audience, automatic_definitions
from bookings.messages.to_person import ACKNOWLEDGE, CHECK_IN, REPLY_DELAYED
from bookings.messages.to_therapist import DAILY_SUMMARY, TELL_THERAPIST
from practice.facts import practice_row

GOOD = "Come back here:\n{link}"


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("Hello {full}.", "Hello words."),
        ("Hello {empty}.", "Hello."),
        ("{empty} Hello.", "Hello."),
        ("One {empty} two", "One two"),
        ("One\n{empty}\n{full}", "One\nwords"),
        ("Above\n\nThe link:\n{empty}\n\nBelow", "Above\n\nBelow"),
        ("Above\n\n{empty}\n\n\n\nBelow", "Above\n\nBelow"),
        ("Above\n\nThe link: {empty}\n\nBelow", "Above\n\nThe link:\n\nBelow"),
        ("{braces} {{ full }} {% now %} {unknown}", "{full} {{ full }} {% now %} {unknown}"),
    ],
)
def test_placeholders_are_replaced_once_and_nothing_is_run(text, becomes):
    values = {"full": "words", "empty": "", "braces": "{full}"}

    assert fill(MessageWords("", text), values).body == f"{becomes}\n"


def test_a_value_cannot_bring_a_second_line_into_the_subject():
    assert fill(MessageWords("About {name}", "x"), {"name": "a\r\nBcc: b"}).subject == "About a Bcc: b"


@pytest.mark.parametrize(
    ("definition", "subject", "body", "sentences"),
    [
        (CHECK_IN, "", GOOD, ["Write the subject."]),
        (CHECK_IN, "A question", " ", ["Write the message.", "Put {link} back into the message."]),
        (CHECK_IN, "A" * 121, GOOD, ["Use 120 characters or fewer in the subject; it has 121."]),
        (CHECK_IN, "A question", GOOD + "a" * 5000, ["Use 5,000 characters or fewer in the message; it has 5,022."]),
        (CHECK_IN, "A\r\nBcc: me@example.org", GOOD, ["The subject must be a single line."]),
        (CHECK_IN, "A\u2028question", GOOD, ["The subject must be a single line."]),
        (
            CHECK_IN,
            "A question",
            f"Dear {{name}}, {GOOD}",
            ["{name} is not known here. The message can use {link}, {reference}."],
        ),
        (CHECK_IN, "For {link}", GOOD, ["{link} is not known here. The subject can use {reference}."]),
        (
            TELL_THERAPIST,
            "For {link}",
            GOOD,
            ["{link} is not known here. The subject can use {reference}."],
        ),
        (CHECK_IN, "A question", "Here: { link }", ["{ link } is not known here.", "Put {link} back"]),
        (CHECK_IN, "A question", f"{GOOD} {{link", ["There is a brace without its partner."]),
        (CHECK_IN, "A question", "Come back.", ["Put {link} back into the message. It becomes: Their own page"]),
        (DAILY_SUMMARY, "Today", "{waiting} {link}", ["Put {mail} back into the message. It becomes: Whether mail"]),
        (
            CHECK_IN,
            "Your Therapist",
            GOOD,
            ["Somebody else may read it, so the subject cannot say “Therapist”."],
        ),
        (ACKNOWLEDGE, "Hello", "Come back here: {link}", ["Give {link} a paragraph of its own"]),
        (REPLY_DELAYED, "Hello", "Ref {reference}, or here:\n{link}", ["Give {link} a paragraph of its own"]),
        (REPLY_DELAYED, "Hello", f"{GOOD}\n\nOr here: {{link}}", ["Give {link} a paragraph of its own"]),
        (ACKNOWLEDGE, "Hello", f"About addictions. {GOOD}", ["so the message cannot say “addictions”."]),
        (ACKNOWLEDGE, "Addiction Therapist London", GOOD, ["cannot say “Addiction Therapist London”."]),
        (TELL_THERAPIST, "Addiction mail", GOOD, ["so the subject cannot say “Addiction”."]),
        (TELL_THERAPIST, "About ZOË O’HARA", GOOD, ["The subject names somebody who has written to you"]),
        (CHECK_IN, "Hello", f"Zoë O’Hara, {GOOD}", ["The message names somebody who has written to you"]),
        (CHECK_IN, "Hello", f"zoe@example.org {GOOD}", ["The message names somebody who has written to you"]),
    ],
)
def test_words_that_are_refused_and_why(make_enquiry, definition, subject, body, sentences):
    make_enquiry()
    refusals = problems(definition, MessageWords(subject, body), practice_row())

    for sentence, expected in zip(refusals["subject"] + refusals["body"], sentences, strict=True):
        assert expected in sentence


def test_the_therapists_own_mail_may_name_the_practice_in_its_body(db):
    words = MessageWords("New message – {reference}", "For the addiction therapist: {link}")

    assert TELL_THERAPIST.audience == Audience.THERAPIST
    assert problems(TELL_THERAPIST, words, practice_row()) == {"subject": [], "body": []}


@pytest.mark.parametrize("name", ["A C", "Your appointment", "Thank you", "Zoë O’Hara"])
def test_no_name_of_a_visitor_makes_the_default_words_refused(make_enquiry, name):
    make_enquiry(name=name)

    for definition in automatic_definitions():
        assert not any(problems(definition, default_words(definition), practice_row()).values())
