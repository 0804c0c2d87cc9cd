"""The desk suggests who may be the same person. One press and a yes make them one, another dismisses it for good."""

from datetime import timedelta

import pytest
from django.urls import reverse

from bookings.models import DismissedMatch, Enquiry, Person
from practice.models import AuditEntry, DeskRole
from tests.bookings.admin.replies.helpers import enquiry_url, page_text
from tests.bookings.conftest import NOW

HEADING = "Also from the same address or number"


@pytest.fixture
def pair(make_enquiry):
    return make_enquiry(name="Anna Bell"), make_enquiry(NOW + timedelta(days=1), name="A. B.", channel="phone")


def press(client, button, enquiry, other, **posted):
    url = reverse(f"admin:bookings_enquiry_{button}", args=[enquiry.pk, other.pk])
    return client.post(url, posted, follow=True)


@pytest.fixture(params=["therapist", DeskRole.ASSISTANT])
def client_of_the_desk(request, therapist_client, client_as):
    return therapist_client if request.param == "therapist" else client_as(request.param)


def test_two_become_one_after_a_question_that_names_both(pair, client_of_the_desk):
    first, second = pair
    question = press(client_of_the_desk, "same_person", first, second)
    text = page_text(question)
    assert "Are Anna Bell and A. B. the same person?" in text
    assert f"reference {first.reference}" in text
    assert f"reference {second.reference}" in text
    assert "Afterwards: A. B.; zoe@example.org; Don’t email; Don’t phone" in text
    assert Person.objects.count() == 2

    answer = page_text(press(client_of_the_desk, "same_person", first, second, confirmed=question.context["token"]))
    assert "They are one person now." in answer
    assert HEADING not in answer
    assert "Their other requests" in answer
    assert f"{second.reference}</a>" in answer
    assert Person.objects.count() == 1
    changed = AuditEntry.objects.filter(kind=AuditEntry.Kind.CHANGED).values_list("reference", flat=True)
    assert set(changed) == {first.reference, second.reference}

    assert "They are one person now." in page_text(press(client_of_the_desk, "same_person", first, second))


def test_the_question_is_asked_again_where_the_facts_have_changed(pair, therapist_client):
    first, second = pair
    question = press(therapist_client, "same_person", first, second)
    Person.objects.filter(pk=second.person_id).update(channel="email")
    again = press(therapist_client, "same_person", first, second, confirmed=question.context["token"])

    assert again.context["title"] == question.context["title"]
    assert Person.objects.count() == 2


def test_who_is_not_the_same_is_not_suggested_again(pair, client_of_the_desk):
    first, second = pair
    assert "This may be the same person" in page_text(client_of_the_desk.get(enquiry_url(first)))
    press(client_of_the_desk, "not_the_same", first, second)

    for enquiry in pair:
        text = page_text(client_of_the_desk.get(enquiry_url(enquiry)))
        assert "This may be the same person" not in text
        assert "Not the same person (1)" in text
    press(client_of_the_desk, "not_the_same", second, first, again="yes")
    assert not DismissedMatch.objects.exists()
    assert "This may be the same person" in page_text(client_of_the_desk.get(enquiry_url(first)))


def test_an_editor_may_do_neither(pair, client_as):
    editor = client_as(DeskRole.EDITOR)
    for button in ("same_person", "not_the_same"):
        assert press(editor, button, *pair).status_code == 403
    assert not DismissedMatch.objects.exists()


def test_an_assistant_learns_of_no_complaint(make_enquiry, client_as):
    request, complaint = make_enquiry(), make_enquiry(kind=Enquiry.Kind.COMPLAINT)
    assistant = client_as(DeskRole.ASSISTANT)

    assert HEADING not in page_text(assistant.get(enquiry_url(request)))
    assert press(assistant, "same_person", request, complaint).status_code == 404
    assert press(assistant, "not_the_same", request, complaint).status_code == 404


def test_what_cannot_be_merged_says_why(make_enquiry, therapist_client):
    referral = make_enquiry(on_behalf="professional", person_initials="J.B.")
    own = make_enquiry()
    Enquiry.objects.filter(pk=own.pk).update(person=referral.person)

    assert "One of the two has referred the other" in page_text(press(therapist_client, "same_person", referral, own))


def test_two_who_share_a_mailbox_are_each_called_by_their_name(pair, therapist_client):
    first, second = pair
    Person.objects.update(channel="email")
    for enquiry, name in ((first, "Anna Bell"), (second, "A. B.")):
        page = therapist_client.get(reverse("admin:bookings_enquiry_reply", args=[enquiry.pk, "list"]))
        assert page.context["form"]["body"].value().startswith(f"Dear {name},")
