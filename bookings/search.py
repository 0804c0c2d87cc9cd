"""Finding an enquiry by words that are encrypted: each enquiry keeps keyed digests of what it may be found by.

Names are found by the first letters of any of their words, email addresses and phone numbers only whole. Without
FIELD_KEY a digest tells nothing but that two enquiries share it.
"""

import base64
import hashlib
import hmac
import unicodedata
from collections.abc import Iterable

import phonenumbers
from django.conf import settings
from django.db.models import QuerySet

from bookings.models import Enquiry, SearchToken
from bookings.text import without_controls

MIN_LETTERS = 3
MAX_LETTERS = 20


def fold(text: str) -> str:
    """Without case and accents, so that “Zoë” is found as “zoe”."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(char for char in decomposed if not unicodedata.combining(char)).casefold()


def parted(name: str) -> list[str]:
    """The words of a name; hyphens and apostrophes part words too."""
    return "".join(char if char.isalnum() else " " for char in fold(name)).split()


def joined(name: str) -> list[str]:
    """The words of a name as some people type them: “O’Hara” as “ohara”."""
    return "".join(char for char in fold(name) if char.isalnum() or char.isspace()).split()


def beginnings(word: str) -> list[str]:
    return [word[:length] for length in range(MIN_LETTERS, min(len(word), MAX_LETTERS) + 1)] or [word]


def phone_digits(phone: str) -> str:
    """One spelling for each number, international where it can be told (E.164), else its digits."""
    try:
        return phonenumbers.format_number(phonenumbers.parse(phone, "GB"), phonenumbers.PhoneNumberFormat.E164)
    except phonenumbers.NumberParseException:
        return "".join(char for char in phone if char.isdigit())


def tokens_of(enquiry: Enquiry) -> set[str]:
    """Every thing the enquiry may be found by, before digesting."""
    tokens = {
        f"name:{beginning}"
        for name in (enquiry.name, enquiry.organisation)
        for word in {*parted(name), *joined(name)}
        for beginning in beginnings(word)
    }
    if enquiry.email:
        tokens.add(f"email:{fold(enquiry.email.strip())}")
    if enquiry.phone:
        tokens.add(f"phone:{phone_digits(enquiry.phone)}")
    return tokens


def digest(token: str, key: str) -> str:
    search_key = hmac.new(key.encode(), b"search tokens", hashlib.sha256).digest()
    return base64.b32encode(hmac.new(search_key, token.encode(), hashlib.sha256).digest()[:20]).decode()


def remember(enquiry: Enquiry) -> None:
    """Writes the enquiry's digests with the newest key; in no order that would tell which belong together."""
    digests = sorted(digest(token, settings.FIELD_KEYS[0]) for token in tokens_of(enquiry))
    SearchToken.objects.bulk_create([SearchToken(enquiry=enquiry, digest=value) for value in digests])


def find(enquiries: QuerySet[Enquiry], typed: str) -> QuerySet[Enquiry]:
    """Enquiries that the typed words lead to: a reference, a whole email or phone, or beginnings of a name's words."""
    typed = without_controls(typed).strip()
    by_reference = enquiries.filter(reference=typed.upper().removeprefix("REF").strip(" :"))
    if "@" in typed:
        return by_reference | _having(enquiries, f"email:{fold(typed)}")
    found = by_reference
    if sum(char.isdigit() for char in typed) >= 5:
        found = found | _having(enquiries, f"phone:{phone_digits(typed)}")
    for asked in (parted(typed), joined(typed)):
        if asked:
            found = found | _having_all(enquiries, [f"name:{word[:MAX_LETTERS]}" for word in asked])
    return found


def with_email(address: str) -> QuerySet:
    """Ids of the enquiries that came with this email address."""
    return _holders(digest(f"email:{fold(address)}", key) for key in settings.FIELD_KEYS)


def _having_all(enquiries: QuerySet[Enquiry], tokens: list[str]) -> QuerySet[Enquiry]:
    for token in tokens:
        enquiries = _having(enquiries, token)
    return enquiries


def _having(enquiries: QuerySet[Enquiry], token: str) -> QuerySet[Enquiry]:
    return enquiries.filter(pk__in=_holders(digest(token, key) for key in settings.FIELD_KEYS))


def _holders(digests: Iterable[str]) -> QuerySet:
    return SearchToken.objects.filter(digest__in=list(digests)).values("enquiry")
