"""The lines for urgent help: what is refused, on every way that leads to them."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from practice.models import EMERGENCY_STAYS, SupportLine

LIST = "/admin/practice/supportline/"
LAST_LINE = "Keep at least one line, because every page shows them."

pytestmark = pytest.mark.django_db


@pytest.fixture
def emergency():
    return SupportLine.objects.get(number="999")


@pytest.fixture
def samaritans():
    return SupportLine.objects.get(number="116 123")


def post(client, line, **changes):
    fields = {"name": line.name, "number": line.number, "note": "", "verified_on": "2025-10-05", "position": "10"}
    return client.post(f"{LIST}{line.pk}/change/", fields | changes, follow=True)


def errors(response):
    return response.context["adminform"].form.errors


def message_texts(response):
    return [str(message) for message in response.context["messages"]]


def bulk_delete(client, lines, **confirmed):
    data = {"action": "delete_selected", "_selected_action": [line.pk for line in lines]}
    return client.post(LIST, data | confirmed, follow=True)


@pytest.mark.parametrize("number", ["call", "116 l23", "9", "0300-FRANK", "+", "116 123 or 999", "１１６１２３"])
def test_a_number_that_cannot_be_dialled_is_refused(therapist_client, samaritans, number):
    response = post(therapist_client, samaritans, number=number)

    assert errors(response) == {"number": ["Enter a number that can be dialled, such as 116 123."]}


@pytest.mark.parametrize("number", ["116 123", "0808 2000 247", "+44 808 2000 247", "112"])
def test_a_number_that_can_be_dialled_is_taken(therapist_client, samaritans, number):
    post(therapist_client, samaritans, number=number)

    samaritans.refresh_from_db()
    assert samaritans.number == number


def test_the_list_says_in_a_word_how_each_line_is_reached(therapist_client, samaritans):
    page = therapist_client.get(LIST).content.decode()

    assert page.count('<td class="field-way">Call</td>') == SupportLine.objects.filter(by_text=False).count()
    assert page.count('<td class="field-way">Text</td>') == SupportLine.objects.filter(by_text=True).count()
    form = therapist_client.get(f"{LIST}{samaritans.pk}/change/").content.decode()
    assert f'<input type="date" name="verified_on" value="{samaritans.verified_on}"' in form


def test_a_day_to_come_is_no_day_on_which_it_was_verified(therapist_client, samaritans):
    tomorrow = timezone.localdate() + timedelta(days=1)

    assert errors(post(therapist_client, samaritans, verified_on=f"{tomorrow}")) == {
        "verified_on": ["Enter a day that isn’t in the future."]
    }
    assert "adminform" not in (post(therapist_client, samaritans, verified_on=f"{timezone.localdate()}").context or {})


@pytest.mark.parametrize(
    ("change", "field"),
    [({"number": "111"}, "number"), ({"number": "99 9 1"}, "number"), ({"by_text": "on"}, "by_text")],
)
def test_999_is_not_made_into_another_line(therapist_client, emergency, change, field):
    assert errors(post(therapist_client, emergency, **change)) == {field: [EMERGENCY_STAYS]}


def test_999_may_be_renamed_and_written_with_spaces(therapist_client, emergency):
    post(therapist_client, emergency, name="Ambulance, police, fire", number="9 99")

    emergency.refresh_from_db()
    assert f"{emergency}" == "Ambulance, police, fire 9 99"
    assert SupportLine.objects.filter(pk=emergency.pk).removal_refusal() == EMERGENCY_STAYS


def test_999_is_not_deleted_from_its_form(therapist_client, emergency):
    response = therapist_client.post(f"{LIST}{emergency.pk}/delete/", {"post": "yes"}, follow=True)

    assert message_texts(response) == [EMERGENCY_STAYS]
    assert SupportLine.objects.filter(pk=emergency.pk).exists()


@pytest.mark.parametrize("confirmed", [{}, {"post": "yes"}])
def test_the_list_deletes_neither_999_nor_every_line(therapist_client, emergency, samaritans, confirmed):
    count = SupportLine.objects.count()
    for lines in (SupportLine.objects.all(), [emergency, samaritans]):
        assert message_texts(bulk_delete(therapist_client, lines, **confirmed)) == [EMERGENCY_STAYS]
    assert SupportLine.objects.count() == count


def test_the_last_line_stays_even_without_999(therapist_client):
    SupportLine.objects.filter(number="999").delete()

    assert message_texts(bulk_delete(therapist_client, SupportLine.objects.all(), post="yes")) == [LAST_LINE]


def test_another_line_is_deleted_after_the_question(therapist_client, samaritans):
    assert "Samaritans" in bulk_delete(therapist_client, [samaritans]).content.decode()
    bulk_delete(therapist_client, [samaritans], post="yes")

    assert not SupportLine.objects.filter(pk=samaritans.pk).exists()
    assert SupportLine.objects.filter(number="999").exists()


def test_one_of_two_emergency_lines_may_go(emergency):
    SupportLine.objects.create(name="Police", number="999", verified_on=emergency.verified_on)
    emergency.number = "112"

    emergency.full_clean()


def test_what_a_new_site_begins_with_would_be_accepted_by_the_form():
    for line in SupportLine.objects.all():
        line.verified_on = timezone.localdate()
        line.full_clean()


def test_the_words_of_the_lines_are_true_about_bills(client):
    notes = {line.number: line.note for line in SupportLine.objects.all()}

    assert "free" not in notes["0300 123 6600"]
    assert "can stand on the bill" in notes["0300 123 6600"]
    assert "not on the bill" in notes["116 123"]
    assert "the main line" in notes["111"]


def test_a_text_line_starts_a_message_and_a_telephone_a_call(client):
    page = client.get("/consultation/").content.decode()

    assert '<a href="sms:85258">Text 85258</a>' in page
    assert '<a href="tel:999">999</a>' in page


def test_a_line_without_a_number_is_refused_with_a_sentence(therapist_client, samaritans):
    assert errors(post(therapist_client, samaritans, number="")) == {"number": ["Enter the number."]}


def test_the_model_refuses_as_the_form_does(samaritans):
    samaritans.number = "call"
    with pytest.raises(ValidationError, match="Enter a number that can be dialled"):
        samaritans.full_clean()
