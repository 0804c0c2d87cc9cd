"""Whatever happens to series and single appointments in whatever order: the diary is right, and the wall time stays."""

from datetime import time, timedelta

import pytest
from hypothesis import seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule, run_state_machine_as_test

from bookings import series
from bookings.models import AppointmentType, OpeningException, Series, SkippedDay
from practice.clock import LONDON, from_wall_clock, localdate
from tests import soak
from tests.bookings.conftest import NOW
from tests.bookings.test_state_machine import CAME_ABOUT, SETTINGS, WHICH, WORDS, Diary, Status

SERIES_STEPS = {"agree", "change", "pause", "end", "roll_on", "book_all_the_same", "leave_out"}
WEEKS = st.integers(1, 3)
LENGTHS = st.sampled_from([None, 3, 6, -1])  # weeks until the last day
AT = st.sampled_from([time(10), time(10, 20), time(13), time(1, 30)])


class SeriesDiary(Diary):
    """The same diary with series in it, and some days that are closed."""

    @initialize()
    def begin(self):
        super().begin()
        for days in (10, 24, 31):
            day = localdate(NOW) + timedelta(days=days)
            OpeningException.objects.create(first_day=day, last_day=day)
        self.agree(0, 3, time(13), 1, None, False, True)
        self.decide(0, False)
        self.decide(1, True)
        self.change(3, 6, time(10, 20), 2, None, True)

    def compare(self, *, is_refused):
        super().compare(is_refused=is_refused)
        rows = {each.pk: each for each in Series.objects.all()}
        for one in self.times.values():
            if one.series_id is None:
                continue
            of, last_day = rows[one.series_id], rows[one.series_id].last_day
            if one.sequence == 0:  # neither moved nor cancelled
                assert one.starts_at == from_wall_clock(one.series_day, of.at)
                assert one.starts_at.astimezone(LONDON).time() == of.at
                assert (one.series_day - of.first_day).days % (7 * of.every_weeks) == 0
            if one.status == Status.BOOKED and one.starts_at > self.now:
                assert last_day is None or one.series_day <= last_day
        skipped = set(SkippedDay.objects.values_list("series", "day"))
        assert not skipped & {(one.series_id, one.series_day) for one in self.times.values() if one.series_id}

    def new_series(self, enquiry, days, at, every_weeks, length):
        first_day = localdate(self.now) + timedelta(days=days)
        return Series(
            enquiry=enquiry,
            appointment_type=AppointmentType.objects.last(),
            location=self.places[days % 3],
            first_day=first_day,
            at=at,
            minutes=50,
            every_weeks=every_weeks,
            last_day=length and first_day + timedelta(weeks=length),
        )

    def of_series(self, which):
        return self.appointment(which, Status.BOOKED, likely=lambda one: one.series_id and one.starts_at > self.now)

    @precondition(lambda self: self.statuses)
    @rule(which=WHICH, days=st.integers(0, 9), at=AT, every_weeks=WEEKS, length=LENGTHS, books=WORDS, writes=WORDS)
    def agree(self, which, days, at, every_weeks, length, books, writes):
        made = self.new_series(self.person(which), days, at, every_weeks, length)
        draft = self.draft(writes)
        self.do(series.agree, made, self.now, actor=self.therapist, draft=draft, books_closed_days=books)

    @precondition(lambda self: self.has(Status.BOOKED))
    @rule(which=WHICH, days=st.integers(0, 9), at=AT, every_weeks=WEEKS, length=LENGTHS, writes=WORDS)
    def change(self, which, days, at, every_weeks, length, writes):
        anchor = self.of_series(which)
        other = self.new_series(anchor.enquiry, days, at, every_weeks, length)
        self.do(series.change, anchor, other, self.now, actor=self.therapist, draft=self.draft(writes))

    @precondition(lambda self: self.has(Status.BOOKED))
    @rule(which=WHICH, days=st.sampled_from([-3, 0, 8, 30]), writes=WORDS)
    def pause_series(self, which, days, writes):
        anchor = self.of_series(which)
        until = (anchor.series_day or localdate(self.now)) + timedelta(days=days)
        self.do(series.pause, anchor, until, self.now, actor=self.therapist, draft=self.draft(writes))

    @precondition(lambda self: self.has(Status.BOOKED))
    @rule(which=WHICH, writes=WORDS)
    def end(self, which, writes):
        self.do(series.end, self.of_series(which), self.now, actor=self.therapist, draft=self.draft(writes))

    @rule(weeks=st.sampled_from([0, 1, 3]))
    def roll_on(self, weeks):
        def roll_on():
            self.now += timedelta(weeks=weeks)
            series.roll_on(self.now)

        self.do(roll_on)

    @precondition(lambda self: SkippedDay.objects.exists())
    @rule(which=WHICH, books=WORDS)
    def decide(self, which, books):
        days = list(SkippedDay.objects.order_by("pk"))
        day = days[which % len(days)]
        if books:
            self.do(series.book_all_the_same, day, self.now, actor=self.therapist)
        else:

            def leave_out():
                series.leave_out([day])

            self.do(leave_out)


@pytest.mark.django_db
def test_in_any_sequence_the_diary_with_series_is_right():
    """With a fixed seed, because a seed made from the source would change with unrelated edits."""
    CAME_ABOUT.clear()
    for number in range(2, 7):  # further runs only while some step never came about
        run_state_machine_as_test(seed(number)(SeriesDiary), settings=settings(SETTINGS, max_examples=soak.times(500)))
        if CAME_ABOUT.keys() >= SERIES_STEPS:
            return
    pytest.fail(f"These never came about: {SERIES_STEPS - CAME_ABOUT.keys()}")
