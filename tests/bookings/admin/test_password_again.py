"""A stolen session exports and erases nobody: the password is asked for again."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from bookings.models import Enquiry
from tests.sign_in_steps import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def later(therapist_client):
    """Some minutes after the sign-in."""
    with time_machine.travel(timezone.now() + timedelta(minutes=6), tick=False):
        yield


def asks_for_password(response):
    return 'name="own_password"' in response.content.decode()


def test_nothing_is_exported_before_the_password(therapist_client, make_enquiry, later):
    url = f"/admin/bookings/enquiry/{make_enquiry().pk}/export/"
    for page in (therapist_client.get(url), therapist_client.post(url, {"as": "json"})):
        assert asks_for_password(page)
        assert "Content-Disposition" not in page.headers

    answer = therapist_client.post(url, {"own_page": "1", "own_password": PASSWORD})
    assert answer.headers["Location"] == url
    assert "Everything held about" in therapist_client.get(url).content.decode()


def test_nothing_is_erased_before_the_password(therapist_client, make_enquiry, later):
    enquiry = make_enquiry()
    url = f"/admin/bookings/enquiry/{enquiry.pk}/delete/"
    assert asks_for_password(therapist_client.get(url))
    assert asks_for_password(therapist_client.post(url, {"post": "yes"}))
    assert Enquiry.objects.filter(pk=enquiry.pk).exists()

    therapist_client.post(url, {"post": "yes", "own_password": PASSWORD})
    assert not Enquiry.objects.filter(pk=enquiry.pk).exists()
