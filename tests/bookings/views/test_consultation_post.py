"""The form is sent once, twice, late, without a cookie, or without a database."""

from datetime import timedelta

import pytest
import time_machine
from django.db import InterfaceError, OperationalError
from django.db.backends.utils import CursorWrapper
from django.test import Client
from django.urls import reverse

from bookings import enquiries, form_choices
from bookings.models import Enquiry, Event, Message
from practice import facts
from tests.bookings import texts
from tests.bookings.conftest import NOW, error_summary, fresh_token, new_form

URL = "/consultation/"


def test_a_double_click_or_reload_makes_one_enquiry(submit_form, answers):
    first, second = submit_form(answers), submit_form(answers)

    assert first.headers["Location"] == second.headers["Location"]
    assert Enquiry.objects.count() == 1
    assert Message.objects.count() == 2


def test_back_and_send_makes_no_second_enquiry_although_the_page_was_new(submit_form, answers):
    submit_form(answers)
    submit_form(answers | {"token": fresh_token(NOW)})

    assert Enquiry.objects.count() == 1


def test_the_same_wish_half_an_hour_later_is_a_new_enquiry(submit_form, answers):
    submit_form(answers)
    later = NOW + timedelta(minutes=31)
    submit_form(answers | {"token": fresh_token(later)}, at=later)

    assert Enquiry.objects.count() == 2


def test_the_same_wish_after_an_answer_is_a_new_enquiry(submit_form, answers):
    submit_form(answers)
    Enquiry.objects.update(status="closed")
    submit_form(answers | {"token": fresh_token(NOW)})

    assert Enquiry.objects.waiting().count() == 1


def test_a_second_try_after_being_set_aside_is_a_new_enquiry(submit_form, answers):
    submit_form(answers | {"token": fresh_token(NOW + timedelta(minutes=1))})
    submit_form(answers)

    assert sorted(Enquiry.objects.values_list("status", flat=True)) == ["set_aside", "waiting"]


def test_another_form_with_other_answers_makes_a_second_enquiry(submit_form, answers):
    submit_form(answers)
    submit_form(new_form(answers, email="zoe.new@example.org"))

    assert {enquiry.person.email for enquiry in Enquiry.objects.all()} == {"zoe@example.org", "zoe.new@example.org"}


def test_a_form_left_open_for_more_than_a_day_is_shown_again_with_its_answers(submit_form, answers):
    late = NOW.replace(day=26)

    response = submit_form(answers, at=late)

    assert error_summary(response)[0][0].startswith("This page was open for more than a day.")
    assert 'value="Zoë O’Hara"' in response.content.decode()
    with time_machine.travel(late, tick=False):
        fresh = response.context["form"]["token"].value()
    assert fresh != answers["token"]
    assert submit_form(answers | {"token": fresh}, at=late.replace(hour=13)).status_code == 302


def test_a_missing_csrf_cookie_shows_the_form_again_with_its_answers(db, answers):
    response = Client(enforce_csrf_checks=True).post(URL, answers)

    assert response.status_code == 403
    assert error_summary(response)[0][0].startswith("Your browser did not send back the cookie")
    assert 'value="Zoë O’Hara"' in response.content.decode()
    assert response.headers["Cache-Control"] == "no-store, private"


def test_form_and_confirmation_are_never_stored(submit_form, client, answers):
    for response in (client.get(URL), client.get(submit_form(answers).headers["Location"])):
        assert response.headers["Cache-Control"] == "no-store, private"


def test_the_form_can_be_found_by_search_engines_and_the_confirmation_cannot(submit_form, client, answers):
    form, confirmation = client.get(URL), client.get(submit_form(answers).headers["Location"])

    assert '<link rel="canonical" href="http://127.0.0.1:8000/consultation/">' in form.content.decode()
    assert "noindex" not in form.content.decode()
    assert '<meta name="robots" content="noindex">' in confirmation.content.decode()


@pytest.mark.parametrize("reference", ["NQSVCHRF", "nqsvchrf", "%00", "short", "0" * 8])
def test_an_unknown_reference_is_not_found(client, db, reference):
    assert client.get(f"/consultation/received/{reference}/").status_code == 404


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options"])
def test_other_methods_are_refused(client, db, method):
    assert getattr(client, method)(URL).status_code == 405


def test_only_the_form_sets_a_cookie_and_it_is_the_csrf_one(submit_form, client, answers):
    assert list(client.get(URL).cookies) == ["form"]
    assert list(client.get(submit_form(answers).headers["Location"]).cookies) == []


def test_one_address_is_acknowledged_once_a_day(submit_form, answers):
    submit_form(answers)
    submit_form(new_form(answers, message="And another thing"))
    later = NOW + timedelta(days=1, minutes=1)
    submit_form(answers | {"message": "And a third", "token": fresh_token(later)}, at=later)

    assert Message.objects.filter(kind="acknowledge").count() == 2
    assert Message.objects.filter(kind="tell_therapist").count() == 3


def test_sending_the_form_takes_at_most_eighteen_queries(submit_form, answers, django_assert_max_num_queries):
    submit_form(new_form(answers, name="Somebody else", email="else@example.org"))

    with django_assert_max_num_queries(18):  # one of them looks for the key to which the message is sealed
        assert submit_form(answers).status_code == 302


def test_a_failing_database_keeps_what_was_typed(submit_form, answers, monkeypatch):
    def fail(*args, **kwargs):
        raise OperationalError("disk full")

    monkeypatch.setattr(enquiries, "insert", fail)
    response = submit_form(answers)

    assert response.status_code == 503
    assert error_summary(response)[0][0] == texts.NOT_STORED
    assert 'value="Zoë O’Hara"' in response.content.decode()


def test_what_happened_is_recorded_with_the_enquiry(submit_form, answers):
    submit_form(answers)

    enquiry = Enquiry.objects.get()
    assert [(event.kind, event.at, event.text) for event in enquiry.events.all()] == [(Event.Kind.RECEIVED, NOW, "")]
    assert [due.kind for due in enquiry.messages.all()] == ["tell_therapist", "acknowledge"]


def test_nobody_is_acknowledged_by_email_who_did_not_choose_it(submit_form, answers):
    submit_form(answers | {"channel": "phone", "phone": "07700 900 982"})

    assert [due.kind for due in Message.objects.all()] == ["tell_therapist"]


def test_the_privacy_notice_that_was_shown_is_recorded_even_if_another_is_published_meanwhile(
    submit_form, client, answers, monkeypatch
):
    monkeypatch.setattr("pages.publishing.privacy_notice_version", lambda: "edition 7")
    with time_machine.travel(NOW - timedelta(minutes=1), tick=False):
        token = client.get(URL).context["form"]["token"].value()
    monkeypatch.setattr("pages.publishing.privacy_notice_version", lambda: "edition 8")
    submit_form(answers | {"token": token})

    assert Enquiry.objects.get().notice_version == "edition 7"


@pytest.mark.parametrize("problem", [OperationalError("server closed"), InterfaceError("connection already closed")])
def test_a_stopped_database_leaves_the_form_with_its_answers(submit_form, answers, monkeypatch, problem):
    facts.current()  # as wsgi.py does before the first visitor
    form_choices.read()

    def fail(*args, **kwargs):
        raise problem

    with monkeypatch.context() as patch:
        patch.setattr(CursorWrapper, "execute", fail)
        response = submit_form(answers)

    assert response.status_code == 503
    assert 'value="Zoë O’Hara"' in response.content.decode()


def test_the_form_is_reached_by_its_name():
    assert reverse("bookings:consultation") == URL
