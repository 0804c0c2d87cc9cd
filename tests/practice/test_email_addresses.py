import pytest
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from hypothesis import given
from hypothesis import strategies as st

from practice import email_addresses
from practice.email_addresses import UnsendableAddressError, clean, own_to_ascii, to_ascii
from practice.models import Practice

INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u202a\u202c\u2060\u2066\u2069\ufeff\u00ad\u00a0\u034f\ufe0f\u3164\u2003\t"


@pytest.mark.parametrize("mark", INVISIBLE)
@pytest.mark.parametrize("place", ["{}ann@example.org", "a{}nn@example.org", "ann@{}example.org", "ann@example.org{}"])
def test_what_cannot_be_seen_is_dropped(mark, place):
    assert clean(place.format(mark)) == "ann@example.org"


@pytest.mark.parametrize(
    ("typed", "sent_to"),
    [
        ("ann@straße.example", "ann@xn--strae-oqa.example"),
        ("ann@faß.de", "ann@xn--fa-hia.de"),
        ("ann@BÜCHER.example", "ann@xn--bcher-kva.example"),
        ("ann@zu\u0308rich.example", "ann@xn--zrich-kva.example"),
        ("ann@نامه\u200cای.com", "ann@xn--mgba3gch31f060k.com"),  # the joiner is a part of the name
        ("Ann.O'Hara+web@Example.org", "Ann.O'Hara+web@Example.org"),
        ("ann@r3---sn.example", "ann@r3---sn.example"),
    ],
)
def test_an_address_is_sent_to_as_idna_2008_says(typed, sent_to):
    assert to_ascii(clean(typed)) == sent_to
    assert EmailMessage(to=[sent_to]).message()["To"] == sent_to


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("zoë@example.org", "This site can’t send to an address with “ë” before the @."),
        ("ann@aب.example", email_addresses.NO_SUCH_DOMAIN),
        (f"ann@{'ü' * 60}.example", email_addresses.NO_SUCH_DOMAIN),
        ("ann@💩.la", email_addresses.NO_SUCH_DOMAIN),
        ("ann@bü cher.example", email_addresses.NO_SUCH_DOMAIN),
        ("ann smith@example.org", email_addresses.NOT_AN_ADDRESS),
        ("ann@example", email_addresses.NOT_AN_ADDRESS),
        ("ann", email_addresses.NOT_AN_ADDRESS),
        ("", email_addresses.NOT_AN_ADDRESS),
        (f"{'a' * 65}@example.org", email_addresses.TOO_LONG),
        (f"ann@{'a.' * 125}example.org", email_addresses.TOO_LONG),
    ],
)
def test_what_cannot_be_sent_to_is_refused_with_a_reason(typed, sentence):
    with pytest.raises(UnsendableAddressError) as refusal:
        to_ascii(clean(typed))

    assert str(refusal.value).startswith(sentence)


@given(st.text(max_size=12), st.text(max_size=12))
def test_whatever_is_typed_is_refused_or_can_be_composed(local_part, domain):
    try:
        address = to_ascii(clean(f"{local_part}@{domain}.example"))
    except UnsendableAddressError:
        return
    assert address.isascii()
    assert EmailMessage(to=[address], reply_to=[address]).message().as_bytes()


@pytest.mark.parametrize(
    ("address", "sent_as"),
    [
        ("root", "root"),
        ("Dr Lake <lake@example.org>", "Dr Lake <lake@example.org>"),
        ("Dr Lake <lake@straße.example>", "Dr Lake <lake@xn--strae-oqa.example>"),
    ],
)
def test_an_address_of_the_practice_may_have_a_name_or_be_local(address, sent_as):
    assert own_to_ascii(address) == sent_as


@pytest.mark.parametrize("field", ["reply_to", "notification_address"])
def test_the_practice_s_own_addresses_are_cleaned_and_checked_too(db, field):
    practice = Practice.objects.get()
    field_in_form = Practice._meta.get_field(field).formfield()

    assert field_in_form.clean("\ufefflake@straße.example\u200e") == "lake@straße.example"
    assert field_in_form.clean("") == ""
    setattr(practice, field, "zoë@example.org")
    with pytest.raises(ValidationError, match="This site can’t send to an address with “ë” before"):
        practice.full_clean()
