import pytest
from cryptography.fernet import Fernet

from bookings import search
from bookings.models import Enquiry, SearchToken


def found(query):
    return [enquiry.reference for enquiry in search.find(Enquiry.objects.all(), query)]


@pytest.mark.parametrize(
    "query",
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
def test_a_person_is_found(receive, query):
    enquiry = receive(phone="07700 900 982")
    receive(name="Adam Smith", email="adam@example.org")

    assert found(query) == [enquiry.reference]


@pytest.mark.parametrize(
    "query", ["zo", "smith", "zoe smith", "zoe@example", "@example.org", "900982", "", "…", "'", "\0"]
)
def test_nobody_is_found_by_too_few_letters_or_other_terms(receive, query):
    receive(phone="07700 900 982")

    assert found(query) == []


@pytest.mark.parametrize("query", ["07700900982", "+44 7700 900982", "0044 7700 900 982", "(07700) 900-982"])
def test_a_phone_number_is_found_in_any_format(receive, query):
    enquiry = receive(channel="phone", email="", phone="07700 900 982")

    assert found(query) == [enquiry.reference]


def test_an_enquiry_is_found_by_its_reference_in_any_case(receive):
    enquiry = receive()

    assert found(enquiry.reference.lower()) == [enquiry.reference]
    assert found(f"ref {enquiry.reference}") == [enquiry.reference]


def test_a_short_name_is_found_whole(receive):
    enquiry = receive(name="Li Bo")

    assert found("li") == [enquiry.reference]


@pytest.mark.parametrize(("name", "query"), [("محمد علي", "محم"), ("Łukasz Żółty", "łuk"), ("王小明", "王小明")])
def test_names_of_every_script_are_found(receive, name, query):
    enquiry = receive(name=name)

    assert found(query) == [enquiry.reference]


def test_a_referring_professional_and_their_organisation_are_found(receive):
    enquiry = receive(on_behalf="professional", name="Dr Anna Schmidt", organisation="City Practice")

    assert found("schm") == found("city pra") == [enquiry.reference]


def test_tokens_reveal_nothing_and_depend_on_the_key(receive, settings):
    receive()
    first = set(SearchToken.objects.values_list("digest", flat=True))
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    receive()
    second = set(SearchToken.objects.values_list("digest", flat=True)) - first

    assert len(first) == len(second)
    assert not any("zoe" in digest.lower() for digest in first)


def test_search_finds_enquiries_indexed_with_an_older_key(receive, settings):
    enquiry = receive()
    settings.FIELD_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_KEYS]

    assert found("zoe") == [enquiry.reference]
