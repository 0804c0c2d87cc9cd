"""The form with free times stores the slots that are chosen, and refuses anything else with a sentence."""

from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from django.db import OperationalError
from django.db.backends.utils import CursorWrapper

from bookings import appointments, form_choices, private_links, published_times
from bookings.models import (
    Appointment,
    AppointmentType,
    BookingSettings,
    Enquiry,
    Event,
    Message,
    WeeklyHours,
)
from bookings.slot import Slot
from practice import facts
from practice.models import CountedAct
from tests.bookings import texts
from tests.bookings.conftest import NOW, error_summary, fresh_token, new_form
from tests.bookings.forms.helpers import TEN, requested_slots


def test_a_chosen_time_is_asked_for_and_nothing_is_held(submit_form, answers_with_slot):
    response = submit_form(answers_with_slot)

    enquiry = Enquiry.objects.get()
    assert response.headers["Location"] == f"/consultation/received/{enquiry.reference}/"
    assert requested_slots() == [("harley-street", TEN)]
    assert (enquiry.days, enquiry.parts, enquiry.person.time_zone) == ([], [], "")
    assert not Appointment.objects.holding().exists()


def test_up_to_three_times_are_kept_in_order_and_each_once(submit_form, answers_with_slot, slot_value):
    submit_form(
        answers_with_slot | {"also": [slot_value(hours=2), "", slot_value(), slot_value(hours=1), slot_value(hours=3)]}
    )

    assert requested_slots() == [("harley-street", TEN + timedelta(hours=hours)) for hours in (0, 2, 1)]


def test_lists_of_places_that_were_not_chosen_do_not_count(submit_form, answers_with_slot, slot_value, st_pauls):
    submit_form(answers_with_slot | {"also": [slot_value(hours=1, location=st_pauls), slot_value(hours=2)]})
    assert requested_slots() == [("harley-street", TEN), ("harley-street", TEN + timedelta(hours=2))]


def test_without_a_preferred_place_each_time_brings_its_own(submit_form, answers_with_slot, slot_value, online):
    submit_form(answers_with_slot | {"location": "no-preference", "also": [slot_value(hours=1, location=online)]})

    assert Enquiry.objects.get().location is None
    assert requested_slots() == [("harley-street", TEN), ("online", TEN + timedelta(hours=1))]


@pytest.mark.parametrize("timing", ["these-times", "not-ready"])
def test_days_and_no_wish_at_all_remain_valid_ends(submit_form, answers_with_slot, slot_value, timing):
    response = submit_form(
        answers_with_slot | {"timing": timing, "days": ["1"], "parts": ["morning"], "also": [slot_value()]}
    )

    enquiry = Enquiry.objects.get()
    assert "received" in response.headers["Location"]
    assert (enquiry.days, enquiry.parts) == (([1], ["morning"]) if timing == "these-times" else ([], []))
    assert requested_slots() == []


def test_a_time_that_is_not_shown_but_free_is_taken(submit_form, form_html, answers_with_slot, slot_value):
    """The page was open while others asked, and shows only some of many."""
    assert slot_value(minutes=30) not in form_html()
    submit_form(answers_with_slot | {"timing": slot_value(minutes=30)})
    assert requested_slots() == [("harley-street", TEN + timedelta(minutes=30))]


def test_what_was_chosen_stays_chosen_while_it_is_free(submit_form, answers_with_slot, slot_value):
    both = {"timing": slot_value(minutes=30), "also": [slot_value(days=20, minutes=30), slot_value(hours=4)]}
    html = submit_form(answers_with_slot | both | {"name": ""}).content.decode()

    assert f'value="{slot_value(minutes=30)}" checked>10:30' in html
    assert f'<option value="{slot_value(days=20, minutes=30)}" selected>10:30' in html
    assert f'<option value="{slot_value(hours=4)}" selected>14:00' in html
    assert "<details open>" in html
    assert html.count(" selected") == 2


WRONG = {
    "off what is published": TEN + timedelta(minutes=10),
    "a Sunday": datetime(2026, 11, 29, 10, tzinfo=UTC),
    "past": NOW - timedelta(hours=2),
    "too soon": NOW + timedelta(hours=3),
    "too far": datetime(2027, 3, 1, 10, tzinfo=UTC),
    "a bank holiday": datetime(2026, 12, 25, 10, tzinfo=UTC),
    "the first value": "00000-{pk}",
    "the last value": "zzzzz-{pk}",
    "no such place": "3kbnc-99999",
    "not a time": "tomorrow",
    "nothing but signs": "\x00’🙂",
    "other digits": "３kbnc-{pk}",
    "capital letters": "3KBNC-{pk}",
    "too much": "3kbnc-{pk}" * 1000,
}


