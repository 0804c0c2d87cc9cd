from django.test import Client
from django.urls import reverse

from bookings import pins, private_links
from bookings.admin.private_link_views import ENDED, ENDS
from tests.bookings.conftest import NOW


def press(client, enquiry, **yes):
    return client.post(reverse("admin:bookings_enquiry_end_link", args=[enquiry.pk]), yes, follow=True)


def test_the_therapist_ends_a_link_after_a_question(make_enquiry, therapist_client):
    enquiry = make_enquiry()
    private_links.create(enquiry, "a-form-id", NOW)
    path = private_links.path(enquiry, NOW)
    pins.set_pin(enquiry.link, "830517")
    question = press(therapist_client, enquiry)
    assert ENDS in question.content.decode()
    enquiry.link.refresh_from_db()
    assert enquiry.link.pin_digest

    answer = press(therapist_client, enquiry, confirmed=question.context["token"])
    assert ENDED in answer.content.decode()
    enquiry.link.refresh_from_db()
    assert (enquiry.link.pin_digest, enquiry.link.words_digest) == ("", "")
    assert Client().get(path).status_code == 404
    assert private_links.path(enquiry, NOW) != path
    assert enquiry.events.last().text == "Private link ended"


def test_an_enquiry_without_a_link_yet_gets_none(make_enquiry, therapist_client):
    enquiry = make_enquiry()
    question = press(therapist_client, enquiry)

    assert ENDED in press(therapist_client, enquiry, confirmed=question.context["token"]).content.decode()
