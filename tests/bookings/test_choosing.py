"""Choosing a free time in the form: what is shown, what is kept, and what is answered to anything else."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from django.db import OperationalError, connection
from django.db.backends.utils import CursorWrapper
from django.test.utils import CaptureQueriesContext

from bookings import appointments, availability, links
from bookings.appointments import Time
from bookings.mail import emails
from bookings.models import Appointment, AppointmentKind, BusySpan, Enquiry, WeeklyHours
from bookings.scheduling import cells
from bookings.visitors import times, zones
from practice import facts
from practice.models import Fee, Location, Practice
from tests import effort
from tests.bookings.conftest import NOW, errors_of, fresh_token

URL = "/consultation/"
TEN = datetime(2026, 12, 1, 10, 0, tzinfo=UTC)  # a Tuesday
NOT_LISTED = "That time is not on the list any more. Choose another"


@pytest.fixture
def harley_street(db):
    return Location.objects.get(slug="harley-street")


@pytest.fixture
def st_pauls(db):
    return Location.objects.get(slug="st-pauls")


@pytest.fixture
def online(db):
    return Location.objects.get(slug="online")


@pytest.fixture
def complimentary(db):
    return AppointmentKind.objects.get(kind="complimentary")


@pytest.fixture
def published(harley_street, st_pauls, online):
    """Three places, nine to five on every weekday, both kinds."""
    for place in (harley_street, st_pauls, online):
        for weekday in range(5):
            WeeklyHours.objects.create(location=place, weekday=weekday, opens=time(9), closes=time(17))
    AppointmentKind.objects.update(publishes_times=True, minutes_after=10)


@pytest.fixture
def at(harley_street):
    """A time as the form sends it."""

    def written(starts_at=TEN, location=None, **later):
        return times.write(Time(starts_at + timedelta(**later), location or harley_street))

    return written


@pytest.fixture
def choosing(answers, at, published):
    """The answers with a time instead of days and parts of the day."""
    chosen = answers | {"timing": at()}
    del chosen["days"], chosen["parts"]
    return chosen


@pytest.fixture
def page(client, db):
    """The form at noon on a Tuesday."""

    def shown(moment=NOW):
        with time_machine.travel(moment, tick=False):
            return client.get(URL).content.decode()

    return shown


def asked_for(enquiry=None):
    """(place, moment) in order of preference."""
    asked = Appointment.objects.filter(enquiry=enquiry or Enquiry.objects.get(), status="pending").order_by("rank")
    return [(one.location.slug, one.starts_at) for one in asked]


# What is shown ----------------------------------------------------------------------------------


def test_without_published_times_the_form_is_the_one_with_days_and_parts(page, client):
    before = page()
    AppointmentKind.objects.update(publishes_times=True)
    AppointmentKind.objects.first().locations.clear()
    AppointmentKind.objects.last().locations.clear()

    assert 'class="times' not in before
    assert "Yes, some days and times suit me better" in before
    assert before.count('name="timing"') == 2
    assert page().count('name="timing"') == 2  # published nowhere


def test_the_times_are_shown_by_place_and_day_on_londons_clock(page, published):
    shown = page(datetime(2027, 3, 24, 12, tzinfo=UTC))

    assert [place in shown for place in ("<h3>Harley Street, ", "<h3>St Pauls, ", "<h3>Online, ")] == [True] * 3
    tuesday = shown.split("<legend>Tuesday 30 March</legend>")[1]
    assert "<legend>Friday 26 March" not in shown  # Good Friday
    assert 'value="20270330T0800Z-1">09:00<' in tuesday  # after the change of the clock
    assert 'value="20270325T1200Z-1"' in shown.split("<legend>Thursday 25 March</legend>")[1].split("</fieldset>")[0]


def test_every_radio_has_one_name_so_that_only_one_answer_can_be_given(page, published):
    shown = page()
    radios = shown.count('type="radio" name="timing"')
    assert radios == 3 * 32 + 2
    assert "None of these suit me." in shown
    assert "I am not ready to choose yet" in shown
    assert "checked" not in shown.split("<form")[1].split("</form>")[0]


def test_many_times_are_thinned_out_evenly():
    day = [TEN + timedelta(minutes=30 * number) for number in range(15)]
    assert times.evenly(day, 4) == [day[0], day[5], day[9], day[14]]
    assert times.evenly(day, 1) == [day[0]]
    assert times.evenly(day[:3], 4) == day[:3]


def test_a_room_that_opens_on_one_day_shows_more_of_its_times(page, published, st_pauls):
    WeeklyHours.objects.filter(location=st_pauls).exclude(weekday=0).delete()

    shown = page().split("<h3>St Pauls")[1].split("<h3>Online")[0].split("<details")[0]
    assert shown.count("<legend>") == 4
    assert shown.count('type="radio"') == 4 * 8


def test_what_is_for_one_kind_alone_says_so(page, published, complimentary):
    AppointmentKind.objects.filter(kind="private").update(minutes=90)
    WeeklyHours.objects.exclude(weekday=1).delete()
    WeeklyHours.objects.update(opens=time(9), closes=time(10, 30))

    shown = page().split("<h3>Harley Street")[1].split("<h3>St Pauls")[0]
    first = shown.split("<legend>Tuesday 1 December</legend>")[1].split("</fieldset>")[0]
    assert first.count("<label>") == 1
    assert first.count('<label class="only-complimentary">') == 2
    assert shown.split("<select")[1].split("</select>")[0].count("<option") == 1 + 4  # for each kind only 09:00


def test_where_one_kind_publishes_the_other_is_asked_for_days(page, published):
    AppointmentKind.objects.filter(kind="private").update(publishes_times=False)
    shown = page()
    assert '<div class="times only-complimentary">' in shown
    assert '<span class="none-suit only-complimentary">' in shown


def test_a_place_without_a_free_time_says_so(page, published, st_pauls, complimentary):
    WeeklyHours.objects.filter(location=st_pauls).delete()
    complimentary.locations.remove(st_pauls)

    shown = page().split("<h3>St Pauls")[1].split("<h3>Online")[0]
    assert '<p class="only-complimentary">Complimentary consultation: not offered here.</p>' in shown
    assert '<p class="only-private">There is no free time here just now.' in shown
    assert "radio" not in shown


def test_what_is_held_or_busy_is_not_shown(page, published, receive, therapist, harley_street, at):
    WeeklyHours.objects.update(opens=time(10), closes=time(11))
    appointments.agree(receive(), Time(TEN, harley_street), NOW, who=therapist)
    wednesday = TEN + timedelta(days=1)
    BusySpan.objects.create(starts_at=wednesday, ends_at=wednesday + timedelta(hours=1))

    shown = page()
    assert at() not in shown
    assert at(days=1) not in shown
    assert at(days=2) in shown


def test_the_hour_that_comes_twice_says_which_it_is(page, published):
    WeeklyHours.objects.all().update(weekday=6, opens=time(0), closes=time(3))
    AppointmentKind.objects.update(every=60)

    shown = page(datetime(2027, 10, 27, 12, tzinfo=UTC))
    assert "01:00 BST" in shown
    assert "01:00 GMT" in shown
    assert "02:00 GMT" not in shown


def test_the_page_with_times_weighs_at_most_40_kb_and_says_so(client, published, capsys):
    """Busy days at three places, two kinds, errors, and all facts filled in."""
    Practice.objects.update(therapist_name="Ada Quillfeather-Example", credentials="MA", phone="+44 20 7946 0018")
    Location.objects.filter(kind="room").update(address="First floor\n1 Example Street\nLondon W1G 9QD")
    Fee.objects.update(pence=12_550)
    facts.note_change(Practice)
    WeeklyHours.objects.update(opens=time(7), closes=time(21))
    AppointmentKind.objects.filter(kind="private").update(minutes=90)
    with time_machine.travel(NOW, tick=False):
        plain = client.get(URL)
        wrong = client.post(URL, {})

    with capsys.disabled():
        print(f"\n{len(plain.content):,} bytes of HTML; with errors {len(wrong.content):,}")  # noqa: T201
    assert len(plain.content) <= 40_000
    assert len(wrong.content) <= 40_000


def test_the_free_times_take_five_queries_for_both_kinds_at_all_places(published, django_assert_num_queries):
    locations = list(Location.objects.active())
    with django_assert_num_queries(5):
        assert [len(place.days) for place in times.published(NOW).shown(locations)] == [8, 8, 8]


def test_where_nothing_is_published_one_query_tells(db, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert times.published(NOW) is None


def test_many_appointments_cost_little_more_than_none(published, receive, harley_street):
    """What is taken is put into one whole number, however much it is."""
    locations = list(Location.objects.active())
    empty = times.published(NOW)

    def shown(rules):
        return lambda: [times.Published(empty.kinds, empty.places, rules, NOW).shown(locations) for _ in range(5)]

    held = [
        availability.Held(first, first + 12, 0, 10, harley_street.pk, True, "private")
        for first in (cells.cell(NOW + timedelta(minutes=155 * number)) for number in range(500))
    ]
    assert effort.ratio(shown(replace(empty.rules, held=held)), shown(empty.rules)) < 4


# What is sent -----------------------------------------------------------------------------------


def test_a_chosen_time_is_asked_for_and_nothing_is_held(send, choosing):
    response = send(choosing)

    enquiry = Enquiry.objects.get()
    assert response.headers["Location"] == f"/consultation/received/{enquiry.reference}/"
    assert asked_for() == [("harley-street", TEN)]
    assert (enquiry.days, enquiry.parts, enquiry.time_zone) == ([], [], "")
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
    AppointmentKind.objects.update(horizon_days=56)
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

    sentence = "A complimentary consultation is not offered at Harley Street. Select another place"
    assert errors_of(response) == [(sentence, "id_location_0")]
    AppointmentKind.objects.update(publishes_times=False)
    assert send(choosing | {"timing": "not-ready"}).status_code == 302


def test_a_time_cannot_be_chosen_for_a_kind_that_publishes_none(send, choosing):
    AppointmentKind.objects.filter(kind="complimentary").update(publishes_times=False)
    assert errors_of(send(choosing)) == [("Select whether you would like to say when", "id_timing_0")]


# Both days on which the clock is changed ------------------------------------------------------------


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
    AppointmentKind.objects.update(every=60)
    now = datetime.strptime(moment, "%Y%m%dT%H%MZ").replace(tzinfo=UTC) - timedelta(days=7)

    response = send(choosing | {"timing": f"{moment}-{harley_street.pk}", "token": fresh_token(now)}, at=now)

    assert (response.status_code == 302) is is_there
    asked = [one.starts_at for one in Appointment.objects.all()]
    assert asked == ([now + timedelta(days=7)] if is_there else [])


# Somebody came first --------------------------------------------------------------------------------


def test_a_time_taken_meanwhile_keeps_the_enquiry_and_leads_to_other_times(
    send, choosing, receive, therapist, harley_street
):
    rival = receive(email="rival@example.org")
    appointments.agree(rival, Time(TEN, harley_street), NOW, who=therapist)

    response = send(choosing)

    enquiry = Enquiry.objects.exclude(pk=rival.pk).get()
    assert response.status_code == 302
    with time_machine.travel(NOW, tick=False):
        assert response.headers["Location"] == f"{links.path(enquiry, NOW)}?gone"
    assert asked_for(enquiry) == []
    assert (enquiry.days, enquiry.parts, enquiry.status) == ([], [], "waiting")
    assert send(choosing).headers["Location"] == response.headers["Location"]
    assert Enquiry.objects.count() == 2


def test_a_race_lost_at_the_last_moment_ends_the_same(send, choosing, monkeypatch):
    def lose(*args):
        raise appointments.NotFree("This time has just been taken.")

    monkeypatch.setattr(appointments, "ask_for", lose)
    assert send(choosing).headers["Location"].endswith("?gone")
    assert Enquiry.objects.count() == 1


def test_a_double_click_asks_for_the_times_once(send, choosing, at):
    first, second = (send(choosing | {"also": [at(hours=1)]}) for _ in range(2))

    assert first.headers["Location"] == second.headers["Location"]
    assert asked_for() == [("harley-street", TEN), ("harley-street", TEN + timedelta(hours=1))]
    assert Appointment.objects.count() == 2


def test_a_form_sent_again_changes_nothing_of_what_was_answered(send, choosing, therapist):
    send(choosing)
    appointments.accept(Appointment.objects.get(), NOW, who=therapist, letter=None)
    assert "received" in send(choosing).headers["Location"]
    assert [one.status for one in Appointment.objects.all()] == ["booked"]


def test_a_suspect_s_times_are_kept_too(send, choosing):
    send(choosing | {"nothing": "a robot’s word"})
    assert Enquiry.objects.get().status == "set_aside"
    assert asked_for() == [("harley-street", TEN)]


# Without a database ---------------------------------------------------------------------------------


def fail(*args, **kwargs):
    raise OperationalError("server closed")


def test_where_the_times_cannot_be_read_the_form_asks_for_days(page, published, monkeypatch):
    monkeypatch.setattr(times, "published", fail)
    shown = page()
    assert "Yes, some days and times suit me better" in shown
    assert 'class="times' not in shown


def test_a_stopped_database_keeps_the_chosen_times_in_the_form(send, choosing, at, online, monkeypatch):
    facts.current()
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
        patch.setattr(appointments, "ask_for", fail)
        response = send(choosing)

    assert response.status_code == 503
    assert errors_of(response)[0][0].startswith("Your message has arrived, but not the times")
    assert "received" in send(choosing).headers["Location"]
    assert Enquiry.objects.count() == 1
    assert asked_for() == [("harley-street", TEN)]


# The other clock ------------------------------------------------------------------------------------


def test_a_clock_of_ones_own_is_kept_for_who_may_meet_online(send, choosing, at, online):
    send(choosing | {"location": "online", "timing": at(location=online), "time_zone": "Asia/Tokyo"})
    assert Enquiry.objects.get().time_zone == "Asia/Tokyo"


@pytest.mark.parametrize(
    "changes",
    [{"time_zone": "Asia/Tokyo"}, {"location": "online", "timing": "not-ready", "time_zone": "Europe/London"}],
)
def test_london_and_who_comes_to_a_room_need_no_other_clock(send, choosing, changes):
    send(choosing | changes)
    assert Enquiry.objects.get().time_zone == ""


@pytest.mark.parametrize(
    "name", ["localtime", "Mars/Olympus", "../../etc/passwd", "Factory", "Europe/Paris\n", "Etc/GMT+1"]
)
def test_only_the_name_of_a_place_is_kept_as_a_clock(send, choosing, at, online, name):
    response = send(choosing | {"location": "online", "timing": at(location=online), "time_zone": name})
    assert errors_of(response) == [("Select a city from the list", "id_time_zone")]


def test_every_city_of_the_list_is_a_known_zone_and_they_stand_in_order():
    shown = zones.choices(NOW)
    assert len(shown) >= 40
    assert {name for name, _ in shown} <= zones.known()
    assert shown[0] == ("Pacific/Honolulu", "Honolulu (London − 10 h)")
    assert ("Asia/Kolkata", "Delhi, Mumbai, Colombo (London + 5½ h)") in shown
    assert ("America/St_Johns", "St John’s (London − 3½ h)") in shown
    assert ("Europe/Lisbon", "Lisbon, Madeira (as in London)") in shown


# What they read afterwards --------------------------------------------------------------------------


def test_the_confirmation_says_how_many_times_were_asked_for_and_none_of_them(send, client, choosing, at):
    shown = client.get(send(choosing | {"also": [at(hours=1)]}).headers["Location"]).content.decode()

    assert "You asked for two times" in shown
    assert "1 December" not in shown


def test_the_first_message_holds_the_private_link_and_the_form_shows_a_placeholder(send, page, choosing):
    with CaptureQueriesContext(connection) as queries:
        shown = page()
    assert "To change, pause or withdraw your request:" in shown
    assert "(a link that is yours alone)" in shown
    assert not [query for query in queries if not query["sql"].startswith("SELECT")]

    send(choosing)
    acknowledgement = Enquiry.objects.get().notifications.get(kind="acknowledge")
    message = emails.compose(acknowledgement, Practice.objects.get(), NOW)
    assert links.address(Enquiry.objects.get(), NOW) in message.body


@pytest.mark.parametrize(
    ("slug", "zone", "when"),
    [
        ("online", "Asia/Tokyo", "1 December 2026, 10:00 to 10:30 London time (19:00 to 19:30 in Tokyo)\n"),
        ("online", "", "1 December 2026, 10:00 to 10:30, London time\n"),
        ("harley-street", "Asia/Tokyo", "1 December 2026, 10:00 to 10:30, London time\n"),
    ],
)
def test_messages_about_an_appointment_online_name_both_clocks(receive, therapist, slug, zone, when):
    place = Location.objects.get(slug=slug)
    booked = appointments.agree(receive(time_zone=zone), Time(TEN, place), NOW, who=therapist)
    reminder = booked.enquiry.notifications.filter(kind="remind").first()

    assert when in emails.compose(reminder, Practice.objects.get(), NOW).body
