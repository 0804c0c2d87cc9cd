"""The positions of hours and appointments on the week's grid."""

import re
from datetime import date, time

import pytest

from bookings.admin import week_grid
from bookings.models import WeeklyHours
from tests.bookings.conftest import NOW
from tests.bookings.week_factory import MONDAY, Status, add_busy_span, appointment_adder, week_days

pytestmark = pytest.mark.django_db


@pytest.fixture
def add_appointment(make_enquiry):
    return appointment_adder(make_enquiry)


def arrange_grid(first=MONDAY, count=7, now=NOW):
    return week_grid.arrange(week_days(first, count, now), now)


def test_an_empty_week_shows_the_usual_hours():
    assert [label for _, label in arrange_grid().labels] == [f"{hour:02}:00" for hour in range(9, 18)]
    assert arrange_grid().height == "lh9 lm0"


def test_hours_and_appointments_extend_the_grid(add_appointment, harley_street):
    WeeklyHours.objects.create(location=harley_street, weekday=2, opens=time(8), closes=time(18, 30))
    assert [label for _, label in arrange_grid().labels] == [f"{hour:02}:00" for hour in range(8, 19)]

    add_appointment(at=time(6, 30))
    assert arrange_grid().labels[0] == ("h0 m0", "06:00")


def test_busy_time_extends_the_grid_by_day_and_not_at_night():
    add_busy_span(NOW.replace(hour=19), NOW.replace(hour=20))
    add_busy_span(NOW.replace(hour=2), NOW.replace(hour=3))
    week_grid = arrange_grid()

    assert [label for _, label in week_grid.labels][::11] == ["09:00"]
    assert week_grid.labels[-1][1] == "19:00"
    assert week_grid.columns[1].entries[0][0] == "h0 m0 lh0 lm20 lane0 of1"


def test_entries_are_placed_by_start_and_length(add_appointment, harley_street):
    WeeklyHours.objects.create(location=harley_street, weekday=1, opens=time(9, 30), closes=time(17))
    add_appointment(at=time(10, 35), minutes=80)
    column = arrange_grid().columns[1]

    assert column.open == ("h0 m30 lh7 lm30",)
    assert [classes for classes, _ in column.entries] == ["h1 m35 lh1 lm20 lane0 of1"]
    assert column.now == "h3 m0"
    assert arrange_grid().columns[0].now == ""


def test_simultaneous_entries_are_side_by_side(add_appointment):
    add_appointment(at=time(10), minutes=60)
    add_appointment(Status.PENDING, at=time(10, 30), minutes=60)
    add_appointment(Status.PENDING, at=time(11), minutes=60)
    add_appointment(at=time(12), minutes=60)

    assert [classes.split(maxsplit=4)[4] for classes, _ in arrange_grid().columns[1].entries] == [
        "lane0 of2",
        "lane1 of2",
        "lane0 of2",
        "lane0 of1",
    ]


def test_there_are_no_more_lanes_than_the_stylesheet_has(add_appointment):
    for minute in range(0, 50, 5):
        add_appointment(Status.PENDING, at=time(10, minute))

    assert {classes.split()[-1] for classes, _ in arrange_grid().columns[1].entries} == {"of6"}
    assert arrange_grid().columns[1].entries[-1][0].endswith("lane5 of6")


@pytest.mark.parametrize(
    ("sunday", "labels"),
    [
        (date(2026, 10, 25), ["00:00", "01:00 BST", "01:00 GMT", "02:00"]),
        (date(2027, 3, 28), ["00:00", "02:00"]),
    ],
)
def test_hours_before_a_clock_change_have_their_own_labels(add_appointment, sunday, labels):
    """Noon is beside noon, so it is the night that is an hour longer or shorter."""
    add_appointment(day=sunday, at=time(0))
    add_appointment(day=sunday, at=time(9))
    week_grid = arrange_grid(sunday, 1)

    assert [label for _, label in week_grid.columns[0].labels] == labels
    (night, _), (morning, _) = week_grid.columns[0].entries
    before = {25: "h0 m0", 23: "h0 m0"}[week_grid.columns[0].day.hours]
    assert night.startswith(before)
    assert morning.split()[0] == {25: "h10", 23: "h8"}[week_grid.columns[0].day.hours]


def test_the_repeated_hour_is_not_side_by_side(add_appointment):
    sunday = date(2026, 10, 25)
    add_appointment(day=sunday, at=time(1), minutes=30)
    add_appointment(day=sunday, at=time(1), minutes=30, fold=1)

    (first, _), (second, _) = arrange_grid(sunday, 1).columns[0].entries
    assert (first, second) == ("h0 m0 lh0 lm30 lane0 of1", "h1 m0 lh0 lm30 lane0 of1")


def test_the_stylesheet_has_every_class(settings):
    sheet = (settings.BASE_DIR / "static/css/week-places.css").read_text()
    known = set(re.findall(r"^\.([a-z]+\d+) \{", sheet, re.MULTILINE))
    hours, minutes = range(26), range(0, 60, 5)
    needed = {f"{name}{number}" for name in ("h", "lh") for number in hours}
    needed |= {f"{name}{number}" for name in ("m", "lm") for number in minutes}
    needed |= {f"lane{number}" for number in range(week_grid.MAX_LANES)}
    needed |= {f"of{number}" for number in range(1, week_grid.MAX_LANES + 1)}

    assert needed <= known