@pytest.mark.parametrize("name", WRONG)
@pytest.mark.parametrize("place", ["timing", "also"])
def test_what_is_not_a_published_time_is_told_in_a_sentence_and_nothing_is_lost(
    submit_form, answers_with_slot, harley_street, name, place
):
    AppointmentType.objects.update(horizon_days=56)
    wrong = WRONG[name]
    wrong = wrong.format(pk=harley_street.pk) if isinstance(wrong, str) else Slot(wrong, harley_street).value
    response = submit_form(answers_with_slot | {place: wrong, "message": "I kept my words."})

    assert response.status_code == 200
    assert error_summary(response) == [(texts.SLOT_NOT_LISTED, "id_timing_time")]
    html = response.content.decode()
    assert "I kept my words." in html
    assert html.count('id="id_timing_time"') == 1
    assert not Enquiry.objects.exists()
    assert not Appointment.objects.exists()


def test_a_time_at_another_place_is_told(submit_form, answers_with_slot, slot_value, online):
    response = submit_form(answers_with_slot | {"timing": slot_value(location=online)})

    sentence = "The time you chose is at another place. Choose one at Harley Street"
    assert error_summary(response) == [(sentence, "id_timing_time")]
    assert not Enquiry.objects.exists()


def test_a_kind_is_only_asked_for_where_it_is_offered(submit_form, answers_with_slot, complimentary, harley_street):
    complimentary.locations.remove(harley_street)

    response = submit_form(answers_with_slot)

    sentence = "“Complimentary consultation” is not offered at Harley Street. Select another place"
    assert error_summary(response) == [(sentence, "id_location_0")]
    AppointmentType.objects.update(publishes_times=False)
    assert submit_form(answers_with_slot | {"timing": "not-ready"}).status_code == 302


def test_a_time_cannot_be_chosen_for_a_kind_that_publishes_none(submit_form, answers_with_slot):
    AppointmentType.objects.filter(slug="complimentary-consultation").update(publishes_times=False)
    assert error_summary(submit_form(answers_with_slot)) == [(texts.TIMING_MISSING, "id_timing_0")]


@pytest.mark.parametrize(
    ("moment", "is_there"),
    [
        (datetime(2027, 3, 28, 0, tzinfo=UTC), True),  # 00:00, and an hour later it is 02:00
        (datetime(2027, 3, 28, 1, tzinfo=UTC), True),
        (datetime(2027, 10, 31, 0, tzinfo=UTC), True),  # 01:00 for the first time
        (datetime(2027, 10, 31, 1, tzinfo=UTC), True),  # and for the second
        (datetime(2027, 10, 31, 2, tzinfo=UTC), True),
        (datetime(2027, 10, 31, 3, tzinfo=UTC), False),  # closed
    ],
)
def test_on_the_days_of_the_change_every_hour_is_itself(submit_form, answers_with_slot, slot_value, moment, is_there):
    WeeklyHours.objects.update(weekday=6, opens=time(0), closes=time(3))
    AppointmentType.objects.update(every=60)
    now = moment - timedelta(days=7)

    response = submit_form(answers_with_slot | {"timing": slot_value(moment), "token": fresh_token(now)}, at=now)

    assert (response.status_code == 302) is is_there
    requested = [appointment.starts_at for appointment in Appointment.objects.all()]
    assert requested == ([moment] if is_there else [])


def test_a_time_taken_meanwhile_keeps_the_enquiry_and_leads_to_other_times(
    submit_form, answers_with_slot, make_enquiry, actor, harley_street
):
    rival = make_enquiry(email="rival@example.org")
    appointments.book_agreed(rival, Slot(TEN, harley_street), NOW, actor=actor)

    response = submit_form(answers_with_slot)

    enquiry = Enquiry.objects.exclude(pk=rival.pk).get()
    assert response.status_code == 302
    with time_machine.travel(NOW, tick=False):
        assert response.headers["Location"] == f"{private_links.path(enquiry, NOW)}?gone"
    assert requested_slots(enquiry) == []
    assert (enquiry.days, enquiry.parts, enquiry.status) == ([], [], "waiting")
    assert submit_form(answers_with_slot).headers["Location"] == response.headers["Location"]
    assert Enquiry.objects.count() == 2


def test_a_race_lost_at_the_last_moment_ends_the_same(submit_form, answers_with_slot, monkeypatch):
    monkeypatch.setattr(appointments, "is_published", lambda *_: False)
    assert submit_form(answers_with_slot).headers["Location"].endswith("?gone")
    assert Enquiry.objects.count() == 1


