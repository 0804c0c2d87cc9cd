"""The admin of booking settings, and closed days and extra hours."""

from datetime import date, time, timedelta

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from bookings.admin import texts
from bookings.models import BookingSettings, BusySpan, OpeningException
from practice.models import Location
from tests.bookings.admin import sentences
from tests.bookings.conftest import NOW
from tests.confirmations import confirmed_post, facts_asked

pytestmark = pytest.mark.django_db
SECRET = "https://calendar.example.org/private-5d41402abc/basic.ics"
SETTINGS_URL = "/admin/bookings/bookingsettings/1/change/"
HOURS_URL = "/admin/bookings/weeklyhours/"
DAYS_URL = "/admin/bookings/openingexception/"
TYPES_URL = "/admin/bookings/appointmenttype/"


@pytest.fixture
def locations(db):
    return {place.slug: place for place in Location.objects.all()}


# Booking settings -----------------------------------------------------------------------------------------


@pytest.fixture
def settings_form_data():
    """What the form is sent with, nothing changed."""
    return {
        "travel_minutes": "40",
        "rests_on_bank_holidays": "on",
        "hold_days": "3",
        "calendar_title": "Appointment",
        "cancel_notice_hours": "24",
        "late_cancel_fee": "nothing",
        "next_invoice_number": "1",
        "remind_hours": "24",
        "remind_again_hours": "",
        "quiet_from": "21:00",
        "quiet_until": "08:00",
        "summary_at": "08:00",
        "busy_address": "",
    }


def test_the_settings_are_one_form(therapist_client):
    response = therapist_client.get("/admin/bookings/bookingsettings/")

    assert response.url == SETTINGS_URL
    page = therapist_client.get(SETTINGS_URL).content.decode()
    for heading in ("Travel and bank holidays", "Offers", "Reminders", "Daily summary", "Your other calendar"):
        assert heading in page
    assert therapist_client.get("/admin/bookings/bookingsettings/add/").status_code == 403
    assert therapist_client.post("/admin/bookings/bookingsettings/1/delete/", {"post": "yes"}).status_code == 403


def test_the_settings_are_saved(therapist_client, settings_form_data):
    response = therapist_client.post(
        SETTINGS_URL, settings_form_data | {"travel_minutes": "55", "summary_at": "", "quiet_from": "20:30"}
    )

    assert response.status_code == 302
    diary = BookingSettings.objects.get()
    assert (diary.travel_minutes, diary.summary_at, diary.quiet_from) == (55, None, time(20, 30))


def test_only_changed_fields_are_saved(therapist_client, settings_form_data, monkeypatch):
    """The lock counts in the same row, and the other calendar is read into it."""
    from bookings.admin.settings import BookingSettingsAdmin

    save_model = BookingSettingsAdmin.save_model

    def save_concurrently(*args):
        BookingSettings.objects.update(version=7, busy_problem=sentences.NO_ANSWER)
        save_model(*args)

    monkeypatch.setattr(BookingSettingsAdmin, "save_model", save_concurrently)
    therapist_client.post(SETTINGS_URL, settings_form_data | {"hold_days": "5"})

    diary = BookingSettings.objects.get()
    assert (diary.hold_days, diary.version, diary.busy_problem) == (5, 7, sentences.NO_ANSWER)


@pytest.mark.parametrize("address", [SECRET, "webcal://example.org/a.ics", "HTTPS://EXAMPLE.ORG/a.ics", ""])
def test_a_calendar_address_is_saved(therapist_client, settings_form_data, address):
    assert therapist_client.post(SETTINGS_URL, settings_form_data | {"busy_address": f" {address} "}).status_code == 302
    assert BookingSettings.objects.get().busy_address == address


@pytest.mark.parametrize(
    "address",
    ["http://example.org/a.ics", "file:///etc/passwd", "example.org", "https://", "https://[::1", "https://a b.org/"],
)
def test_any_other_address_is_refused(therapist_client, settings_form_data, address):
    response = therapist_client.post(SETTINGS_URL, settings_form_data | {"busy_address": address})

    assert texts.NOT_A_CALENDAR_ADDRESS in response.content.decode()
    assert BookingSettings.objects.get().busy_address == ""


