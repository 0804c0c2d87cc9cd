import pytest
from cryptography.fernet import Fernet

from bookings import search
from bookings.models import Enquiry, SearchToken


def find_references(query):
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
def test_a_person_is_found(make_enquiry, query):
    enquiry = make_enquiry(phone="07700 900 982")
    make_enquiry(name="Adam Smith", email="adam@example.org")

    assert find_references(query) == [enquiry.reference]


@pytest.mark.parametrize(
    "query", ["zo", "smith", "zoe smith", "zoe@example", "@example.org", "900982", "", "…", "'", "\0"]
)
def test_nobody_is_found_by_too_few_letters_or_other_terms(make_enquiry, query):
    make_enquiry(phone="07700 900 982")

    assert find_references(query) == []


@pytest.mark.parametrize("query", ["07700900982", "+44 7700 900982", "0044 7700 900 982", "(07700) 900-982"])
def test_a_phone_number_is_found_in_any_format(make_enquiry, query):
    enquiry = make_enquiry(channel="phone", email="", phone="07700 900 982")

    assert find_references(query) == [enquiry.reference]


def test_an_enquiry_is_found_by_its_reference_in_any_case(make_enquiry):
    enquiry = make_enquiry()

    assert find_references(enquiry.reference.lower()) == [enquiry.reference]
    assert find_references(f"ref {enquiry.reference}") == [enquiry.reference]


def test_a_short_name_is_found_whole(make_enquiry):
    enquiry = make_enquiry(name="Li Bo")

    assert find_references("li") == [enquiry.reference]


@pytest.mark.parametrize(("name", "query"), [("محمد علي", "محم"), ("Łukasz Żółty", "łuk"), ("王小明", "王小明")])
def test_names_of_every_script_are_found(make_enquiry, name, query):
    enquiry = make_enquiry(name=name)

    assert find_references(query) == [enquiry.reference]


def test_a_referring_professional_and_their_organisation_are_found(make_enquiry):
    enquiry = make_enquiry(on_behalf="professional", name="Dr Anna Schmidt", organisation="City Practice")

    assert find_references("schm") == find_references("city pra") == [enquiry.reference]


def test_tokens_reveal_nothing_and_depend_on_the_key(make_enquiry, settings):
    make_enquiry()
    first = set(SearchToken.objects.values_list("digest", flat=True))
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    make_enquiry()
    second = set(SearchToken.objects.values_list("digest", flat=True)) - first

    assert len(first) == len(second)
    assert not any("zoe" in digest.lower() for digest in first)


def test_search_finds_enquiries_indexed_with_an_older_key(make_enquiry, settings):
    enquiry = make_enquiry()
    settings.FIELD_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_KEYS]

    assert find_references("zoe") == [enquiry.reference]
