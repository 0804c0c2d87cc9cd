"""What the form with free times keeps, and what it answers to anything else."""

from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from django.db import OperationalError
from django.db.backends.utils import CursorWrapper

from bookings import appointments, private_links, published_slots
from bookings.models import Appointment, AppointmentType, Enquiry, WeeklyHours
from bookings.slots import Slot
from practice import facts
from tests.bookings.conftest import NOW, errors_of, fresh_token
from tests.bookings.forms.helpers import NOT_LISTED, TEN, asked_for


def test_a_chosen_time_is_asked_for_and_nothing_is_held(send, choosing):
    response = send(choosing)

    enquiry = Enquiry.objects.get()
    assert response.headers["Location"] == f"/consultation/received/{enquiry.reference}/"
    assert asked_for() == [("harley-street", TEN)]
    assert (enquiry.days, enquiry.parts, enquiry.person.time_zone) == ([], [], "")
    assert not Appointment.objects.holding().exists()


def test_up_to_three_times_are_kept_in_order_and_each_once(send, choosing, at):
    send(choosing | {"also": [at(hours=2), "", at(), at(hours=1), at(hours=3)]})

    assert asked_for() == [("harley-street", TEN + timedelta(hours=hours)) for hours in (0, 2, 1)]


def test_lists_of_places_that_were_not_chosen_do_not_count(send, choosing, at, st_pauls):
    send(choosing | {"also": [at(hours=1, location=st_pauls), at(hours=2)]})
    assert asked_for() == [("harley-street", TEN), ("harley-street", TEN + timedelta(hours=2))]


def test_without_a_preferred_place_each_time_brings_its_own(send, choosing, at, online):
    send(choosing | {"location": "no-preference", "also": [at(hours=1, location=online)]})

    assert Enquiry.objects.get().location is None
    assert asked_for() == [("harley-street", TEN), ("online", TEN + timedelta(hours=1))]


@pytest.mark.parametrize("timing", ["these-times", "not-ready"])
def test_days_and_no_wish_at_all_remain_valid_ends(send, choosing, at, timing):
    response = send(choosing | {"timing": timing, "days": ["1"], "parts": ["morning"], "also": [at()]})

    enquiry = Enquiry.objects.get()
    assert "received" in response.headers["Location"]
    assert (enquiry.days, enquiry.parts) == (([1], ["morning"]) if timing == "these-times" else ([], []))
    assert asked_for() == []


def test_a_time_that_is_not_shown_but_free_is_taken(send, page, choosing, at):
    """The page was open while others asked, and shows only some of many."""
    assert at(minutes=30) not in page()
    send(choosing | {"timing": at(minutes=30)})
    assert asked_for() == [("harley-street", TEN + timedelta(minutes=30))]


def test_what_was_chosen_stays_chosen_while_it_is_free(send, choosing, at):
    both = {"timing": at(minutes=30), "also": [at(days=20, minutes=30), at(hours=4)]}
    shown = send(choosing | both | {"name": ""}).content.decode()

    assert f'value="{at(minutes=30)}" checked>10:30' in shown
    assert f'<option value="{at(days=20, minutes=30)}" selected>10:30' in shown
    assert f'<option value="{at(hours=4)}" selected>14:00' in shown
    assert "<details open>" in shown
    assert shown.count(" selected") == 2


WRONG = {
    "off what is published": "20261201T1010Z-{pk}",
    "off the grid": "20261201T1003Z-{pk}",
    "a Sunday": "20261129T1000Z-{pk}",
    "past": "20261124T1000Z-{pk}",
    "too soon": "20261124T1500Z-{pk}",
    "too far": "20270301T1000Z-{pk}",
    "a bank holiday": "20261225T1000Z-{pk}",
    "no such day": "20261232T1000Z-{pk}",
    "no such year": "00000101T0000Z-{pk}",
    "no such place": "20261201T1000Z-99999",
    "not a time": "tomorrow",
    "nothing but signs": "\x00’🙂",
    "other digits": "２０２６１２０１T1000Z-{pk}",
    "too much": "20261201T1000Z-{pk}" * 1000,
}


@pytest.mark.parametrize("name", WRONG)
@pytest.mark.parametrize("place", ["timing", "also"])
def test_what_is_not_a_published_time_is_told_in_a_sentence_and_nothing_is_lost(
    send, choosing, harley_street, name, place
):
    AppointmentType.objects.update(horizon_days=56)
    wrong = WRONG[name].format(pk=harley_street.pk)
    response = send(choosing | {place: wrong, "message": "I kept my words."})

    assert response.status_code == 200
    assert errors_of(response) == [(NOT_LISTED, "id_timing_time")]
    shown = response.content.decode()
    assert "I kept my words." in shown
    assert shown.count('id="id_timing_time"') == 1
    assert not Enquiry.objects.exists()
    assert not Appointment.objects.exists()


def test_a_time_at_another_place_is_told(send, choosing, at, online):
    response = send(choosing | {"timing": at(location=online)})

    sentence = "The time you chose is at another place. Choose one at Harley Street"
    assert errors_of(response) == [(sentence, "id_timing_time")]
    assert not Enquiry.objects.exists()


def test_a_kind_is_only_asked_for_where_it_is_offered(send, choosing, complimentary, harley_street):
    complimentary.locations.remove(harley_street)

    response = send(choosing)

    sentence = "“Complimentary consultation” is not offered at Harley Street. Select another place"
    assert errors_of(response) == [(sentence, "id_location_0")]
    AppointmentType.objects.update(publishes_times=False)
    assert send(choosing | {"timing": "not-ready"}).status_code == 302