def test_the_address_appears_in_no_history_and_no_message(therapist_client, settings_form_data):
    page = therapist_client.post(
        SETTINGS_URL, settings_form_data | {"busy_address": SECRET}, follow=True
    ).content.decode()
    history = therapist_client.get("/admin/bookings/bookingsettings/1/history/").content.decode()
    [entry] = LogEntry.objects.all()

    assert page.count("private-5d41402abc") == 1  # in its own field
    assert "private-5d41402abc" not in history
    assert "private-5d41402abc" not in f"{entry.change_message} {entry.object_repr}"
    assert "address of your other calendar" in entry.get_change_message().lower()


def test_the_address_field_has_no_autocomplete(therapist_client):
    page = therapist_client.get(SETTINGS_URL).content.decode()
    field = page[page.index('name="busy_address"') :].partition(">")[0]

    assert 'autocomplete="off"' in field


def test_a_new_address_deletes_what_was_read_from_the_old_one(therapist_client, settings_form_data):
    therapist_client.post(SETTINGS_URL, settings_form_data | {"busy_address": SECRET})
    BusySpan.objects.create(starts_at=NOW, ends_at=NOW + timedelta(hours=1))
    BookingSettings.objects.update(busy_read_at=NOW, busy_problem=sentences.NO_ANSWER)

    therapist_client.post(SETTINGS_URL, settings_form_data | {"busy_address": SECRET, "hold_days": "4"})
    assert BusySpan.objects.exists()
    assert BookingSettings.objects.get().busy_read_at == NOW

    confirmed_post(therapist_client, SETTINGS_URL, settings_form_data | {"busy_address": ""})
    diary = BookingSettings.objects.get()
    assert not BusySpan.objects.exists()
    assert (diary.busy_read_at, diary.busy_tried_at, diary.busy_problem) == (None, None, "")


@pytest.mark.parametrize(
    ("address", "is_read", "facts"),
    [
        (SECRET, True, []),
        ("", True, [texts.BUSY_TIMES_GO.format(count="1 busy time"), texts.BUSY_REMOVED]),
        ("", False, [texts.BUSY_REMOVED]),
        (
            "https://other.example/a.ics",
            True,
            [texts.BUSY_TIMES_GO.format(count="1 busy time"), texts.BUSY_REPLACED],
        ),
        ("https://other.example/a.ics", False, []),
    ],
)
def test_what_then_counts_as_busy_is_said_before_the_address_goes(
    therapist_client, settings_form_data, address, is_read, facts
):
    therapist_client.post(SETTINGS_URL, settings_form_data | {"busy_address": SECRET})
    if is_read:
        BookingSettings.objects.update(busy_read_at=NOW)
        for hours in (-2, 1):
            starts_at = NOW + timedelta(hours=hours)
            BusySpan.objects.create(starts_at=starts_at, ends_at=starts_at + timedelta(hours=1))
    with time_machine.travel(NOW, tick=False):
        response = therapist_client.post(SETTINGS_URL, settings_form_data | {"busy_address": address})

    assert facts_asked(response) == facts
    if facts:
        assert BookingSettings.objects.get().busy_address == SECRET
        assert all(fact in response.content.decode() for fact in facts)


def test_an_address_without_its_key_stays_unchanged(therapist_client, settings_form_data, settings):
    therapist_client.post(SETTINGS_URL, settings_form_data | {"busy_address": SECRET})
    first = settings.FIELD_KEYS
    settings.FIELD_KEYS = ["Zm9yIGEgdGVzdCBvbmx5LCAzMiBieXRlcyBsb25nISE="]
    unreadable = str(BookingSettings.objects.get().busy_address)
    therapist_client.post(SETTINGS_URL, settings_form_data | {"busy_address": unreadable, "hold_days": "6"})

    settings.FIELD_KEYS = first
    diary = BookingSettings.objects.get()
    assert (diary.busy_address, diary.hold_days) == (SECRET, 6)


# Closed days and extra hours ------------------------------------------------------------------------------------


@pytest.fixture
def exception_list_html(therapist_client):
    """The list, as text, at noon of 24 November."""

    def get_html(query=""):
        with time_machine.travel(NOW, tick=False):
            therapist_client.force_login(therapist_client.get("/admin/").wsgi_request.user)
            return therapist_client.get(DAYS_URL + query).content.decode()

    return get_html


