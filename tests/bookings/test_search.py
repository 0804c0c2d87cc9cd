import pytest
from cryptography.fernet import Fernet

from bookings import search
from bookings.models import Enquiry, SearchToken


def found(typed):
    return [enquiry.reference for enquiry in search.find(Enquiry.objects.all(), typed)]


@pytest.mark.parametrize(
    "typed",
    [
        "zoe",
        "ZOË",
        "oha",
        "O’Hara",
        "O'Hara",
        "ohara",
        "hara",
        "zoe oha",
        "hara zoe",
        "O'Ha",
        "zoe@example.org",
        " ZOE@Example.org ",
    ],
)
def test_a_person_is_found(receive, typed):
    enquiry = receive(phone="07700 900 982")
    receive(name="Adam Smith", email="adam@example.org")

    assert found(typed) == [enquiry.reference]


@pytest.mark.parametrize(
    "typed", ["zo", "smith", "zoe smith", "zoe@example", "@example.org", "900982", "", "…", "'", "\0"]
)
def test_nobody_is_found_by_too_little_or_something_else(receive, typed):
    receive(phone="07700 900 982")

    assert found(typed) == []


@pytest.mark.parametrize("typed", ["07700900982", "+44 7700 900982", "0044 7700 900 982", "(07700) 900-982"])
def test_a_phone_number_is_found_however_it_is_spelt(receive, typed):
    enquiry = receive(channel="phone", email="", phone="07700 900 982")

    assert found(typed) == [enquiry.reference]


def test_an_enquiry_is_found_by_its_reference_in_any_case(receive):
    enquiry = receive()

    assert found(enquiry.reference.lower()) == [enquiry.reference]
    assert found(f"ref {enquiry.reference}") == [enquiry.reference]


def test_a_short_name_is_found_whole(receive):
    enquiry = receive(name="Li Bo")

    assert found("li") == [enquiry.reference]


@pytest.mark.parametrize(("name", "typed"), [("محمد علي", "محم"), ("Łukasz Żółty", "łuk"), ("王小明", "王小明")])
def test_names_of_every_script_are_found(receive, name, typed):
    enquiry = receive(name=name)

    assert found(typed) == [enquiry.reference]


def test_a_referring_professional_and_their_organisation_are_found(receive):
    enquiry = receive(on_behalf="professional", name="Dr Anna Schmidt", organisation="City Practice")

    assert found("schm") == found("city pra") == [enquiry.reference]


def test_the_tokens_tell_nothing_and_change_with_the_key(receive, settings):
    receive()
    first = set(SearchToken.objects.values_list("digest", flat=True))
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    receive()
    second = set(SearchToken.objects.values_list("digest", flat=True)) - first

    assert len(first) == len(second)
    assert not any("zoe" in digest.lower() for digest in first)


def test_search_still_finds_what_an_older_key_wrote(receive, settings):
    enquiry = receive()
    settings.FIELD_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_KEYS]

    assert found("zoe") == [enquiry.reference]