def test_if_one_of_the_times_is_gone_the_others_are_asked_for(
    submit_form, client, answers_with_slot, slot_value, monkeypatch
):
    is_published = appointments.is_published
    gone = TEN + timedelta(hours=1)
    monkeypatch.setattr(appointments, "is_published", lambda *the: the[1].starts_at != gone and is_published(*the))

    response = submit_form(answers_with_slot | {"also": [slot_value(hours=1)]})

    assert response.headers["Location"].endswith("?done=fewer")
    assert requested_slots() == [("harley-street", TEN)]
    with time_machine.travel(NOW, tick=False):
        html = client.get(response.headers["Location"], follow=True).content.decode()
    assert "Not all of the times you chose were still free. I have those that are." in html


def test_a_double_click_asks_for_the_times_once(submit_form, answers_with_slot, slot_value):
    first, second = (submit_form(answers_with_slot | {"also": [slot_value(hours=1)]}) for _ in range(2))

    assert first.headers["Location"] == second.headers["Location"]
    assert requested_slots() == [("harley-street", TEN), ("harley-street", TEN + timedelta(hours=1))]
    assert Appointment.objects.count() == 2


def test_a_form_sent_again_changes_nothing_of_what_was_answered(submit_form, answers_with_slot, actor):
    submit_form(answers_with_slot)
    appointments.accept_request(Appointment.objects.get(), NOW, actor=actor, draft=None)
    assert "received" in submit_form(answers_with_slot).headers["Location"]
    assert [appointment.status for appointment in Appointment.objects.all()] == ["booked"]


def test_a_suspect_s_times_are_kept_too(submit_form, answers_with_slot):
    submit_form(answers_with_slot | {"nothing": "a robot’s word"})
    assert Enquiry.objects.get().status == "set_aside"
    assert requested_slots() == [("harley-street", TEN)]


def fail(*args, **kwargs):
    raise OperationalError("server closed")


def test_where_the_times_cannot_be_read_the_form_asks_for_days(form_html, published_slots, monkeypatch):
    monkeypatch.setattr(published_times, "read", fail)
    html = form_html()
    assert texts.DAYS_OPTION in html
    assert 'class="times' not in html


def test_a_stopped_database_keeps_the_chosen_times_in_the_form(
    submit_form, answers_with_slot, slot_value, online, monkeypatch
):
    facts.current()
    form_choices.read()
    everything = {"also": [slot_value(hours=1)], "time_zone": "Asia/Tokyo"}
    with monkeypatch.context() as patch:
        patch.setattr(CursorWrapper, "execute", fail)
        response = submit_form(answers_with_slot | everything)

    html = response.content.decode()
    assert response.status_code == 503
    assert error_summary(response)[0][0] == texts.NOT_STORED
    chosen = html.split(f'<input type="radio" name="timing" value="{slot_value()}"')[1]
    assert chosen.split(">")[0].endswith(" checked")
    assert "Tuesday 1 December, 10:00, Harley Street" in chosen
    assert '<input type="hidden" name="time_zone" value="Asia/Tokyo"' in html
    assert f'<input type="hidden" name="also" value="{slot_value(hours=1)}"' in html


def test_an_enquiry_whose_slots_cannot_be_stored_is_not_stored_either(submit_form, answers_with_slot, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(Appointment, "save", fail)
        response = submit_form(answers_with_slot)

    assert response.status_code == 503
    assert error_summary(response)[0][0] == texts.NOT_STORED
    assert "I would like to talk." in response.content.decode()
    assert [model.objects.count() for model in (Enquiry, Event, Message, CountedAct)] == [0] * 4
    assert "received" in submit_form(answers_with_slot).headers["Location"]
    assert requested_slots() == [("harley-street", TEN)]


def test_slots_that_an_earlier_copy_of_the_form_could_not_request_are_requested_once(submit_form, answers_with_slot):
    """They were taken when it was sent first, and are free again now."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(appointments, "is_published", lambda *_: False)
        assert submit_form(answers_with_slot).headers["Location"].endswith("?gone")

    for _ in range(2):
        assert "received" in submit_form(answers_with_slot).headers["Location"]
    assert Enquiry.objects.count() == 1
    assert requested_slots() == [("harley-street", TEN)]


def test_only_an_enquiry_with_slots_waits_for_the_diary(submit_form, answers, answers_with_slot):
    version = BookingSettings.load().version
    submit_form(answers)
    assert BookingSettings.load().version == version
    submit_form(new_form(answers_with_slot))
    assert BookingSettings.load().version == version + 1
