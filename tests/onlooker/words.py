"""The words of one planted person, and a search for them in every encoding."""

import json
import re
import zlib
from base64 import b64encode
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from html import escape
from quopri import encodestring
from typing import NamedTuple
from urllib.parse import quote

GZIP, GZIPPED = b"\x1f\x8b\x08", 31  # how it begins, and what zlib calls it


class Kind(StrEnum):
    """The tier of a word; letters are sealed too, and apart here because they leave by mail. A key opens something."""

    OPEN = "open"
    REACH = "reach"
    LETTER = "letter"
    SEALED = "sealed"
    KEY = "key"


class Planted(NamedTuple):
    kind: Kind
    text: str
    field: str = ""  # where it is stored, if it is

    @property
    def words(self) -> list[str]:
        """Return the parts that are looked for; all are invented, and none is part of another."""
        return re.findall(r"[^\s@/:]{8,}", self.text)


PLANTED = {
    "name": Planted(Kind.REACH, "Zoëlinda Quillfeatherby", "Person.name"),
    "email": Planted(Kind.REACH, "zephyrinella@lamplighterhall.example", "Person.email"),
    "phone": Planted(Kind.REACH, "07700900319", "Person.phone"),
    "good times": Planted(Kind.REACH, "nightingalehour michaelmastide", "Person.good_times"),
    "message": Planted(
        Kind.SEALED, "wisteriamews bewilderment Überdrussel kettlewhistle marrowbonely duskwanderer", "Enquiry.message"
    ),
    "answer taken back": Planted(Kind.SEALED, "thistledownly candlesnuffer"),
    "addition": Planted(Kind.SEALED, "gooseberrying lanternjawed", "Enquiry.message"),
    "complainant": Planted(Kind.REACH, "Bartholomina Featherstonehaugh", "Person.name"),
    "complainant’s email": Planted(Kind.REACH, "grumblethorpe@saltmarshes.example", "Person.email"),
    "complaint": Planted(
        Kind.SEALED, "flabbergasting overtrampled pettifoggery quarrelwort unkemptness", "Enquiry.message"
    ),
    "referrer": Planted(Kind.REACH, "Cornelianne Ravensbournely", "Person.name"),
    "referrer’s organisation": Planted(Kind.REACH, "Periwinkleton Almshousing", "Person.organisation"),
    "referrer’s email": Planted(Kind.REACH, "stethoscopia@hollyhockward.example", "Person.email"),
    "referral": Planted(Kind.SEALED, "tremblewater moonshinery", "Enquiry.message"),
    "private note": Planted(Kind.SEALED, "sleeplessling harbourlight cinnamonroll mothballed", "Event.text"),
    "letter’s subject": Planted(Kind.LETTER, "Wednesfortnightly", "Reply.subject"),
    "letter": Planted(Kind.LETTER, "dandelionclock brackenfern hobnailed weathercocks", "Reply.body"),
    "offer": Planted(Kind.LETTER, "sundialling hearthstoned", "Reply.body"),
    "appointment notes": Planted(Kind.SEALED, "windowseatly trepidatious knucklebone", "Appointment.notes"),
    "video link": Planted(Kind.REACH, "https://meet.example/applecartroom", "Appointment.video_link"),
    "PIN": Planted(Kind.KEY, "830517264913"),
}


@dataclass(frozen=True)
class Word:
    text: str
    kind: Kind
    derived: str = ""  # what is worth the same: whoever finds it has found the word

    def spellings(self) -> set[str]:
        """Return the word as people and programs write it: also another case, and other signs between its parts."""
        texts = {self.text, *(self.text.replace(" ", sign) for sign in ("-", "+", "_", ""))}
        texts |= {self.derived} - {""}
        if self.text.isdecimal():  # a phone number, without its first 0 and grouped
            number = self.text.removeprefix("0")
            texts |= {number, f"{number[:4]} {number[4:]}"}
        return {case(text) for text in texts for case in (str, str.lower, str.upper, str.title)}


def planted_words() -> list[Word]:
    return [Word(word, planted.kind) for planted in PLANTED.values() for word in planted.words]


def in_any_case(text: str) -> set[bytes]:
    """Return the text in the encodings in which letters keep or lose their case; in small letters."""
    raw = text.encode()
    forms = {raw, raw.hex().encode(), encodestring(raw).rstrip(b"=\n"), json.dumps(text)[1:-1].encode()}
    forms |= {text.encode("utf-16-le").rstrip(b"\0")}  # of Latin letters, both orders of bytes have this part in common
    forms |= {text.encode("latin-1"), quote(text).encode()}
    forms |= {escape(text).encode(), text.encode("ascii", "xmlcharrefreplace")}
    return {form.lower() for form in forms}


def in_base64(text: str) -> set[bytes]:
    """Return the text as it looks inside a longer one, at each of the three places where it may begin."""
    forms = set()
    for encoding in ("utf-8", "utf-16-le"):
        raw = text.encode(encoding)
        for shift in range(3):
            whole = b64encode(b"\0" * shift + raw)
            whole = whole[4 if shift else 0 : (shift + len(raw)) // 3 * 4]
            forms |= {whole, whole.replace(b"+", b"-").replace(b"/", b"_")}
    return forms


def any_of(patterns: Iterable[bytes]) -> bytes:
    """Return a regular expression for these literals, as a tree: each byte is looked at for all of them at once."""
    rests: dict[int, list[bytes]] = {}
    for pattern in patterns:
        if not pattern:
            return b""
        rests.setdefault(pattern[0], []).append(pattern[1:])
    branches = []
    for first, rest in sorted(rests.items()):
        tail = re.escape(rest[0]) if len(rest) == 1 else any_of(rest)
        branches.append(re.escape(bytes([first])) + tail)
    return branches[0] if len(branches) == 1 else b"(?:" + b"|".join(branches) + b")"


class Search:
    """Finds words in bytes, whatever wrote them there."""

    def __init__(self, words: Iterable[Word]) -> None:
        self._folded: dict[bytes, Word] = {}
        self._exact: dict[bytes, Word] = {}
        for word in words:
            for spelling in word.spellings():
                self._folded |= dict.fromkeys(in_any_case(spelling), word)
                self._exact |= dict.fromkeys(in_base64(spelling), word)
        self._folded_pattern = re.compile(any_of(self._folded), re.DOTALL)
        self._exact_pattern = re.compile(any_of(self._exact), re.DOTALL)

    def find(self, content: bytes) -> set[Word]:
        """Return the words that are in it, also where its lines are wrapped or a part of it is compressed."""
        content = re.sub(rb"=?\r?\n", b"", content) if b"\n" in content else content
        found = {self._exact[match] for match in set(self._exact_pattern.findall(content))}
        found |= {self._folded[match] for match in set(self._folded_pattern.findall(content.lower()))}
        return found

    def find_compressed(self, content: bytes) -> set[Word]:
        """Return the words that are in the gzipped parts of it."""
        found: set[Word] = set()
        start = content.find(GZIP)
        while start >= 0:
            with suppress(zlib.error):  # only bytes that look like the beginning of one
                found |= self.find(zlib.decompressobj(GZIPPED).decompress(content[start:]))
            start = content.find(GZIP, start + 1)
        return found
