"""While the therapist is away, no visitor is offered or can book anything, and the week says so."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from bookings import appointments, availability, form_choices, published_times
from bookings.actor import Actor
from bookings.admin import slot_suggestions, texts
from bookings.exceptions import SlotUnavailable
from bookings.models import Appointment, AppointmentType, Enquiry, OpeningException, WeeklyHours
from bookings.slot import Slot
from bookings.views.private_page_times import published_times as private_page_times
from practice.absence import Absence
from practice.clock import localdate
from practice.models import Practice
from tests.bookings.conftest import NOW
from tests.bookings.views.private_page.helpers import get, page_text, post, private_path, slot_value
from tests.bookings.week_factory import week_days
from tests.confirmations import facts_asked, form_data, token_in

FIRST, LAST = date(2026, 11, 30), date(2026, 12, 6)  # Monday to Sunday
ON_A_DAY_AWAY = datetime(2026, 12, 1, 10, 0, tzinfo=UTC)
AFTERWARDS = datetime(2026, 12, 7, 10, 0, tzinfo=UTC)


def go_away(first=FIRST, last=LAST):
    practice = Practice.objects.get()
    practice.away_first_day, practice.away_last_day = first, last
    practice.save()


@pytest.fixture
def published_slots(harley_street):
    for weekday in range(5):
        WeeklyHours.objects.create(location=harley_street, weekday=weekday, opens=time(9), closes=time(17))
    AppointmentType.objects.update(publishes_times=True, minutes=30, minutes_after=10)


@pytest.fixture
def offer_slots(make_enquiry, actor, harley_street):
    def offer(starts_at=ON_A_DAY_AWAY):
        slots = [Slot(starts_at, harley_street)]
        [made] = appointments.offer(make_enquiry(), slots, NOW + timedelta(days=3), NOW, actor=actor, draft=None)
        return made

    return offer


def days_of(times):
    return {localdate(moment) for moment in times}


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [(FIRST, None, "away_last_day"), (None, LAST, "away_first_day"), (LAST, FIRST, "away_last_day")],
)
def test_an_absence_has_a_first_and_a_last_day_in_this_order(db, first, last, field):
    practice = Practice.objects.get()
    practice.away_first_day, practice.away_last_day = first, last
    with time_machine.travel(NOW, tick=False), pytest.raises(ValidationError) as refused:
        practice.full_clean()

    assert field in refused.value.message_dict
    with pytest.raises(IntegrityError), transaction.atomic():
        go_away(first, last)


@pytest.mark.parametrize(("first", "last"), [(None, None), (FIRST, FIRST)])
def test_no_absence_and_one_of_a_single_day_are_taken(db, first, last):
    go_away(first, last)
    with time_machine.travel(NOW, tick=False):
        Practice.objects.get().full_clean()


def test_the_form_offers_no_time_on_a_day_away(published_slots, harley_street):
    go_away()
    read = published_times.read(form_choices.read(), NOW, NOW)
    assert read is not None
    offer_slots = days_of(read.free_times("private-session", harley_street))

    assert offer_slots
    assert not [day for day in offer_slots if FIRST <= day <= LAST]
    assert {date(2026, 11, 27), date(2026, 12, 7)} <= offer_slots


def test_extra_hours_do_not_open_a_day_away(published_slots, harley_street):
    hours = {"opens": time(9), "closes": time(12)}
    OpeningException.objects.create(is_open=True, first_day=FIRST, last_day=LAST, location=harley_street, **hours)
    go_away()
    rules = availability.read_rules(NOW, NOW + timedelta(days=28), NOW)

    assert not availability.is_open(harley_street, ON_A_DAY_AWAY, ON_A_DAY_AWAY + timedelta(minutes=30), rules)


def test_a_time_that_was_shown_before_the_absence_is_refused(published_slots, make_enquiry, harley_street):
    go_away()
    with pytest.raises(SlotUnavailable):
        appointments.request_slots(make_enquiry(), [Slot(ON_A_DAY_AWAY, harley_street)], NOW)


def test_the_private_page_neither_shows_nor_takes_a_day_away(published_slots, make_enquiry, actor, harley_street):
    go_away()
    booked = appointments.book_agreed(make_enquiry(), Slot(AFTERWARDS, harley_street), NOW, actor=actor)
    shown = private_page_times(booked.appointment_type, booked.enquiry, NOW, without=booked, answer_by=None)
    move = f"{private_path(booked.enquiry)}{booked.pk}/move/"

    assert not [day.name for day in shown.days if "30 November" in day.name or "1 December" in day.name]
    assert post(move, {"time": slot_value(ON_A_DAY_AWAY)}).status_code == 409
    assert post(move, {"time": slot_value(AFTERWARDS + timedelta(hours=1))}).status_code == 302


def test_an_offer_from_before_the_absence_can_no_longer_be_accepted(offer_slots):
    offer = offer_slots()
    go_away()
    page = private_path(offer.enquiry)

    assert "Accept Tuesday 1 December" not in page_text(get(page))
    assert post(f"{page}{offer.pk}/accept/").url.endswith("done=changed")
    assert Appointment.objects.get().status == Appointment.Status.PROPOSED


def test_an_offer_made_for_a_day_away_can_be_accepted(offer_slots):
    go_away()
    offer = offer_slots()
    page = private_path(offer.enquiry)

    assert "Accept Tuesday 1 December" in page_text(get(page))
    assert post(f"{page}{offer.pk}/accept/").url.endswith("done=accepted")


def test_what_was_cancelled_is_not_taken_back_for_a_day_away(make_enquiry, actor, harley_street):
    booked = appointments.book_agreed(make_enquiry(), Slot(ON_A_DAY_AWAY, harley_street), NOW, actor=actor)
    appointments.cancel(booked, NOW, actor=Actor.PERSON)
    go_away()
    page = private_path(booked.enquiry)

    assert "Take it back" not in page_text(get(page))
    post(f"{page}{booked.pk}/take-back/")
    assert Appointment.objects.get().status == Appointment.Status.CANCELLED


def test_a_moved_appointment_forgets_that_it_was_made_for_a_day_away(make_enquiry, actor, harley_street):
    go_away()
    booked = appointments.book_agreed(make_enquiry(), Slot(ON_A_DAY_AWAY, harley_street), NOW, actor=actor)
    assert booked.despite_absence
    moved = appointments.move(booked, Slot(AFTERWARDS, harley_street), NOW, actor=actor)

    assert not moved.despite_absence


def test_the_therapist_is_suggested_no_day_away(published_slots, make_enquiry):
    go_away()
    enquiry = make_enquiry(days=[0, 1, 2, 3, 4], parts=["morning"])
    suggested = slot_suggestions.suggest(enquiry, enquiry.appointment_type, None, NOW)

    assert not [slot for slot in suggested if FIRST <= localdate(slot.starts_at) <= LAST]


def test_the_week_says_away_and_shows_no_opening_hours(published_slots):
    go_away()
    sunday, monday = week_days(first=date(2026, 11, 29), count=2)

    assert (sunday.is_away, monday.is_away) == (False, True)
    assert monday.opening == ()
    assert monday.closed == ()


def test_the_screen_of_the_week_says_it(published_slots, therapist_client):
    go_away()
    with time_machine.travel(NOW, tick=False):
        page = therapist_client.get("/admin/bookings/bookingsettings/week/?from=2026-11-30").content.decode()

    assert page.count("You’re away") == 7


def save_absence(client, first, last, **yes):
    """Save the days in the form of the practice, with everything else as it is, and a yes to what it asks."""
    address = f"/admin/practice/practice/{Practice.objects.get().pk}/change/"
    days = {"away_first_day": first.isoformat(), "away_last_day": last.isoformat()}
    with time_machine.travel(NOW, tick=False):
        return client.post(address, form_data(client, address) | days | yes, follow=True)


def test_entering_it_names_who_is_booked_or_held_then(
    make_enquiry, offer_slots, actor, harley_street, therapist_client
):
    later = ON_A_DAY_AWAY + timedelta(hours=9)  # outside the hours, so closed before too
    booked = appointments.book_agreed(make_enquiry(), Slot(later, harley_street), NOW, actor=actor)
    offer = offer_slots()
    other = appointments.book_agreed(make_enquiry(), Slot(AFTERWARDS, harley_street), NOW, actor=actor)
    question = save_absence(therapist_client, FIRST, LAST)

    names = [f"Tuesday 1 December, {at}, Harley Street, ref {{}}" for at in ("10:00", "19:00")]
    names = "; ".join(names).format(offer.enquiry.reference, booked.enquiry.reference)
    assert facts_asked(question) == [texts.WOULD_BE_AWAY.format(appointments=names)]
    assert Practice.objects.get().absence is None
    page = save_absence(therapist_client, FIRST, LAST, confirmed=token_in(question)).content.decode()
    assert "Booked or offered while you’re away. Nobody has been told" in page
    assert booked.enquiry.reference in page
    assert offer.enquiry.reference in page
    assert other.enquiry.reference not in page


def test_the_enquiry_says_at_an_offer_that_they_cannot_accept_it(offer_slots, therapist_client):
    offers = [offer_slots(), offer_slots(AFTERWARDS)]
    go_away()
    despite_absence = offer_slots(ON_A_DAY_AWAY + timedelta(hours=3))

    def says_it(offer):
        with time_machine.travel(NOW, tick=False):
            page = therapist_client.get(f"/admin/bookings/enquiry/{offer.enquiry_id}/change/").content.decode()
        return texts.AWAY_THAT_DAY in page

    assert [says_it(offer) for offer in [*offers, despite_absence]] == [True, False, False]


def test_a_promise_given_before_is_remembered_before_the_absence_begins(make_enquiry, therapist_client):
    enquiry = make_enquiry()  # on Tuesday at noon, due on Wednesday at 17:00
    save_absence(therapist_client, date(2026, 11, 25), LAST)

    changed = Enquiry.objects.get(pk=enquiry.pk)
    assert changed.reply_due == enquiry.reply_due
    assert changed.nudge_at == datetime(2026, 11, 24, 14, 30, tzinfo=UTC)


def test_an_absence_covers_whole_days_in_london():
    away = Absence(date(2026, 6, 2), date(2026, 6, 2))
    begins, ends = datetime(2026, 6, 1, 23, tzinfo=UTC), datetime(2026, 6, 2, 23, tzinfo=UTC)  # midnight in summer

    hour = timedelta(hours=1)
    assert away.overlaps(begins, begins + hour)
    assert away.overlaps(ends - hour, ends + hour)
    assert not away.overlaps(begins - hour, begins)
    assert not away.overlaps(ends, ends + hour)


def test_form_receipt_and_private_page_say_until_when_the_therapist_is_away(client, submit_form, answers):
    go_away(NOW.date())
    words = "away up to and including Sunday 6 December"
    with time_machine.travel(NOW, tick=False):
        form = client.get("/consultation/")
        receipt = client.get(submit_form(answers).url)
    private_page = get(private_path(Enquiry.objects.get()))

    assert [words in page_text(page) for page in (form, receipt, private_page)] == [True] * 3
    go_away(date(2026, 12, 20), date(2026, 12, 22))  # after the promised answer
    with time_machine.travel(NOW, tick=False):
        pages = [
            client.get("/consultation/"),
            client.get(receipt.wsgi_request.path),
            get(private_page.wsgi_request.path),
        ]
    assert not any("I am away" in page_text(page) for page in pages)
