"""The form shows the free times by location and day."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import time_machine

from bookings import appointments, availability, form_choices, published_times
from bookings.models import AppointmentType, BusySpan, WeeklyHours
from bookings.scheduling import cells
from bookings.slot import Slot
from practice import facts
from practice.models import Fee, Location, Practice
from tests import effort
from tests.bookings import texts
from tests.bookings.conftest import NOW
from tests.bookings.forms.helpers import TEN, URL


def test_without_published_times_the_form_is_the_one_with_days_and_parts(form_html, client):
    before = form_html()
    AppointmentType.objects.update(publishes_times=True)
    AppointmentType.objects.first().locations.clear()
    AppointmentType.objects.last().locations.clear()

    assert 'class="times' not in before
    assert texts.DAYS_OPTION in before
    assert before.count('name="timing"') == 2
    assert form_html().count('name="timing"') == 2  # published nowhere


def test_the_times_are_shown_by_place_and_day_on_londons_clock(form_html, published_slots, slot_value):
    html = form_html(datetime(2027, 3, 23, 12, tzinfo=UTC))

    assert [place in html for place in ("<h3>Harley Street, ", "<h3>St Pauls, ", "<h3>Online, ")] == [True] * 3
    tuesday = html.split("<legend>Tuesday 30 March</legend>")[1]
    assert "<legend>Friday 26 March" not in html  # Good Friday
    assert (
        f'value="{slot_value(datetime(2027, 3, 30, 8, tzinfo=UTC))}">09:00<' in tuesday
    )  # after the change of the clock
    thursday = html.split("<legend>Thursday 25 March</legend>")[1].split("</fieldset>")[0]
    assert f'value="{slot_value(datetime(2027, 3, 25, 9, tzinfo=UTC))}"' in thursday


def test_every_radio_has_one_name_so_that_only_one_answer_can_be_given(form_html, published_slots):
    html = form_html()
    radios = html.count('type="radio" name="timing"')
    assert radios == 3 * 32 + 2
    assert "None of these suit me." in html
    assert "I am not ready to choose yet" in html
    assert "checked" not in html.split("<form")[1].split("</form>")[0]


def test_many_times_are_thinned_out_evenly():
    day = [TEN + timedelta(minutes=30 * number) for number in range(15)]
    assert published_times.evenly(day, 4) == [day[0], day[5], day[9], day[14]]
    assert published_times.evenly(day, 1) == [day[0]]
    assert published_times.evenly(day[:3], 4) == day[:3]


def test_a_room_that_opens_on_one_day_shows_more_of_its_times(form_html, published_slots, st_pauls):
    WeeklyHours.objects.filter(location=st_pauls).exclude(weekday=0).delete()

    html = form_html().split("<h3>St Pauls")[1].split("<h3>Online")[0].split("<details")[0]
    assert html.count("<legend>") == 4
    assert html.count('type="radio"') == 4 * 8


def test_what_is_for_one_kind_alone_says_so(form_html, published_slots, complimentary):
    AppointmentType.objects.filter(slug="private-session").update(minutes=90)
    WeeklyHours.objects.exclude(weekday=1).delete()
    WeeklyHours.objects.update(opens=time(9), closes=time(10, 30))

    html = form_html().split("<h3>Harley Street")[1].split("<h3>St Pauls")[0]
    first = html.split("<legend>Tuesday 1 December</legend>")[1].split("</fieldset>")[0]
    assert first.count("<label>") == 1
    assert first.count('<label class="only t0">') == 2
    assert html.split("<select")[1].split("</select>")[0].count("<option") == 1 + 4  # for each kind only 09:00


def test_where_one_kind_publishes_the_other_is_asked_for_days(form_html, published_slots):
    AppointmentType.objects.filter(slug="private-session").update(publishes_times=False)
    html = form_html()
    assert '<div class="times only t0">' in html
    assert '<span class="none-suit only t0">' in html


def test_a_place_without_a_free_time_says_so(form_html, published_slots, st_pauls, complimentary):
    WeeklyHours.objects.filter(location=st_pauls).delete()
    complimentary.locations.remove(st_pauls)

    html = form_html().split("<h3>St Pauls")[1].split("<h3>Online")[0]
    assert '<p class="only t0">Complimentary consultation: not offered here.</p>' in html
    assert '<p class="only t1">There is no free time here just now.' in html
    assert "radio" not in html


def test_what_is_held_or_busy_is_not_shown(form_html, published_slots, make_enquiry, actor, harley_street, slot_value):
    WeeklyHours.objects.update(opens=time(10), closes=time(11))
    appointments.book_agreed(make_enquiry(), Slot(TEN, harley_street), NOW, actor=actor)
    wednesday = TEN + timedelta(days=1)
    BusySpan.objects.create(starts_at=wednesday, ends_at=wednesday + timedelta(hours=1))

    html = form_html()
    assert slot_value() not in html
    assert slot_value(days=1) not in html
    assert slot_value(days=2) in html


def test_the_hour_that_comes_twice_says_which_it_is(form_html, published_slots):
    WeeklyHours.objects.all().update(weekday=6, opens=time(0), closes=time(3))
    AppointmentType.objects.update(every=60)

    html = form_html(datetime(2027, 10, 27, 12, tzinfo=UTC))
    assert "01:00 BST" in html
    assert "01:00 GMT" in html
    assert "02:00 GMT" not in html


def test_the_page_with_times_weighs_at_most_40_kb_and_says_so(client, published_slots, capsys):
    """Busy days at three places, two kinds, errors, and all facts filled in."""
    Practice.objects.update(therapist_name="Ada Quillfeather-Example", credentials="MA", phone="+44 20 7946 0018")
    Location.objects.filter(kind="room").update(address="First floor\n1 Example Street\nLondon W1G 9QD")
    Fee.objects.update(pence=12_550)
    facts.note_change(Practice)
    WeeklyHours.objects.update(opens=time(7), closes=time(21))
    AppointmentType.objects.filter(slug="private-session").update(minutes=90)
    with time_machine.travel(NOW, tick=False):
        plain = client.get(URL)
        wrong = client.post(URL, {})

    with capsys.disabled():
        print(f"\n{len(plain.content):,} bytes of HTML; with errors {len(wrong.content):,}")  # noqa: T201
    assert len(plain.content) <= 40_000
    assert len(wrong.content) <= 40_000


def test_the_free_times_take_five_queries_for_both_kinds_at_all_places(published_slots, django_assert_num_queries):
    locations = list(Location.objects.active())
    with django_assert_num_queries(5):
        choices = form_choices.read()
        assert [len(place.days) for place in published_times.read(choices, NOW, NOW).by_location(locations)] == [
            8,
            8,
            8,
        ]


def test_where_nothing_is_published_one_query_tells(db, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert published_times.read(form_choices.read(), NOW, NOW) is None


def test_many_appointments_cost_little_more_than_none(published_slots, make_enquiry, harley_street, private):
    """All that is taken becomes one whole number."""
    locations = list(Location.objects.active())
    empty = published_times.read(form_choices.read(), NOW, NOW)

    def shown(rules):
        return lambda: [
            published_times.PublishedTimes(empty.choices, rules, NOW, NOW).by_location(locations) for _ in range(5)
        ]

    held = [
        availability.HeldTime(first, first + 12, 0, 10, harley_street.pk, "room", private.pk)
        for first in (cells.cell(NOW + timedelta(minutes=155 * number)) for number in range(500))
    ]
    effort.assert_below(4, shown(replace(empty.rules, held=held)), shown(empty.rules))
