"""A change of a location or an appointment type that concerns people already is asked about before it is saved."""

from datetime import timedelta

import pytest
import time_machine

from bookings import appointments
from bookings.actor import Actor
from bookings.admin import texts
from bookings.models import Appointment, AppointmentType, Enquiry
from bookings.slot import Slot
from practice.models import Location
from tests.bookings.admin.replies.helpers import TEN
from tests.bookings.conftest import NOW
from tests.confirmations import confirmed_post, facts_asked, form_data

AT_TEN = "Tuesday 1 December, 10:00, Harley Street, ref {}"
AT_TEN_ONLINE = "Tuesday 1 December, 10:00, Online, ref {}"


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture(autouse=True)
def _thirty_minutes(db):
    AppointmentType.objects.update(minutes=30, minutes_before=0, minutes_after=10)


@pytest.fixture
def book(make_enquiry, actor, harley_street):
    def booked(location=harley_street, starts_at=TEN):
        return appointments.book_agreed(make_enquiry(location=None), Slot(starts_at, location), NOW, actor=actor)

    return booked


@pytest.fixture
def offer(make_enquiry, actor, harley_street):
    def offered(location=harley_street):
        [made] = appointments.offer(
            make_enquiry(location=None),
            [Slot(TEN, location)],
            NOW + timedelta(days=3),
            NOW,
            actor=actor,
            draft=None,
        )
        return made

    return offered


@pytest.fixture
def save(therapist_client):
    """Saves the form of a row with these changes; None takes a tick away."""

    def post(row, **changes):
        data = form_data(therapist_client, url_of(row)) | changes
        return therapist_client.post(url_of(row), {name: value for name, value in data.items() if value is not None})

    return post


def url_of(row):
    return f"/admin/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/change/"


# Locations -----------------------------------------------------------------------------------------


def test_a_location_that_concerns_nobody_is_closed_without_a_question(save, book, st_pauls, harley_street):
    past = book()
    Appointment.objects.filter(pk=past.pk).update(status="fulfilled")

    assert save(harley_street, is_active=None).status_code == 302
    assert not Location.objects.get(pk=harley_street.pk).is_active
    assert save(st_pauls, name="St Paul’s").status_code == 302


@pytest.mark.parametrize("make", ["book", "offer"])
def test_closing_a_location_names_who_is_booked_or_offered_a_time_there(
    save, therapist_client, harley_street, make, request
):
    appointment = request.getfixturevalue(make)()
    question = save(harley_street, is_active=None)

    at_ten = AT_TEN.format(appointment.enquiry.reference)
    assert facts_asked(question) == [texts.STAY_AT_LOCATION.format(appointments=at_ten)]
    assert at_ten in question.content.decode()
    assert Location.objects.get(pk=harley_street.pk).is_active
    data = form_data(therapist_client, url_of(harley_street))
    del data["is_active"]
    confirmed_post(therapist_client, url_of(harley_street), data)
    assert not Location.objects.get(pk=harley_street.pk).is_active
    if make == "offer":
        assert appointments.accept_offer(appointment, NOW).status == "booked"


def test_closing_a_location_names_the_open_requests_for_it(save, make_enquiry, harley_street, st_pauls, online):
    first, second = make_enquiry(), make_enquiry(location=None)
    new_request(second, Slot(TEN, harley_street))
    make_enquiry(location=st_pauls)
    Enquiry.objects.filter(pk=make_enquiry().pk).update(status="closed")

    references = f"{first.reference} and {second.reference}"
    assert facts_asked(save(harley_street, is_active=None)) == [
        texts.OPEN_REQUESTS_THERE.format(count="2 open requests", references=references)
    ]
    assert facts_asked(save(online, is_active=None)) == []


def new_request(enquiry, slot):
    """Save that the enquiry asks for the slot."""
    Appointment.objects.bulk_create(
        [
            Appointment(
                enquiry=enquiry,
                appointment_type=enquiry.appointment_type,
                location=slot.location,
                starts_at=slot.starts_at,
                ends_at=slot.starts_at + timedelta(minutes=30),
                status="pending",
                rank=1,
                made_at=NOW,
            )
        ]
    )


def test_closing_the_last_location_of_a_type_is_asked_about(save, complimentary, private, online):
    private.locations.set([online])
    fact = texts.NO_LOCATION_LEFT.format(appointment_type=private)
    assert facts_asked(save(online, is_active=None)) == [f"{fact} {texts.STILL_ON_THE_FORM}"]

    AppointmentType.objects.filter(pk=private.pk).update(offered_on_form=False)
    assert facts_asked(save(online, is_active=None)) == [fact]

    AppointmentType.objects.filter(pk=private.pk).update(is_active=False)
    assert facts_asked(save(online, is_active=None)) == []