def test_a_time_cannot_be_chosen_for_a_kind_that_publishes_none(send, choosing):
    AppointmentType.objects.filter(slug="complimentary-consultation").update(publishes_times=False)
    assert errors_of(send(choosing)) == [("Select whether you would like to say when", "id_timing_0")]


@pytest.mark.parametrize(
    ("moment", "is_there"),
    [
        ("20270328T0000Z", True),  # 00:00, and an hour later it is 02:00
        ("20270328T0100Z", True),
        ("20271031T0000Z", True),  # 01:00 for the first time
        ("20271031T0100Z", True),  # and for the second
        ("20271031T0200Z", True),
        ("20271031T0300Z", False),  # closed
    ],
)
def test_on_the_days_of_the_change_every_hour_is_itself(send, choosing, harley_street, moment, is_there):
    WeeklyHours.objects.update(weekday=6, opens=time(0), closes=time(3))
    AppointmentType.objects.update(every=60)
    now = datetime.strptime(moment, "%Y%m%dT%H%MZ").replace(tzinfo=UTC) - timedelta(days=7)

    response = send(choosing | {"timing": f"{moment}-{harley_street.pk}", "token": fresh_token(now)}, at=now)

    assert (response.status_code == 302) is is_there
    asked = [one.starts_at for one in Appointment.objects.all()]
    assert asked == ([now + timedelta(days=7)] if is_there else [])


def test_a_time_taken_meanwhile_keeps_the_enquiry_and_leads_to_other_times(
    send, choosing, receive, actor, harley_street
):
    rival = receive(email="rival@example.org")
    appointments.book_agreed(rival, Slot(TEN, harley_street), NOW, actor=actor)

    response = send(choosing)

    enquiry = Enquiry.objects.exclude(pk=rival.pk).get()
    assert response.status_code == 302
    with time_machine.travel(NOW, tick=False):
        assert response.headers["Location"] == f"{private_links.path(enquiry, NOW)}?gone"
    assert asked_for(enquiry) == []
    assert (enquiry.days, enquiry.parts, enquiry.status) == ([], [], "waiting")
    assert send(choosing).headers["Location"] == response.headers["Location"]
    assert Enquiry.objects.count() == 2


def test_a_race_lost_at_the_last_moment_ends_the_same(send, choosing, monkeypatch):
    monkeypatch.setattr(appointments, "is_published", lambda *_: False)
    assert send(choosing).headers["Location"].endswith("?gone")
    assert Enquiry.objects.count() == 1


def test_if_one_of_the_times_is_gone_the_others_are_asked_for(send, client, choosing, at, monkeypatch):
    is_published = appointments.is_published
    gone = TEN + timedelta(hours=1)
    monkeypatch.setattr(appointments, "is_published", lambda *the: the[1].starts_at != gone and is_published(*the))

    response = send(choosing | {"also": [at(hours=1)]})

    assert response.headers["Location"].endswith("?done=fewer")
    assert asked_for() == [("harley-street", TEN)]
    with time_machine.travel(NOW, tick=False):
        shown = client.get(response.headers["Location"]).content.decode()
    assert "Not all of the times you chose were still free. I have those that are." in shown


def test_a_double_click_asks_for_the_times_once(send, choosing, at):
    first, second = (send(choosing | {"also": [at(hours=1)]}) for _ in range(2))

    assert first.headers["Location"] == second.headers["Location"]
    assert asked_for() == [("harley-street", TEN), ("harley-street", TEN + timedelta(hours=1))]
    assert Appointment.objects.count() == 2


def test_a_form_sent_again_changes_nothing_of_what_was_answered(send, choosing, actor):
    send(choosing)
    appointments.accept_request(Appointment.objects.get(), NOW, actor=actor, draft=None)
    assert "received" in send(choosing).headers["Location"]
    assert [one.status for one in Appointment.objects.all()] == ["booked"]


def test_a_suspect_s_times_are_kept_too(send, choosing):
    send(choosing | {"nothing": "a robot’s word"})
    assert Enquiry.objects.get().status == "set_aside"
    assert asked_for() == [("harley-street", TEN)]


def fail(*args, **kwargs):
    raise OperationalError("server closed")


def test_where_the_times_cannot_be_read_the_form_asks_for_days(page, published, monkeypatch):
    monkeypatch.setattr(published_slots, "published", fail)
    shown = page()
    assert "Yes, some days and times suit me better" in shown
    assert 'class="times' not in shown


def test_a_stopped_database_keeps_the_chosen_times_in_the_form(send, choosing, at, online, monkeypatch):
    facts.current()
    published_slots.read_offer()
    everything = {"also": [at(hours=1)], "time_zone": "Asia/Tokyo"}
    with monkeypatch.context() as patch:
        patch.setattr(CursorWrapper, "execute", fail)
        response = send(choosing | everything)

    shown = response.content.decode()
    assert response.status_code == 503
    assert errors_of(response)[0][0].startswith("Something went wrong here")
    chosen = shown.split(f'<input type="radio" name="timing" value="{at()}"')[1]
    assert chosen.split(">")[0].endswith(" checked")
    assert "Tuesday 1 December, 10:00, Harley Street" in chosen
    assert '<input type="hidden" name="time_zone" value="Asia/Tokyo"' in shown
    assert f'<input type="hidden" name="also" value="{at(hours=1)}"' in shown


def test_times_that_could_not_be_kept_are_asked_for_when_the_form_is_sent_again(send, choosing, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(appointments, "request_slots", fail)
        response = send(choosing)

    assert response.status_code == 503
    assert errors_of(response)[0][0].startswith("Your message has arrived, but not the times")
    assert "received" in send(choosing).headers["Location"]
    assert Enquiry.objects.count() == 1
    assert asked_for() == [("harley-street", TEN)]
