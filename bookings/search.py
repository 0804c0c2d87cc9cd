"""Search enquiries by encrypted fields: each person has keyed digests of their search terms.

Names match from the first letters of any of their words, email addresses and phone numbers only in full. Without
FIELD_KEY, a digest reveals only whether two people share it.
"""

import unicodedata
from collections.abc import Iterable

import phonenumbers
from django.conf import settings
from django.db.models import Q, QuerySet

from bookings.models import Enquiry, Person, SearchToken
from bookings.text import without_controls
from practice import email_addresses, keys, phone_numbers
from practice.keys import KeyLabel

MIN_LETTERS = 3
MAX_LETTERS = 20


def fold(text: str) -> str:
    """Remove case and accents, so that “zoe” finds “Zoë”."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(char for char in decomposed if not unicodedata.combining(char)).casefold()


def name_words(name: str) -> list[str]:
    """Split a name into words, also at hyphens and apostrophes."""
    return "".join(char if char.isalnum() else " " for char in fold(name)).split()


def joined_words(name: str) -> list[str]:
    """Split a name at spaces only and drop punctuation, because some people type “ohara” for “O’Hara”."""
    return "".join(char for char in fold(name) if char.isalnum() or char.isspace()).split()


def prefixes(word: str) -> list[str]:
    return [word[:length] for length in range(MIN_LETTERS, min(len(word), MAX_LETTERS) + 1)] or [word]


def phone_digits(phone: str) -> str:
    """Return one number in international format (E.164) if it can be parsed, else its digits."""
    try:
        return phonenumbers.format_number(phonenumbers.parse(phone, "GB"), phonenumbers.PhoneNumberFormat.E164)
    except phonenumbers.NumberParseException:
        return "".join(char for char in phone if char.isdigit())


def email_key(address: str) -> str:
    """Return the address as it is sent to, without case; accents tell two mail domains apart."""
    typed = email_addresses.clean(address)
    try:
        return email_addresses.to_ascii(typed).lower()
    except email_addresses.UnsendableAddressError:
        return fold(typed)


def tokens_of(person: Person) -> set[str]:
    """Return all search terms of the person, before digesting."""
    tokens = {
        f"name:{prefix}"
        for name in (person.name, person.organisation)
        for word in {*name_words(name), *joined_words(name)}
        for prefix in prefixes(word)
    }
    if person.email:
        tokens.add(f"email:{email_key(person.email)}")
    tokens |= {
        f"phone:{phone_digits(number)}" for number in phone_numbers.numbers(person.phone) or [person.phone] if number
    }
    return tokens


def digest(token: str, key: str) -> str:
    return keys.digest(KeyLabel.SEARCH, token, key)[:32]


def index(person: Person) -> None:
    """Store the digests of the person's search terms, made with the newest key."""
    # Sorted, because the original order would reveal which prefixes belong to the same word.
    digests = sorted(digest(token, settings.FIELD_KEYS[0]) for token in tokens_of(person))
    SearchToken.objects.bulk_create([SearchToken(person=person, digest=value) for value in digests])


def index_again(person: Person) -> None:
    """Replace the digests of a person whose details have changed."""
    person.search_tokens.all().delete()
    index(person)


def find(enquiries: QuerySet[Enquiry], query: str) -> QuerySet[Enquiry]:
    """Filter enquiries by a reference, a full email address or phone number, or prefixes of the words of a name."""
    query = without_controls(query).strip()
    by_reference = enquiries.filter(reference=query.upper().removeprefix("REF").strip(" :"))
    if "@" in query:
        return by_reference | _with_token(enquiries, f"email:{email_key(query)}")
    matches = by_reference
    if sum(char.isdigit() for char in query) >= 5:
        matches = matches | _with_token(enquiries, f"phone:{phone_digits(query)}")
    for words in (name_words(query), joined_words(query)):
        if words:
            matches = matches | _with_tokens(enquiries, [f"name:{word[:MAX_LETTERS]}" for word in words])
    return matches


def with_same_contact(contact: Person, *, without: Iterable[int] = ()) -> Q:
    """Return what finds the enquiries of this contact, and of others with their email address or telephone number."""
    tokens = [token for token in tokens_of(contact) if not token.startswith("name:")]
    people = _person_ids(digest(token, key) for token in tokens for key in settings.FIELD_KEYS)
    others = people.exclude(person__in=list(without))
    return Q(person__in=others) | Q(referrer__in=others) | Q(person=contact) | Q(referrer=contact)


def with_email(address: str) -> QuerySet:
    """Return the ids of the people with this email address."""
    return _person_ids(digest(f"email:{email_key(address)}", key) for key in settings.FIELD_KEYS)


def _with_tokens(enquiries: QuerySet[Enquiry], tokens: list[str]) -> QuerySet[Enquiry]:
    for token in tokens:
        enquiries = _with_token(enquiries, token)
    return enquiries


def _with_token(enquiries: QuerySet[Enquiry], token: str) -> QuerySet[Enquiry]:
    people = _person_ids(digest(token, key) for key in settings.FIELD_KEYS)
    return enquiries.filter(Q(person__in=people) | Q(referrer__in=people))


def _person_ids(digests: Iterable[str]) -> QuerySet:
    return SearchToken.objects.filter(digest__in=list(digests)).values("person")