def test_closing_the_last_location_of_all_is_asked_about(save, client, online, therapist_client):
    Location.objects.exclude(pk=online.pk).update(is_active=False)
    facts = facts_asked(save(online, is_active=None))
    assert facts[-1] == texts.LAST_LOCATION

    data = form_data(therapist_client, url_of(online))
    del data["is_active"]
    confirmed_post(therapist_client, url_of(online), data)
    form = client.get("/consultation/").content.decode()
    assert form.count('name="location"') == 1
    assert "No preference</label>" in form


def test_a_room_that_becomes_online_names_who_is_booked_there(save, book, harley_street):
    assert save(harley_street, kind="online").status_code == 302
    assert save(harley_street, kind="room").status_code == 302

    reference = book().enquiry.reference
    fact = texts.WOULD_BE_ONLINE.format(appointments=AT_TEN.format(reference))
    assert facts_asked(save(harley_street, kind="online")) == [fact, texts.NO_WAY_TO_JOIN]
    assert facts_asked(save(harley_street, kind="online", join="https://video.example/a")) == [fact]


def test_a_place_online_that_becomes_a_room_names_who_is_booked_there(save, offer, online):
    reference = offer(online).enquiry.reference
    fact = texts.WOULD_BE_IN_A_ROOM.format(appointments=AT_TEN_ONLINE.format(reference))

    assert facts_asked(save(online, kind="room")) == [fact, texts.NO_ADDRESS]
    assert facts_asked(save(online, kind="room", address="1 Harley Street")) == [fact]


# Appointment types ---------------------------------------------------------------------------------


def test_a_type_that_nobody_asked_for_is_changed_without_a_question(save, private, online):
    assert save(private, minutes="60", locations=[online.pk]).status_code == 302
    assert save(private, is_active=None).status_code == 302


def test_withdrawing_a_type_names_the_offers_and_the_open_requests(save, offer, make_enquiry, complimentary):
    offered, request = offer(), make_enquiry()

    assert facts_asked(save(complimentary, is_active=None)) == [
        texts.STILL_HELD.format(appointments=AT_TEN.format(offered.enquiry.reference)),
        texts.OPEN_REQUESTS_FOR_TYPE.format(count="1 open request", references=request.reference),
    ]
    assert AppointmentType.objects.get(pk=complimentary.pk).is_active


def test_withdrawing_a_type_whose_times_are_shown_names_who_can_move_no_more(save, book, complimentary):
    booked = book()
    assert save(complimentary, is_active=None).status_code == 302
    AppointmentType.objects.update(is_active=True, publishes_times=True)

    assert facts_asked(save(complimentary, is_active=None)) == [
        texts.NO_LONGER_MOVABLE.format(appointments=AT_TEN.format(booked.enquiry.reference))
    ]


def test_another_length_names_what_keeps_the_old_one(save, offer, make_enquiry, complimentary, actor, harley_street):
    offered, waiting = offer(), make_enquiry()
    new_request(waiting, Slot(TEN + timedelta(hours=2), harley_street))
    settled = f"{AT_TEN.format(offered.enquiry.reference)}; Tuesday 1 December, 12:00, Harley Street"

    assert facts_asked(save(complimentary, minutes="45")) == [
        texts.KEEP_THEIR_LENGTH.format(appointments=f"{settled}, ref {waiting.reference}"),
        texts.OPEN_REQUESTS_AT_LENGTH.format(count="1 open request", references=waiting.reference, minutes=45),
    ]
    AppointmentType.objects.update(minutes=45)
    booked = appointments.accept_request(waiting.appointments.get(), NOW, actor=Actor.SYSTEM, draft=None)
    assert booked.ends_at - booked.starts_at == timedelta(minutes=30)


def test_taking_a_location_from_a_type_names_who_is_concerned(
    save, offer, make_enquiry, complimentary, online, harley_street
):
    offered, request = offer(), make_enquiry()

    assert facts_asked(save(complimentary, locations=[online.pk])) == [
        texts.STAY_AT_REMOVED_LOCATION.format(
            location="Harley Street", appointments=AT_TEN.format(offered.enquiry.reference)
        ),
        texts.OPEN_REQUESTS_AT_REMOVED_LOCATION.format(
            count="1 open request", references=request.reference, location="Harley Street"
        ),
    ]
    assert facts_asked(save(complimentary, locations=[harley_street.pk])) == []


def test_leaving_a_type_only_locations_that_are_closed_is_asked_about(save, private, online):
    Location.objects.filter(pk=online.pk).update(is_active=False)

    assert facts_asked(save(private, locations=[online.pk])) == [
        f"{texts.NO_LOCATION_LEFT.format(appointment_type=private)} {texts.STILL_ON_THE_FORM}"
    ]


def test_a_long_list_of_requests_is_cut(save, make_enquiry, complimentary):
    references = [make_enquiry().reference for _ in range(10)]

    [fact] = facts_asked(save(complimentary, is_active=None))
    assert fact.startswith(f"10 open requests asked for it: {', '.join(references[:8])} and 2 more.")
