"""The replies about a series, as the therapist gives them: book it, change it, pause it and end it."""

from datetime import date, time, timedelta

import pytest
from icalendar import Calendar

from bookings import series
from bookings.admin.reply_actions import ACTIONS
from bookings.messages.calendar_files import SERIES_PURPOSES
from bookings.models import Appointment, Event, Message, OpeningException, Purpose, Reply, Series, SkippedDay
from tests.bookings.admin.replies.helpers import (
    PHONE,
    ReplyScreen,
    deliver_emails,
    enquiry_url,
    error_messages,
    page_text,
    reply_url,
)
from tests.bookings.conftest import NOW
from tests.bookings.views.private_page.helpers import get, private_path

FIRST = date(2026, 12, 1)  # a Tuesday
WEEK = timedelta(weeks=1)


def fields(locations, **changes):
    return {
        "first_day": f"{FIRST}",
        "at": "10:00",
        "place": str(locations["harley-street"].pk),
        "every_weeks": "1",
    } | changes


@pytest.fixture
def weekly(private, locations, make_enquiry, actor):
    """Book a weekly series with half a year of appointments, and return it."""

    def book(**who):
        made = Series(
            enquiry=make_enquiry(**who), appointment_type=private, location=locations["harley-street"],
            first_day=FIRST, at=time(10), minutes=50,
        )  # fmt: skip
        series.agree(made, NOW, actor=actor, draft=None)
        return made

    return book


@pytest.fixture
def screen(weekly, make_enquiry, locations, therapist_client):
    """Open the screen of a reply about a series, filled in, and return it with the enquiry."""

    def open_screen(purpose, **who):
        if purpose == Purpose.SERIES:
            enquiry = make_enquiry(**who)
            return ReplyScreen(therapist_client, reply_url(enquiry, purpose), **fields(locations)), enquiry
        third = weekly(**who).appointments.order_by("starts_at")[2]
        filled = {"paused_until": f"{FIRST + 4 * WEEK}"} if purpose == Purpose.PAUSE else {}
        filled |= {"at": "11:00"} if purpose == Purpose.CHANGE else {}
        return ReplyScreen(therapist_client, reply_url(third.enquiry, purpose, third), **filled), third.enquiry

    return open_screen


@pytest.mark.parametrize("purpose", SERIES_PURPOSES)
def test_a_second_click_sends_nothing_twice(screen, purpose, mailoutbox):
    reply_screen, enquiry = screen(purpose)
    page = reply_screen.preview()
    events = None
    for _ in range(2):
        done = reply_screen.send(page)
        assert ACTIONS[purpose].sent in page_text(done)
        events = events or enquiry.events.count()
    assert (Reply.objects.count(), Message.objects.filter(kind="reply").count()) == (1, 1)
    assert enquiry.events.count() == events
    assert Series.objects.count() == (2 if purpose == Purpose.CHANGE else 1)


@pytest.mark.parametrize("purpose", SERIES_PURPOSES)
def test_whoever_has_only_a_phone_is_told_by_phone_once(screen, purpose, mailoutbox):
    reply_screen, enquiry = screen(purpose, **PHONE)
    if purpose != Purpose.SERIES:  # else they have spoken already
        assert error_messages(reply_screen.record()) == {"told": ["Tell them first, then tick this."]}
    done = reply_screen.record(told="on")
    events = enquiry.events.count()
    reply_screen.record(told="on")
    assert ACTIONS[purpose].recorded in page_text(done)
    assert enquiry.events.count() == events
    assert not Reply.objects.exists()
    assert deliver_emails(mailoutbox) == []


def test_the_letter_of_a_series_names_the_first_times_and_the_days_left_out(screen, mailoutbox):
    OpeningException.objects.create(first_day=date(2026, 12, 22), last_day=date(2026, 12, 29))
    reply_screen, _ = screen(Purpose.SERIES, calendar_ok=True)
    page = reply_screen.preview()
    assert "Not booked: Tuesday 22 December and Tuesday 29 December (closed that day)." in page_text(page)
    reply_screen.send(page)

    (email,) = deliver_emails(mailoutbox)
    assert "- Tuesday 1 December, 10:00 to 10:30, Harley Street\n- Tuesday 8 December" in email.body
    assert "- and then every week at the same time\n- not on Tuesday 22 December and Tuesday 29 December" in email.body
    assert Appointment.objects.booked().count() == 24
    (file,) = email.attachments
    calendar = Calendar.from_ical(file.content)
    assert file.filename == "appointments.ics"
    assert calendar["method"] == "PUBLISH"
    assert {str(event["uid"]) for event in calendar.walk("VEVENT")} == set(
        Appointment.objects.booked().values_list("uid", flat=True)
    )


def test_the_closed_days_are_booked_where_she_chooses_that(screen):
    OpeningException.objects.create(first_day=date(2026, 12, 22), last_day=date(2026, 12, 29))
    reply_screen, _ = screen(Purpose.SERIES)
    reply_screen.send(reply_screen.preview(closed_days="book"))
    assert Appointment.objects.booked().count() == 26


