import pytest
from django.db import IntegrityError, transaction

from practice import facts
from practice.models import Location, Practice, SupportLine
from practice.phone_numbers import dial
from practice.starter_facts import create_starter_facts

pytestmark = pytest.mark.django_db


def test_facts_cost_one_query_once_they_are_known(django_assert_num_queries):
    facts.current()

    with django_assert_num_queries(1):
        facts.current()


def rename_practice():
    practice = Practice.objects.get()
    practice.name = "Another Name"
    practice.save()


@pytest.mark.parametrize(
    ("change", "looked_at", "seen"),
    [
        (rename_practice, lambda known: known.practice.name, "Another Name"),
        (
            lambda: Location.objects.create(name="Bank", slug="bank", kind="room", position=99),
            lambda known: known.locations[-1].name,
            "Bank",
        ),
        (lambda: SupportLine.objects.first().delete(), lambda known: known.support_lines[0].number, "111"),
    ],
)
def test_a_changed_fact_is_seen_at_once(change, looked_at, seen):
    assert looked_at(facts.current()) != seen
    change()

    assert looked_at(facts.current()) == seen


def test_a_new_name_is_on_the_next_page(client):
    assert "Addiction Therapist London" in client.get("/consultation/").content.decode()
    practice = Practice.objects.get()
    practice.name = "Another Name"
    practice.save()

    assert "Another Name" in client.get("/consultation/").content.decode()


def test_a_location_no_longer_offered_is_neither_shown_nor_chosen(client):
    location = Location.objects.get(slug="st-pauls")
    location.is_active = False
    location.save()

    assert "St Pauls" not in client.get("/consultation/").content.decode()


def test_the_places_are_named_as_within_a_sentence():
    assert facts.current().places == "Harley Street, St Pauls or online"
    Location.objects.exclude(slug="online").delete()

    assert facts.current().places == "online"


def test_an_unfilled_fact_leaves_no_trace_on_the_page(client):
    Practice.objects.update(phone="", therapist_name="", credentials="")

    page = client.get("/consultation/").content.decode()
    assert "[" not in page.split("<footer")[1]
    assert "None" not in page


def test_there_is_one_practice_and_no_second():
    with pytest.raises(IntegrityError), transaction.atomic():
        Practice.objects.create(pk=2, name="Another")


def test_starter_facts_fill_an_empty_database_only_once():
    SupportLine.objects.all().delete()
    create_starter_facts()

    assert SupportLine.objects.count() == 0


@pytest.mark.parametrize(
    ("number", "dialled"), [("116 123", "116123"), ("+44 (0)20 7946 0018", "+4402079460018"), ("0300-123", "0300123")]
)
def test_a_number_is_dialled_by_its_digits(number, dialled):
    assert dial(number) == dialled


def test_the_practice_is_edited_on_one_form_that_cannot_be_added_to_or_deleted(therapist_client):
    response = therapist_client.get("/admin/practice/practice/")
    assert response.headers["Location"] == "/admin/practice/practice/1/change/"
    assert therapist_client.get("/admin/practice/practice/add/").status_code == 403
    assert therapist_client.get("/admin/practice/practice/1/delete/").status_code == 403


def test_the_therapist_changes_what_is_promised(therapist_client, client):
    form = therapist_client.get("/admin/practice/practice/1/change/").context["adminform"].form
    therapist_client.post(
        "/admin/practice/practice/1/change/",
        form.initial | {"away_first_day": "", "away_last_day": "", "reply_days": 3, "phone": "020 7946 0018"},
    )

    page = client.get("/consultation/").content.decode()
    assert 'href="tel:02079460018"' in page
    assert Practice.objects.get().reply_days == 3
