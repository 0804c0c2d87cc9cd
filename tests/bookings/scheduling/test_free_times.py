"""Free times, compared with a slow and simple search."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bookings.scheduling import cells
from bookings.scheduling.free_times import SlotTerms, free_times
from bookings.scheduling.opening_hours import OpenSpan

NOW = datetime(2026, 12, 7, 8, tzinfo=UTC)  # a Monday


def utc(hour, minute=0, day=8):
    return datetime(2026, 12, day, hour, minute, tzinfo=UTC)


def format_times(times):
    return [time.strftime("%a %H:%M") for time in times]


def test_start_times_follow_the_interval_and_end_before_closing():
    morning = [OpenSpan(utc(9), utc(11))]
    assert format_times(free_times(morning, [], SlotTerms(50), NOW)) == ["Tue 09:00", "Tue 09:30", "Tue 10:00"]
    assert format_times(free_times(morning, [], SlotTerms(60, every=60), NOW)) == ["Tue 09:00", "Tue 10:00"]
    assert free_times(morning, [], SlotTerms(121), NOW) == []


def test_buffers_extend_beyond_opening_hours_but_not_into_taken_time():
    morning = [OpenSpan(utc(9), utc(11))]
    terms = SlotTerms(60, before=15, after=15)
    assert format_times(free_times(morning, [], terms, NOW)) == ["Tue 09:00", "Tue 09:30", "Tue 10:00"]
    taken = [cells.covered(utc(8, 30), utc(8, 50))]
    assert format_times(free_times(morning, taken, terms, NOW)) == ["Tue 09:30", "Tue 10:00"]
    taken = [cells.covered(utc(11, 10), utc(12))]
    assert format_times(free_times(morning, taken, terms, NOW)) == ["Tue 09:00", "Tue 09:30"]


def test_notice_and_horizon_are_exact_to_the_minute():
    days = [OpenSpan(utc(9, day=day), utc(10, day=day)) for day in (7, 8, 9, 10)]
    terms = SlotTerms(60, notice_hours=25, horizon_days=2)
    assert format_times(free_times(days, [], terms, NOW)) == ["Tue 09:00"]
    assert free_times(days, [], terms, NOW + timedelta(minutes=1)) == []


def test_hours_off_the_grid_start_at_the_next_whole_cell():
    assert format_times(free_times([OpenSpan(utc(9, 2), utc(10, 4))], [], SlotTerms(50), NOW)) == ["Tue 09:05"]


def test_time_that_ends_within_a_cell_takes_all_of_it():
    morning = [OpenSpan(utc(9), utc(11))]
    assert format_times(free_times(morning, [cells.covered(utc(8), utc(9))], SlotTerms(60), NOW))[0] == "Tue 09:00"
    assert format_times(
        free_times(morning, [cells.covered(utc(8), utc(9) + timedelta(seconds=1))], SlotTerms(60), NOW)
    ) == [
        "Tue 09:30",
        "Tue 10:00",
    ]


def test_time_taken_before_or_into_the_window_is_respected():
    taken = [cells.covered(NOW - timedelta(days=90), NOW - timedelta(days=89)), cells.covered(NOW, utc(9, 5))]
    assert format_times(free_times([OpenSpan(utc(9), utc(11))], taken, SlotTerms(60), NOW)) == [
        "Tue 09:30",
        "Tue 10:00",
    ]


cell_spans = st.lists(
    st.tuples(st.integers(0, 3 * 288), st.integers(1, 60)).map(lambda pair: (pair[0], pair[0] + pair[1])), max_size=6
)


@settings(derandomize=True, max_examples=300, deadline=None)
@given(
    opening=cell_spans,
    taken=cell_spans,
    minutes=st.integers(5, 90),
    before=st.integers(0, 30),
    after=st.integers(0, 30),
    every=st.sampled_from([5, 15, 30, 60]),
    notice=st.integers(0, 30),
)
def test_free_times_match_a_simple_search(opening, taken, minutes, before, after, every, notice):
    start = cells.cell(NOW)
    spans = [OpenSpan(cells.begins(start + a), cells.begins(start + b)) for a, b in opening]
    busy = [range(start + a, start + b) for a, b in taken]
    terms = SlotTerms(minutes, before, after, every, notice, horizon_days=2)

    length, buffer_before, buffer_after = (-(-part // 5) for part in (minutes, before, after))
    open_cells = {start + number for a, b in opening for number in range(a, b)}
    busy_cells = {number for stretch in busy for number in stretch}
    begins = {start + number for a, b in opening for number in range(a, b, every // 5)}
    expected = [
        cells.begins(number)
        for number in sorted(begins)
        if open_cells.issuperset(range(number, number + length))
        and busy_cells.isdisjoint(range(number - buffer_before, number + length + buffer_after))
        and NOW + timedelta(hours=notice) <= cells.begins(number) <= NOW + timedelta(days=2)
    ]
    assert free_times(spans, busy, terms, NOW) == expected