@pytest.mark.parametrize(("purpose", "cancelled"), [("pause", 3), ("end", 24), ("change", 0)])
def test_the_file_removes_what_is_cancelled_and_moves_what_is_changed(screen, mailoutbox, purpose, cancelled):
    reply_screen, enquiry = screen(Purpose(purpose), calendar_ok=True)
    reply_screen.send(reply_screen.preview())
    (email,) = deliver_emails(mailoutbox)
    events = Calendar.from_ical(email.attachments[0].content).walk("VEVENT")
    assert [event["status"] for event in events].count("CANCELLED") == cancelled
    stored = {each.uid: each for each in enquiry.appointments.all()}
    for event in events:
        assert event.decoded("dtstart") == stored[event["uid"]].starts_at
        assert event["sequence"] == stored[event["uid"]].sequence
    if purpose == "change":
        assert {event.decoded("dtstart").hour for event in events} == {11, 10}  # by London's clock 11 in summer, too
        assert len(events) == 24


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"first_day": ""}, {"first_day": ["Enter a day."]}),
        ({"first_day": "soon"}, {"first_day": ["Enter a day, such as 1 December 2026."]}),
        ({"first_day": "0026-12-01"}, {"first_day": ["Enter a day within the next year."]}),
        ({"first_day": "2026-11-24"}, {"first_day": ["The first appointment would be over. Choose a day to come."]}),
        ({"at": "10:03"}, {"at": ["Enter a time in steps of 5 minutes, such as 09:00 or 09:05."]}),
        (
            {"first_day": "2027-03-28", "at": "01:30"},
            {"at": ["The clocks go forward that day, so 01:30 doesn’t exist."]},
        ),
        (
            {"last_day": "2026-11-30"},
            {"last_day": ["The series would end before it begins. Enter a later last day, or none."]},
        ),
        (
            {"last_day": "2199-01-01"},
            {"last_day": ["Enter a day within the next five years, or leave it empty."]},
        ),
        ({"minutes": "3"}, {"minutes": ["Enter 5 minutes or more."]}),
        ({"minutes": "52"}, {"minutes": ["Enter a whole number of 5 minutes, such as 50 or 55."]}),
    ],
)
def test_what_makes_no_series_is_refused_in_a_sentence_and_stays(screen, changes, errors):
    reply_screen, _ = screen(Purpose.SERIES)
    page = reply_screen.preview(**changes)
    for name, sentences in errors.items():
        assert error_messages(page)[name][0] == sentences[0]
    for name, value in changes.items():
        assert page.context["form"][name].value() == value
    assert not Series.objects.exists()


@pytest.mark.parametrize("weeks", ["0", "13", "1000", "x"])
def test_only_the_rhythms_of_the_list_can_be_chosen(screen, weeks):
    reply_screen, _ = screen(Purpose.SERIES)
    assert "every_weeks" in error_messages(reply_screen.preview(every_weeks=weeks))


def test_a_pause_that_ends_before_it_begins_is_refused(screen):
    reply_screen, _ = screen(Purpose.PAUSE)
    page = reply_screen.preview(paused_until=f"{FIRST}")
    assert error_messages(page)["paused_until"] == ["The pause would end before it begins. Enter a later day."]


def test_only_an_appointment_of_a_series_has_acts_on_the_series(book_appointment, therapist_client):
    appointment = book_appointment()
    for purpose in ("change", "pause", "end"):
        assert therapist_client.get(reply_url(appointment.enquiry, purpose, appointment)).status_code == 404


def test_the_next_series_is_suggested_in_the_week_after_the_last_appointment(book_appointment, therapist_client):
    appointment = book_appointment()
    form = therapist_client.get(reply_url(appointment.enquiry, "series")).context["form"]
    assert form["first_day"].value() == appointment.starts_at.date() + WEEK
    assert form["place"].value() == appointment.location_id


def test_the_screen_of_the_enquiry_shows_the_next_ones_and_folds_the_rest(weekly, therapist_client):
    made = weekly()
    page = page_text(therapist_client.get(enquiry_url(made.enquiry)))
    assert "A series, every week from Tuesday 1 December, 10:00, Harley Street." in page
    assert "23 more, until Tuesday 25 May" in page
    assert page.count("Every appointment from this one on:") == 26


@pytest.mark.parametrize("choice", ["leave", "book"])
def test_the_desk_asks_about_a_day_and_each_answer_is_one_press(weekly, therapist_client, choice):
    made = weekly()
    day = SkippedDay.objects.create(series=made, day=date(2027, 5, 31), reason=SkippedDay.Reason.BANK_HOLIDAY)
    desk = page_text(therapist_client.get("/admin/"))
    assert "Days of a series on which nothing is booked" in desk
    assert "Monday 31 May (a bank holiday)" in desk
    events = Event.objects.count()
    url = f"/admin/bookings/enquiry/{made.enquiry.pk}/series-day/{day.pk}/"
    done = page_text(therapist_client.post(url, {"to": choice}, follow=True))

    assert ("Left out: Monday 31 May." if choice == "leave" else "Booked: Monday 31 May, 10:00") in done
    assert (Event.objects.count() > events) == (choice == "book")
    assert "Days of a series" not in page_text(therapist_client.get("/admin/"))
    assert "has been decided" in page_text(therapist_client.post(url, {"to": choice}, follow=True)) or choice == "leave"


def test_several_days_are_left_out_by_one_press_on_the_desk(weekly, therapist_client):
    made = weekly()
    for number in range(3):
        day = date(2027, 6, 1) + number * WEEK
        SkippedDay.objects.create(series=made, day=day, reason=SkippedDay.Reason.CLOSED)
    url = f"/admin/bookings/enquiry/{made.enquiry.pk}/series/{made.pk}/leave-out/"
    done = therapist_client.post(url, {"from": "desk"}, follow=True)
    assert "Left out: 3 days." in page_text(done)
    assert done.redirect_chain[0][0] == "/admin/"
    assert not SkippedDay.objects.filter(is_settled=False).exists()


def test_the_private_page_shows_the_next_appointments_and_folds_the_rest(weekly):
    made = weekly()
    page = get(private_path(made.enquiry)).content.decode()
    assert page.count("Cancel it") == 26
    assert "<summary>22 more, until Tuesday 25 May</summary>" in page
    assert "You have appointments." in page
    assert "Your appointments are cancelled first." in page
