"""Email addresses and telephone numbers as people type and paste them into the form."""

import pytest

from bookings import search
from bookings.models import Enquiry
from practice import email_addresses
from tests.bookings.conftest import error_summary

EMAIL_ERROR = "id_email"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("ann@example.org\u200e", "ann@example.org"),
        ("\u200eann@example.org", "ann@example.org"),
        ("\u202aann@example.org\u202c", "ann@example.org"),
        ("\ufeffann@example.org", "ann@example.org"),
        ("ann@exam\u00adple.org", "ann@example.org"),
        ("\u00a0ann\u00a0@example.org", "ann@example.org"),
        ("ann@straße.example", "ann@straße.example"),
    ],
)
@pytest.mark.parametrize("on_behalf", ["myself", "professional"])
def test_an_address_is_stored_without_what_cannot_be_seen(submit_form, answers, on_behalf, typed, stored):
    referral = {"on_behalf": on_behalf, "organisation": "A clinic", "person_knows": "yes"}
    assert submit_form(answers | referral | {"email": typed}).status_code == 302

    assert Enquiry.objects.get().contact.email == stored


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("ann@aب.example", email_addresses.NO_SUCH_DOMAIN),
        (f"ann@{'ü' * 60}.example", email_addresses.NO_SUCH_DOMAIN),
        (
            "zoë@example.org",
            "This site can’t send to an address with “ë” before the @. Check it, or enter another address",
        ),
    ],
)
def test_what_cannot_be_sent_to_is_refused_in_the_form(submit_form, answers, typed, sentence):
    response = submit_form(answers | {"email": typed})

    assert (response.status_code, error_summary(response)) == (200, [(sentence, EMAIL_ERROR)])
    assert not Enquiry.objects.exists()


def test_two_numbers_are_taken_and_each_is_found_and_dialled(submit_form, answers, therapist_client):
    phone = "07700 900 982 or in the evening +44 20 7946 0018, please ask for Zoë"
    assert submit_form(answers | {"channel": "phone", "email": "", "phone": phone}).status_code == 302

    enquiry = Enquiry.objects.get()
    assert enquiry.contact.phone == phone
    for number in ("07700900982", "020 7946 0018"):
        assert search.find(Enquiry.objects.all(), number).get() == enquiry
    form_html = therapist_client.get(f"/admin/bookings/enquiry/{enquiry.pk}/change/").content.decode()
    assert '<a href="tel:07700900982">07700 900 982</a> or in the evening <a href="tel:+442079460018">' in form_html


def test_domains_that_differ_by_an_accent_are_two_addresses(make_enquiry):
    one, other = make_enquiry(email="ann@straße.example"), make_enquiry(email="ann@strasse.example")

    for enquiry in (one, other):
        assert enquiry.messages.filter(kind="acknowledge").count() == 1
        assert search.find(Enquiry.objects.all(), f"{enquiry.contact.email}\u200e").get() == enquiry
