"""Four words to read out: made by one press, shown once, and those before are replaced only after a question."""

import pytest
from django.test import Client
from django.urls import reverse

from bookings.models import Enquiry, PrivateLink
from tests.bookings.admin.replies.helpers import page_text

WORDS_ID = "a-random-id-of-the-screen"


def press(client, enquiry, **posted):
    url = reverse("admin:bookings_enquiry_return_words", args=[enquiry.pk])
    return client.post(url, {"words_id": WORDS_ID} | posted)


def test_the_words_on_the_screen_open_the_private_page(make_enquiry, therapist_client):
    enquiry = make_enquiry(source="hand", channel="", email="")
    page = press(therapist_client, enquiry)
    words = " ".join(page.context["words"])
    assert len(page.context["words"]) == 4
    assert words in page_text(page)
    assert enquiry.reference in page_text(page)
    assert "no-store" in page.headers["Cache-Control"]

    answer = Client().post(reverse("bookings:return"), {"reference": enquiry.reference, "words": words})
    assert answer.status_code == 302
    assert answer.url == reverse("bookings:private_page", args=[enquiry.reference])
    assert press(therapist_client, enquiry).context["words"] == words.split()  # a reload


def test_words_that_they_have_are_replaced_only_after_a_question(make_enquiry, therapist_client):
    enquiry = make_enquiry()
    press(therapist_client, enquiry)
    before = PrivateLink.objects.get().words_digest
    question = press(therapist_client, enquiry, words_id="another")
    assert "open their page no longer" in page_text(question)
    assert PrivateLink.objects.get().words_digest == before

    press(therapist_client, enquiry, words_id="another", confirmed=question.context["token"])
    assert PrivateLink.objects.get().words_digest != before


@pytest.mark.parametrize("changes", [{"kind": Enquiry.Kind.COMPLAINT}, {}], ids=["a complaint", "no id"])
def test_there_is_nothing_to_read_out(make_enquiry, therapist_client, changes):
    enquiry = make_enquiry(**changes)
    response = press(therapist_client, enquiry, words_id=WORDS_ID if changes else "")

    assert response.status_code == 302
    assert not PrivateLink.objects.exists()
