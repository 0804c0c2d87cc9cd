"""A form that is sent again with other answers, as after Back, adds them to its enquiry."""

from datetime import timedelta

import pytest
import time_machine

from bookings import additions, spam
from bookings.models import Enquiry, Event, Message, Person
from tests.bookings.conftest import NOW, error_summary, new_form

LATER = NOW + timedelta(minutes=5)


def history():
    return [event.text for event in Event.objects.filter(kind=Event.Kind.ADDED)]


def test_both_messages_are_kept_and_the_therapist_is_told(submit_form, answers):
    first = submit_form(answers)
    second = submit_form(answers | {"message": "I forgot: mornings are hard."}, at=LATER)

    enquiry = Enquiry.objects.get()
    assert second.headers["Location"] == first.headers["Location"]
    assert enquiry.message == (
        "I would like to talk.\n\n[Added on Tuesday 24 November, 12:05]\n\nI forgot: mornings are hard."
    )
    assert history() == ["They added to their message."]
    assert [message.kind for message in Message.objects.order_by("due_at", "pk")] == [
        "tell_therapist",
        "acknowledge",
        "tell_addition",
    ]


def test_a_message_that_continues_the_first_is_kept_once(submit_form, answers):
    submit_form(answers)
    submit_form(answers | {"message": "I would like to talk. Soon."})

    assert Enquiry.objects.get().message == "I would like to talk. Soon."


def test_an_empty_message_takes_nothing_away(submit_form, answers):
    submit_form(answers)
    submit_form(answers | {"message": ""})

    assert Enquiry.objects.get().message == "I would like to talk."
    assert history() == []


def test_the_newest_answers_count_and_the_former_ones_stand_in_the_history(submit_form, answers, therapist_client):
    submit_form(answers | {"channel": "either", "phone": "07700 900 982", "safe": ["voicemail_ok"]})
    submit_form(answers | {"email": "zoe.new@example.org", "location": "online"})

    enquiry, person = Enquiry.objects.get(), Person.objects.get()
    assert (person.email, person.phone, person.channel, person.voicemail_ok) == (
        "zoe.new@example.org",
        "",
        "email",
        False,
    )
    assert enquiry.location.slug == "online"
    (text,) = history()
    for former in (
        "Where, before: Harley Street",
        "Email, before: zoe@example.org",
        "Phone, before: 07700 900 982",
        "Reach by, before: Email or phone",
    ):
        assert former in text
    page = therapist_client.get("/admin/bookings/enquiry/", {"q": "zoe.new@example.org"}).content.decode()
    assert enquiry.reference in page


def test_a_form_that_becomes_a_referral_has_a_referrer(submit_form, answers):
    submit_form(answers)
    referral = {"on_behalf": "professional", "organisation": "Clinic", "person_initials": "J.B.", "person_knows": "yes"}
    submit_form(answers | referral)

    enquiry = Enquiry.objects.get()
    assert (enquiry.referrer.name, enquiry.person.name) == ("Zoë O’Hara", "J.B.")
    assert Person.objects.count() == 2
    submit_form(answers)
    enquiry = Enquiry.objects.get()
    assert (enquiry.referrer, enquiry.person.name) == (None, "Zoë O’Hara")
    assert Person.objects.count() == 1


def test_an_addition_is_added_once(submit_form, answers):
    submit_form(answers)
    for _ in range(2):
        submit_form(answers | {"message": "More."})

    assert len(history()) == 1
    assert Enquiry.objects.get().message.count("More.") == 1


@pytest.mark.parametrize("status", ["answered", "listed", "paused", "closed", "booked"])
def test_an_addition_to_what_was_answered_waits_again(submit_form, answers, status):
    submit_form(answers)
    Enquiry.objects.update(status=status)
    later = NOW + timedelta(hours=20)
    submit_form(answers | {"message": "More.", "location": "online"}, at=later)

    enquiry = Enquiry.objects.get()
    assert enquiry.status == "waiting"
    assert enquiry.reply_due > later
    assert enquiry.location.slug == "harley-street"  # what was agreed about stays, and the new wish is told
    assert "Where, now: Online" in history()[0]
    assert "More." in enquiry.message


def test_an_addition_is_not_refused_at_the_limit_of_the_connection(submit_form, answers, settings):
    settings.ENQUIRIES_PER_HOUR_ONE_CONNECTION = 1
    submit_form(answers)

    assert submit_form(answers | {"message": "More."}).status_code == 302
    assert submit_form(new_form(answers, message="Another.")).status_code == 429