def make_exception(first, last=None, **fields):
    return OpeningException.objects.create(first_day=first, last_day=last or first, **fields)


def test_upcoming_days_are_listed_nearest_first(exception_list_html, therapist, locations):
    make_exception(date(2026, 12, 21), date(2027, 1, 2))
    make_exception(date(2026, 11, 20), date(2026, 11, 24), location=locations["online"])
    extra = {"is_open": True, "opens": time(18), "closes": time(20)}
    make_exception(date(2026, 12, 5), **extra)
    make_exception(date(2026, 11, 23))
    page = exception_list_html()

    rows = [
        "Fri 20 November 2026 to Tue 24 November 2026",
        "Saturday 5 December 2026",
        "Mon 21 December 2026 to Sat 2",
    ]
    positions = [page.index(words) for words in rows]
    assert positions == sorted(positions)
    assert "Monday 23 November 2026" not in page
    assert "18:00 to 20:00" in page
    assert "Everywhere" in page


def test_past_days_are_on_a_page_of_their_own(exception_list_html):
    make_exception(date(2026, 11, 2))
    make_exception(date(2026, 11, 23))
    make_exception(date(2026, 12, 5))

    assert '<a href="?days=past">Past days</a>' in exception_list_html()
    page = exception_list_html("?days=past")
    assert page.index("Monday 23 November 2026") < page.index("Monday 2 November 2026")
    assert "5 December" not in page


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ("2026-12-24", None, None)),
        ({"last_day": "2026-12-31"}, ("2026-12-31", None, None)),
        ({"is_open": "True", "opens": "18:00", "closes": "20:00"}, ("2026-12-24", time(18), time(20))),
    ],
)
def test_closed_days_and_extra_hours_are_saved(therapist_client, changes, expected):
    response = therapist_client.post(f"{DAYS_URL}add/", {"is_open": "False", "first_day": "2026-12-24"} | changes)

    assert response.status_code == 302
    row = OpeningException.objects.get()
    assert (f"{row.last_day}", row.opens, row.closes) == expected


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"last_day": "2026-12-01"}, "Enter a last day that isn’t before the first day."),
        ({"is_open": "True"}, "Enter a start and an end time."),
        ({"opens": "09:00"}, sentences.BOTH_TIMES),
        ({"opens": "09:02", "closes": "10:00"}, sentences.OFF_THE_GRID),
        ({"first_day": "", "opens": "09:00", "closes": "10:00"}, "Enter the first day."),
        (
            {"first_day": "2027-03-28", "opens": "01:30", "closes": "10:00"},
            sentences.CLOCKS_GO_FORWARD,
        ),
    ],
)
def test_an_invalid_day_is_refused(therapist_client, changes, sentence):
    response = therapist_client.post(f"{DAYS_URL}add/", {"is_open": "False", "first_day": "2026-12-24"} | changes)

    assert sentence in response.content.decode()
    assert not OpeningException.objects.exists()


def test_an_exception_can_be_deleted(therapist_client):
    row = make_exception(date(2026, 12, 5))
    therapist_client.post(f"{DAYS_URL}{row.pk}/delete/", {"post": "yes"})

    assert not OpeningException.objects.exists()


def test_every_screen_links_to_the_others(therapist_client):
    row = make_exception(date(2026, 12, 5))
    for screen in (
        SETTINGS_URL,
        TYPES_URL,
        HOURS_URL,
        DAYS_URL,
        f"{DAYS_URL}{row.pk}/change/",
        f"{DAYS_URL}add/",
        reverse("admin:bookings_week"),
    ):
        page = therapist_client.get(screen).content.decode()
        parts = page[page.index('aria-label="Diary"') :].partition("</nav>")[0]
        assert parts.count("<a ") == 6
        assert parts.count("aria-current") == 1


def test_other_staff_cannot_see_or_change_the_settings(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("helper", password="x", is_staff=True))

    for screen in (SETTINGS_URL, TYPES_URL, DAYS_URL):
        assert client.get(screen).status_code == 403
        assert client.post(screen).status_code == 403
