"""The private page of somebody who was entered by hand: nothing on it speaks of a form, a promise or a way to write."""

import pytest

from bookings.models import Enquiry
from tests.bookings.conftest import NOW
from tests.bookings.views.private_page.helpers import get, page_text, private_path

Status = Enquiry.Status
UNREACHABLE = {"channel": "", "email": "", "phone": ""}


@pytest.fixture
def make_page(make_enquiry):
    def make(status, rest="", **changes):
        enquiry = make_enquiry(source="hand", location=None, days=[], parts=[], message="", **changes)
        path = private_path(enquiry)
        Enquiry.objects.filter(pk=enquiry.pk).update(status=status)
        get(path)
        return page_text(get(f"/private/{enquiry.reference}/{rest}"))

    return make


def test_nobody_is_told_that_they_were_answered(make_page):
    text = make_page(Status.ANSWERED)

    assert "Your request is here. The next step is yours" in text
    assert "I have answered" not in text
    assert "No preference" not in text
    assert text.count("Not chosen yet") == 2


@pytest.mark.parametrize(
    ("status", "rest", "sentence", "untrue"),
    [
        (Status.WAITING, "", "my answer will be on this page", "will reply by"),
        (Status.LISTED, "", "a time for you will be on this page", "You’ll hear from me"),
        (Status.ANSWERED, "", "my answer will be on this page", "I’ll reply"),
        (Status.ANSWERED, "times/", "times that fit will be on this page", "I’ll reply"),
    ],
)
def test_who_cannot_be_reached_is_promised_no_message(make_page, status, rest, sentence, untrue):
    text = make_page(status, rest, **UNREACHABLE)
    assert sentence in text
    assert untrue not in text

    reachable = make_page(status, rest)
    assert sentence not in reachable
    assert untrue in reachable


def test_a_late_reply_was_due_and_not_promised(make_enquiry):
    enquiry = make_enquiry(source="hand")
    path = private_path(enquiry)
    Enquiry.objects.filter(pk=enquiry.pk).update(reply_due=NOW)
    text = page_text(get(path, NOW.replace(hour=13)))

    assert "My reply was due by" in text
    assert "promised" not in text


def test_nobody_writes_again_who_has_never_written(make_page):
    text = make_page(Status.CLOSED)

    assert "You can write to me whenever you like." in text
    assert "the first time" not in text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [(UNREACHABLE, "How to join will be on this page before it begins."), ({}, "You’ll be told how to join")],
)
def test_how_to_join_is_promised_where_it_can_be_sent(book_appointment, online, changes, sentence):
    appointment = book_appointment(online, source="hand", **changes)

    assert sentence in page_text(get(private_path(appointment.enquiry)))


def test_the_standing_way_to_join_is_shown_to_everybody(book_appointment, online):
    online.join = "https://video.example.org/room"
    online.save()
    appointment = book_appointment(online, source="hand", **UNREACHABLE)

    assert "https://video.example.org/room" in page_text(get(private_path(appointment.enquiry)))
