"""The search finds a word whatever wrote it: a search that finds nothing because it can't would prove nothing."""

import gzip
import json
import random
from base64 import b64encode, urlsafe_b64encode
from email.message import EmailMessage
from html import escape
from itertools import combinations
from quopri import encodestring
from urllib.parse import quote

import pytest

from practice.tiers import Tier, text_fields, tier_of
from tests.onlooker.words import PLANTED, Kind, Search, Word, planted_words

WORDS = [*planted_words(), Word("velvet otter candid plum", Kind.KEY), Word("7KQ2MX4R", Kind.OPEN)]
SEARCH = Search(WORDS)
FILLER = random.Random(1).randbytes(1000)  # noqa: S311 (the same each time)


@pytest.mark.parametrize(
    "encode",
    [
        str.encode,
        lambda text: text.upper().encode(),
        lambda text: text.lower().encode("utf-16-le"),
        lambda text: text.encode("utf-16-be"),
        lambda text: text.encode("latin-1"),
        lambda text: encodestring(text.encode()),
        lambda text: text.encode().hex().encode(),
        lambda text: quote(text).encode(),
        lambda text: json.dumps(text).encode(),
        lambda text: escape(text).encode(),
        lambda text: text.encode("ascii", "xmlcharrefreplace"),
        *(lambda text, shift=shift: b64encode(b"a" * shift + text.encode()) for shift in range(3)),
        *(lambda text, shift=shift: urlsafe_b64encode(b"\xff" * shift + text.encode() + b"?") for shift in range(3)),
        lambda text: b64encode(text.encode("utf-16-le")),
    ],
)
def test_every_word_is_found_in_every_encoding(encode):
    lost = [word.text for word in WORDS if SEARCH.find(FILLER + encode(word.text) + FILLER) != {word}]
    assert lost == []


@pytest.mark.parametrize("coding", ["7bit", "quoted-printable", "base64"])
def test_words_are_found_in_a_mail_with_wrapped_lines(coding):
    words = [word for word in WORDS if word.text.isascii() or coding != "7bit"]
    message = EmailMessage()
    message.set_content(
        "\n".join(f"{'x' * (length + 40)} {word.text}" for length, word in enumerate(words)), cte=coding
    )
    assert SEARCH.find(bytes(message)) == set(words)


def test_words_are_found_in_what_is_compressed():
    content = FILLER + gzip.compress(b" ".join(word.text.encode() for word in WORDS)) + FILLER
    assert SEARCH.find(content) == set()
    assert SEARCH.find_compressed(content) == set(WORDS)


@pytest.mark.parametrize("number", ["07700900319", "+447700900319", "7700 900319", "+44 7700 900319"])
def test_a_phone_number_is_found_however_it_is_written(number):
    assert SEARCH.find(number.encode()) == {Word("07700900319", Kind.REACH)}


@pytest.mark.parametrize("found", ["ABCD EFGH", "abcdefgh", "ABCD-EFGH", "b64-of-IT", b64encode(b"b64-of-IT").decode()])
def test_a_key_is_found_without_its_spaces_and_by_what_is_derived_from_it(found):
    word = Word("ABCD EFGH", Kind.KEY, derived="b64-of-IT")
    assert Search([word]).find(FILLER + found.encode() + FILLER) == {word}


def test_no_word_is_a_part_of_another():
    assert [pair for pair in combinations([word.text.casefold() for word in WORDS], 2) if pair[0] in pair[1]] == []
    assert len(planted_words()) >= 50


def test_there_is_a_word_for_every_encrypted_field():
    encrypted = {
        f"{field.model.__name__}.{field.name}": tier_of(field) for field in text_fields() if tier_of(field) != Tier.OPEN
    }
    del encrypted["BookingSettings.busy_address"]  # the therapist's own
    for name in (
        "addressee",
        "items",
    ):  # the name again, days and amounts: see test_invoices.py
        del encrypted[f"Invoice.{name}"]
    tiers = {Kind.REACH: Tier.REACH, Kind.LETTER: Tier.SEALED, Kind.SEALED: Tier.SEALED}

    assert {planted.field: tiers[planted.kind] for planted in PLANTED.values() if planted.field} == encrypted


def test_nothing_is_found_where_nothing_is():
    assert SEARCH.find(FILLER * 100) == set()