def test_a_machine_that_adds_without_end_is_stopped_and_keeps_its_answers(submit_form, answers, monkeypatch):
    monkeypatch.setattr(additions, "MAX_ADDITIONS", 2)
    for number in range(3):
        assert submit_form(answers | {"message": f"number {number}"}).status_code == 302

    response = submit_form(answers | {"message": "number 4"})
    assert response.status_code == 429
    assert error_summary(response)[0][0].startswith("You have sent this form many times")
    assert "number 4" in response.content.decode()
    assert "number 4" not in Enquiry.objects.get().message


def test_without_javascript_back_shows_a_new_form_and_still_adds(submit_form, answers):
    submit_form(answers)
    submit_form(new_form(answers, message="More.", email="zoe.new@example.org"), is_same_browser=True)

    assert Enquiry.objects.get().person.email == "zoe.new@example.org"
    assert "More." in Enquiry.objects.get().message


def test_somebody_else_at_the_same_browser_makes_a_request_of_their_own(submit_form, answers):
    submit_form(answers)
    submit_form(new_form(answers, name="Ann", email="ann@example.org"), is_same_browser=True)

    assert Enquiry.objects.count() == 2


def test_a_complaint_after_a_request_is_not_added_to_it(submit_form, answers):
    submit_form(answers)
    submit_form(new_form(answers, kind="complaint"), is_same_browser=True)

    assert sorted(Enquiry.objects.values_list("kind", flat=True)) == ["complaint", "request"]


def test_a_phone_request_that_becomes_one_by_email_is_acknowledged(submit_form, answers):
    submit_form(answers | {"channel": "phone", "phone": "07700 900 982"})
    assert not Message.objects.filter(kind="acknowledge").exists()
    submit_form(answers)

    assert Message.objects.filter(kind="acknowledge").count() == 1


def test_what_was_sent_too_fast_waits_once_it_is_sent_again(submit_form, answers):
    with time_machine.travel(NOW - timedelta(seconds=2), tick=False):
        young = spam.new_form_token()
    submit_form(answers | {"token": young})
    submit_form(answers | {"token": young})
    assert Enquiry.objects.get().status == "set_aside"
    submit_form(answers | {"token": young}, at=NOW + timedelta(seconds=30))

    enquiry = Enquiry.objects.get()
    assert (enquiry.status, enquiry.set_aside_because) == ("waiting", "")
    assert enquiry.messages.filter(kind="tell_therapist").exists()


def test_a_form_shown_again_within_three_seconds_is_not_a_robots(submit_form, answers, client):
    """As after Back without JavaScript: the browser has had the form before, and restores what was typed."""
    with time_machine.travel(NOW - timedelta(seconds=20), tick=False):
        client.get("/consultation/")
    with time_machine.travel(NOW - timedelta(seconds=1), tick=False):
        token = client.get("/consultation/").context["form"]["token"].value()
    submit_form(answers | {"token": token})

    assert Enquiry.objects.get().status == "waiting"


def test_a_first_form_within_three_seconds_still_is(submit_form, answers, client):
    with time_machine.travel(NOW - timedelta(seconds=1), tick=False):
        token = client.get("/consultation/").context["form"]["token"].value()
    submit_form(answers | {"token": token})

    assert Enquiry.objects.get().status == "set_aside"


def test_a_form_that_comes_back_keeps_its_id(submit_form, answers):
    late = NOW + timedelta(hours=25)
    wrong = submit_form(answers | {"name": ""}).context["form"]["token"].value()
    expired = submit_form(answers, at=late).context["form"]["token"].value()

    with time_machine.travel(NOW, tick=False):
        first, again = spam.read_form_token(answers["token"]), spam.read_form_token(wrong)
    with time_machine.travel(late, tick=False):
        renewed = spam.read_form_token(expired)
    assert first.form_id == again.form_id == renewed.form_id != ""
    assert renewed.age is spam.FormAge.FINE


def test_a_forged_token_gives_the_form_a_new_id(submit_form, answers):
    token = submit_form(answers | {"token": "forged"}).context["form"]["token"].value()

    with time_machine.travel(NOW, tick=False):
        assert spam.read_form_token(token).form_id
