"""Compare fees, lengths and numbers typed into the text with the facts of the practice."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

import phonenumbers

from pages.checks.findings import OFFERS, WARNS, CheckContext, Finding, finding
from pages.checks.passages import Passage, sentence_around
from pages.fact_links import replace_with_fact
from practice.facts import Facts
from practice.models import Fee

_NUMBERS = {
    "twenty": 20, "thirty": 30, "forty": 40, "forty-five": 45, "forty five": 45, "fifty": 50, "fifty-five": 55,
    "sixty": 60, "seventy": 70, "seventy-five": 75, "eighty": 80, "ninety": 90, "a hundred": 100, "one hundred": 100,
}  # fmt: skip
_HOURS = {
    "half an hour": 30,
    "an hour and a half": 90,
    "one and a half hours": 90,
    "two hours": 120,
    "three hours": 180,
}
_IN_WORDS = "|".join(sorted(_NUMBERS, key=len, reverse=True))

_FEE = re.compile(
    rf"(?i)£ ?(\d{{1,3}}(?:,\d{{3}})+|\d{{1,5}})(?:\.(\d\d))?(?![\d,]*\d)|\b(\d{{1,5}}|{_IN_WORDS}) (?:pounds?|gbp)\b"
)
_FEE_WORDS = re.compile(
    r"(?i)\b(?:sessions?|fees?|consultations?|appointments?|therapy|counselling|per hour|an hour|charge[sd]?)\b"
)
_NOT_A_FEE = re.compile(
    r"(?i) ?(?:an?|per|each|of|worth|for an?) (?:\w+ )?(?:gram|g\b|bag|wrap|line|bottle|pint|can\b|pack|day|night"
    r"|weekend|drugs?"
    r"|ketamine|cocaine|dose)|,? ?(?:million|billion|m\b|bn\b)"
)
_LENGTH = re.compile(
    rf"(?i)\b(\d{{1,3}}|{_IN_WORDS})(?: \(\d{{1,3}}\))?[ -]?(?:minutes?|mins?)\b"
    rf"|\b({'|'.join(_HOURS)}|(?:an|one) hour|hour-long|(?:one|two)-hour)\b"
)
_LENGTH_WORDS = re.compile(r"(?i)\b(?:sessions?|consultations?|appointments?|therapy hour|meetings?|we meet for)\b")
_NOT_A_LENGTH_AFTER = re.compile(
    r"(?i)['’]? ?(?:walk|drive|away|from\b|late|early|before|after|notice|ago|or more|of (?:silence|quiet)|into"
    r"|beforehand|by)"
)
_NOT_A_LENGTH_BEFORE = re.compile(r"(?i)\b(?:within|every|first|last|past|after|next) (?:the )?$")
_MAX_DISTANCE_LETTERS = 60  # between a length and the word that says what takes so long

_PHONE = re.compile(r"(?<![\w£])(?:\+|\(?0)[\d][\d ()./–-]{6,18}\d(?!\w)")
_REGISTRATION = re.compile(
    r"(?i)\b(?:regist(?:ration|ered|er)|membership|member|accredit\w+|hcpc|bacp|ukcp|bps|ncps|bpc|gmc)\b"
    r"[^.!?;\d]{0,40}?\b((?-i:[A-Z]{1,4} ?)?\d{4,8})\b"
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_OTHER_NUMBER = re.compile(
    r"(?i)\b(?:ico|information commissioner|company|companies house|charity|vat|data protection)\b"
)


def check_facts(passages: Iterable[Passage], context: CheckContext) -> Iterator[Finding]:
    for passage in passages:
        for typed in _typed(passage.text, context.facts):
            words = passage.text[typed.start : typed.end]
            begins, ends = sentence_around(passage.text, typed.start, typed.end)
            can_be_live = bool(typed.token) and replace_with_fact(passage.html, words, typed.token, "") != passage.html
            if typed.agrees and not can_be_live:
                continue
            yield finding(
                f"fact-{typed.rule}",
                f"“{words}” is right today."
                if typed.agrees
                else f"You wrote “{words}”. Your practice says: {typed.correct}.",
                "As a live fact it stays right when you change it in one place."
                if typed.agrees
                else "Two different answers make a reader doubt both.",
                place=passage.place,
                quote=words,
                # With the fact in the key, a note on the finding ends when the fact changes.
                sentence=f"{passage.text[begins:ends]} ({typed.correct})",
                level=OFFERS if typed.agrees else WARNS,
                suggestion={"token": typed.token, "words": words} if can_be_live else None,
            )


class TypedFact(NamedTuple):
    rule: str
    start: int
    end: int
    agrees: bool
    token: str  # of the live fact it could become; empty if that leaves a choice
    correct: str  # what the practice says


def _typed(text: str, facts: Facts) -> Iterator[TypedFact]:
    fees = [fee for fee in facts.fees if fee.pence]
    lengths = [fee for fee in facts.fees if fee.minutes]
    if fees:
        yield from _fees(text, fees)
    if lengths:
        yield from _lengths(text, lengths)
    if facts.practice.phone:
        yield from _phones(text, facts)
    if facts.practice.registration:
        yield from _registrations(text, facts.practice.registration)


def _fees(text: str, fees: list[Fee]) -> Iterator[TypedFact]:
    for match in _FEE.finditer(text):
        begins, ends = sentence_around(text, *match.span())
        if not _FEE_WORDS.search(text, begins, ends) or _NOT_A_FEE.match(text, match.end()):
            continue
        pounds, pence, words = match.groups()
        amount = int((pounds or "0").replace(",", "")) * 100 + int(pence or 0)
        if words:
            amount = 100 * (int(words) if words.isdecimal() else _NUMBERS[words.lower()])
        same = [fee for fee in fees if fee.pence == amount]
        meant = _meant(text[begins:ends], same or fees)
        correct = ", ".join(f"{fee.name} {fee.amount}" for fee in ([meant] if meant else fees))
        yield TypedFact("fee", *match.span(), bool(same), f"fee-{meant.pk}" if meant else "", correct)


def _lengths(text: str, fees: list[Fee]) -> Iterator[TypedFact]:
    for match in _LENGTH.finditer(text):
        begins, ends = sentence_around(text, *match.span())
        low, high = max(begins, match.start() - _MAX_DISTANCE_LETTERS), min(ends, match.end() + _MAX_DISTANCE_LETTERS)
        if (
            not _LENGTH_WORDS.search(text, low, high)
            or _NOT_A_LENGTH_AFTER.match(text, match.end())
            or _NOT_A_LENGTH_BEFORE.search(text[low : match.start()])
        ):
            continue
        minutes = _minutes(*match.groups())
        same = [fee for fee in fees if fee.minutes == minutes]
        meant = _meant(text[begins:ends], same or fees)
        correct = ", ".join(f"{fee.name} {fee.length}" for fee in ([meant] if meant else fees))
        yield TypedFact("length", *match.span(), bool(same), f"length-{meant.pk}" if meant else "", correct)


def _minutes(number: str | None, hours: str | None) -> int:
    if number:
        return int(number) if number.isdecimal() else _NUMBERS[number.lower()]
    words = (hours or "").lower()
    return 120 if words == "two-hour" else _HOURS.get(words, 60)


def _meant(sentence: str, fees: list[Fee]) -> Fee | None:
    """Return the fee whose name shares most words with the sentence, or None if several do."""
    words = _long_words(sentence)
    scores = [len(words & _long_words(fee.name)) for fee in fees]
    best = [fee for fee, score in zip(fees, scores, strict=True) if score == max(scores)]
    return best[0] if len(best) == 1 else None


def _long_words(text: str) -> set[str]:
    return set(re.findall(r"[a-z]{4,}", text.lower()))


def _phones(text: str, facts: Facts) -> Iterator[TypedFact]:
    own = _dialled(facts.practice.phone)
    helplines = {_dialled(line.number) for line in facts.support_lines}
    for match in _PHONE.finditer(text):
        number = _dialled(match[0])
        if number is None or number in helplines:
            continue
        # Freephone and 03 numbers belong to helplines and firms, not to a practice.
        if number == own or not number.startswith(("+44800", "+44808", "+443")):
            yield TypedFact("phone", *match.span(), number == own, "phone", facts.practice.phone)


@lru_cache(maxsize=256)
def _dialled(number: str) -> str | None:
    """Return the number in one spelling, such as +442079460018, or None if it cannot be a telephone number."""
    try:
        parsed = phonenumbers.parse(number.replace("(0)", ""), "GB")
    except phonenumbers.NumberParseException:
        return None
    # Shorter ones are more often dates and codes than British numbers.
    if not phonenumbers.is_possible_number(parsed) or len(str(parsed.national_number)) < 9:
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _registrations(text: str, registration: str) -> Iterator[TypedFact]:
    for match in _REGISTRATION.finditer(text):
        begins, ends = sentence_around(text, *match.span())
        if _OTHER_NUMBER.search(text, begins, ends) or _YEAR.fullmatch(match[1]):
            continue
        # “AS012345” agrees with “HCPC AS012345” too, but the live fact would repeat “HCPC”.
        is_whole = _compact(match[1]) == _compact(registration)
        if is_whole or _compact(match[1]) not in map(_compact, registration.split()):
            yield TypedFact("registration", *match.span(1), is_whole, "registration", registration)


def _compact(number: str) -> str:
    return "".join(character for character in number.upper() if character.isalnum())
