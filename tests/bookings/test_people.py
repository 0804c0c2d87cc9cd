"""A person is one row beside their enquiries; export and erasure reach everything that belongs to them."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from bookings import appointments, enquiries, people, private_page_acts, retention, search
from bookings.models import Appointment, Enquiry, Event, Message, Person, Reply, SearchToken
from bookings.slot import Slot
from tests.bookings.conftest import NOW

REFERRAL = {
    "on_behalf": Enquiry.Behalf.PROFESSIONAL,
    "name": "Dr Anna Schmidt",
    "organisation": "City Practice",
    "person_initials": "J.B.",
    "email": "anna@example.org",
}
EVERY_TABLE = (Person, SearchToken, Enquiry, Event, Message, Appointment, Reply)


@pytest.fixture
def referral(make_enquiry):
    return make_enquiry(**REFERRAL)


def is_everything_deleted():
    return not any(model.objects.exists() for model in EVERY_TABLE)


def test_each_form_makes_a_new_person(make_enquiry):
    first, second = make_enquiry(), make_enquiry()

    assert first.person != second.person


def test_an_appointment_belongs_to_the_person_of_its_enquiry(referral, actor, harley_street):
    slot = Slot(NOW + timedelta(days=7), harley_street)
    booked = appointments.book_agreed(referral, slot, NOW, actor=actor)

    assert booked.person == referral.person
    assert list(referral.person.appointments.all()) == [booked]
    assert not referral.referrer.appointments.exists()


@pytest.mark.parametrize("term", ["Schmidt", "City", "anna@example.org", "J.B."])
def test_a_referral_is_found_by_either_name(referral, make_enquiry, term):
    make_enquiry(name="Somebody Else", email="else@example.org")

    expected = [] if term == "J.B." else [referral]  # initials are too short to search by
    assert list(search.find(Enquiry.objects.all(), term)) == expected


@pytest.mark.parametrize(
    "changes", [{"referrer": None}, {"on_behalf": "myself"}], ids=["no referrer", "a referrer too many"]
)
def test_the_database_refuses_a_referral_without_a_referrer(referral, changes):
    with pytest.raises(IntegrityError), transaction.atomic():
        Enquiry.objects.update(**changes)


def test_erasing_a_person_leaves_nothing(make_enquiry, actor):
    enquiry = make_enquiry()
    enquiries.note(enquiry, "A note", actor=actor, now=NOW)
    another = make_enquiry()
    Enquiry.objects.filter(pk=another.pk).update(person=enquiry.person)
    Person.objects.get(pk=another.person_id).delete()

    people.erase(enquiry.person, NOW)

    assert is_everything_deleted()


def test_erasing_a_person_leaves_a_referrer_who_has_referred_somebody_else(referral, make_enquiry):
    other = make_enquiry(**REFERRAL | {"person_initials": "K.L."})
    Enquiry.objects.filter(pk=other.pk).update(referrer=referral.referrer)

    people.erase(referral.person, NOW)

    assert list(Enquiry.objects.all()) == [other]
    assert Person.objects.filter(pk=referral.referrer_id).exists()
    assert not Person.objects.filter(pk=referral.person_id).exists()


def erase_by_private_page(enquiry, client):
    private_page_acts.erase(enquiry, NOW)
    Message.objects.filter(kind="tell_erased").delete()  # which names the reference alone


def erase_by_retention(enquiry, client):
    Enquiry.objects.update(keep_until=NOW.date())
    retention.erase_expired(NOW + timedelta(days=1))


def delete_by_therapist(enquiry, client):
    client.post(reverse("admin:bookings_enquiry_delete", args=[enquiry.pk]), {"post": "yes"})


@pytest.mark.parametrize("erase", [erase_by_private_page, erase_by_retention, delete_by_therapist])
@pytest.mark.parametrize("changes", [{}, REFERRAL], ids=["a request", "a referral"])
def test_no_person_is_left_when_an_enquiry_is_erased(make_enquiry, therapist_client, changes, erase):
    erase(make_enquiry(**changes), therapist_client)

    assert is_everything_deleted()


def test_details_are_corrected_and_found_by_the_new_name(make_enquiry, actor):
    enquiry = make_enquiry()
    before = Person.objects.get()
    people.correct(enquiry, {"name": "Zora O’Neil", "phone": "07700 900 555"}, ["Name", "Phone"], actor=actor, now=NOW)

    person = Person.objects.get()
    assert (person.name, person.phone, person.email) == ("Zora O’Neil", "07700 900 555", before.email)
    assert search.find(Enquiry.objects.all(), "Zora").get() == enquiry
    assert not search.find(Enquiry.objects.all(), before.name).exists()
    assert enquiry.events.last().text == "Corrected: Name, Phone"
