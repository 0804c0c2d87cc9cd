"""People pause their request by their private link."""

from datetime import date

import pytest

from bookings.models import (
    Enquiry,
)
from bookings.private_page_acts import pause
from tests.bookings import texts
from tests.bookings.conftest import NOW
from tests.bookings.views.private_page.helpers import (
    Status,
    get,
    notices_to_therapist,
    page_text,
    post,
    private_path,
    reload,
    stored_status,
)


def test_they_pause_and_nobody_writes_to_them(offer_slots):
    offer = offer_slots()[0]
    enquiry = offer.enquiry
    path = f"{private_path(enquiry)}pause/"
    for _ in range(2):
        assert post(path).url.endswith("?done=paused")

    assert reload(enquiry).status == Enquiry.Status.PAUSED
    assert reload(enquiry).check_in_on is None
    assert stored_status(offer) == Status.CANCELLED
    assert notices_to_therapist(enquiry) == ["paused"]
    assert "hear nothing from me until you come back" in page_text(get(private_path(enquiry)))


def test_silence_is_promised_with_the_exception_that_they_can_choose(make_enquiry):
    by_email, by_phone = make_enquiry(), make_enquiry(channel="phone", email="", phone="07700 900 982")

    promise = "I won’t write to you until you come back to this page"
    assert f"{promise}, unless you choose a day below." in page_text(get(f"{private_path(by_email)}pause/"))
    assert f"{promise}." in page_text(get(f"{private_path(by_phone)}pause/"))


def test_a_pause_keeps_the_days_that_they_asked_for(make_enquiry):
    enquiry = make_enquiry(days=[1], parts=["evening"])
    post(f"{private_path(enquiry)}pause/")
    assert (reload(enquiry).days, reload(enquiry).parts) == ([1], ["evening"])


def test_they_allow_one_question_on_a_day_and_coming_back_ends_it(make_enquiry):
    enquiry = make_enquiry()
    path = private_path(enquiry)
    post(f"{path}pause/", {"check_in_on": "2027-03-03"})
    assert reload(enquiry).check_in_on == date(2027, 3, 3)
    assert "one short question on Wednesday 3 March 2027" in page_text(get(path))
    assert "Come back and choose when" in page_text(get(path))
    post(f"{path}times/", {"days": ["0"], "parts": ["morning"]})

    assert (reload(enquiry).status, reload(enquiry).check_in_on) == (Enquiry.Status.WAITING, None)


@pytest.mark.parametrize(
    "day", ["2026-11-24", "2020-01-01", "2027-11-25", "soon", "9999-12-31", "2027-02-29", "soon\0"]
)
def test_no_other_day_is_taken(make_enquiry, day):
    enquiry = make_enquiry()
    response = post(f"{private_path(enquiry)}pause/", {"check_in_on": day})

    assert response.status_code == 200
    assert texts.PROBLEM in page_text(response)
    assert reload(enquiry).status == Enquiry.Status.WAITING


@pytest.mark.parametrize("day", ["2026-11-25", "2027-11-24", "03/03/2027"])
def test_the_first_and_the_last_day_are_taken(make_enquiry, day):
    enquiry = make_enquiry()

    assert post(f"{private_path(enquiry)}pause/", {"check_in_on": day}).status_code == 302
    assert reload(enquiry).check_in_on


def test_no_question_by_email_where_email_is_not_safe(make_enquiry):
    enquiry = make_enquiry(channel="phone", email="", phone="+44 7700 900982")
    path = f"{private_path(enquiry)}pause/"
    assert "check_in_on" not in get(path).content.decode()
    post(path, {"check_in_on": "2027-03-03"})

    assert (reload(enquiry).status, reload(enquiry).check_in_on) == (Enquiry.Status.PAUSED, None)
    pause(enquiry, NOW, check_in_on=date(2027, 3, 3))
    assert reload(enquiry).check_in_on is None


def test_with_an_appointment_to_come_there_is_no_pause(book_appointment):
    enquiry = book_appointment().enquiry
    path = f"{private_path(enquiry)}pause/"
    post(f"{private_path(enquiry)}times/", {"days": ["0"], "parts": ["morning"]})

    assert get(path).url.endswith("done=changed")
    assert post(path).url.endswith("done=changed")
    assert reload(enquiry).status == Enquiry.Status.WAITING
