from datetime import timedelta

import time_machine

from bookings import enquiries, spam
from bookings.models import Enquiry, Message
from bookings.reply_deadline import ReplyPolicy
from practice.models import CountedAct
from tests.bookings.conftest import NOW, fresh_token, new_form


def set_aside_reasons():
    return sorted((enquiry.set_aside_because, enquiry.status) for enquiry in Enquiry.objects.all())


def test_a_filled_honeypot_sets_the_enquiry_aside_and_looks_like_success(submit_form, answers):
    response = submit_form(answers | {"nothing": "https://spam.example"})

    assert response.headers["Location"].startswith("/consultation/received/")
    assert set_aside_reasons() == [("A field that people can’t see was filled in.", "set_aside")]


def test_a_form_sent_within_three_seconds_is_set_aside(submit_form, answers):
    with time_machine.travel(NOW - timedelta(seconds=2), tick=False):
        young = spam.new_form_token()
    submit_form(answers | {"token": young})

    assert set_aside_reasons() == [("The form was sent within three seconds.", "set_aside")]


def test_a_corrected_form_is_not_suspicious(submit_form, answers, client):
    """The form that came back was filled in before."""
    with time_machine.travel(NOW - timedelta(seconds=2), tick=False):
        young = spam.new_form_token()
    page = submit_form(answers | {"token": young, "name": ""})
    submit_form(answers | {"token": page.context["form"]["token"].value()})

    assert set_aside_reasons() == [("", "waiting")]


def test_many_links_are_set_aside_and_two_are_not(submit_form, answers):
    submit_form(answers | {"message": "https://a.example http://b.example www.c.example"})
    submit_form(new_form(answers, message="https://a.example http://b.example"))

    assert set_aside_reasons() == [("", "waiting"), ("The message contains several links.", "set_aside")]


def test_the_therapist_gets_one_notice_of_spam_a_day_and_suspects_get_no_mail(make_enquiry):
    for hours in (0, 1, 2, 60):
        make_enquiry(suspicion="The message contains several links.", now=NOW + timedelta(hours=hours))

    assert [(due.kind, due.due_at) for due in Message.objects.all()] == [
        ("tell_set_aside", NOW),
        ("tell_set_aside", NOW + timedelta(hours=24)),
        ("tell_set_aside", NOW + timedelta(hours=60)),
    ]


def test_a_notice_erased_with_its_enquiry_is_sent_for_the_remaining_ones(make_enquiry):
    make_enquiry(suspicion="The message contains several links.")
    covering = make_enquiry(suspicion="The message contains several links.", now=NOW + timedelta(hours=1))
    make_enquiry(suspicion="The message contains several links.", now=NOW + timedelta(hours=2))
    covering.delete()
    enquiries.tell_of_forgotten_suspects(NOW + timedelta(days=5))
    enquiries.tell_of_forgotten_suspects(NOW + timedelta(days=5))

    assert Message.objects.due(NOW + timedelta(days=5)).filter(due_at__gt=NOW).count() == 1


def test_no_notice_is_sent_of_enquiries_set_aside_by_hand(make_enquiry, actor):
    enquiries.change_status(make_enquiry(), Enquiry.Status.SET_ASIDE, actor=actor, policy=ReplyPolicy(1), now=NOW)
    enquiries.tell_of_forgotten_suspects(NOW)

    assert not Message.objects.filter(kind="tell_set_aside").exists()


def test_an_enquiry_put_aside_by_hand_and_back_is_acknowledged_once(make_enquiry, actor):
    enquiry = make_enquiry(now=NOW - timedelta(days=9))
    for to in (Enquiry.Status.SET_ASIDE, Enquiry.Status.WAITING):
        enquiries.change_status(enquiry, to, actor=actor, policy=ReplyPolicy(1), now=NOW)

    assert enquiry.reply_due > NOW
    assert enquiry.messages.filter(kind="acknowledge").count() == 1


def test_a_suspect_put_back_waits_and_is_acknowledged(make_enquiry, actor):
    enquiry = make_enquiry(suspicion="The message contains several links.", now=NOW - timedelta(days=9))

    enquiries.change_status(enquiry, Enquiry.Status.WAITING, actor=actor, policy=ReplyPolicy(1), now=NOW)

    assert (enquiry.status, enquiry.set_aside_because, enquiry.keep_until) == ("waiting", "", None)
    assert enquiry.reply_due > NOW
    assert enquiry.messages.filter(kind="acknowledge").count() == 1


def test_forged_and_missing_tokens_count_as_an_old_form(db):
    for token in ("", "forged", spam.new_form_token() + "x"):
        assert spam.read_form_token(token).age is spam.FormAge.TOO_OLD


def test_the_submission_limit_applies_to_each_connection(submit_form, answers, settings):
    settings.ENQUIRIES_PER_HOUR_ONE_CONNECTION = 2
    for number in range(2):
        assert submit_form(new_form(answers, message=f"{number}")).status_code == 302

    response = submit_form(new_form(answers))
    assert response.status_code == 429
    assert response.context["summary"][0]["message"].startswith("Several messages came from your connection")
    assert 'value="Zoë O’Hara"' in response.content.decode()
    assert submit_form(new_form(answers), REMOTE_ADDR="192.0.2.7").status_code == 302
    assert Enquiry.objects.count() == 3


def test_refused_attempts_are_not_counted(submit_form, answers, settings):
    settings.ENQUIRIES_PER_HOUR_ONE_CONNECTION, settings.ENQUIRIES_PER_HOUR_ALL = 1, 5
    submit_form(answers)
    for number in range(8):
        assert submit_form(new_form(answers, message=f"{number}")).status_code == 429

    submit_form(new_form(answers, message="me"), REMOTE_ADDR="192.0.2.7")
    assert not Enquiry.objects.set_aside().exists()
    assert submit_form(new_form(answers, message="later"), at=NOW + timedelta(minutes=61)).status_code == 302


def test_a_double_click_at_the_limit_is_not_refused(submit_form, answers, settings):
    settings.ENQUIRIES_PER_HOUR_ONE_CONNECTION = 1

    assert submit_form(answers).headers["Location"] == submit_form(answers).headers["Location"]


def test_after_an_hour_the_connection_may_write_again(submit_form, answers, settings):
    settings.ENQUIRIES_PER_HOUR_ONE_CONNECTION = 1
    submit_form(answers)

    assert submit_form(new_form(answers, message="again"), at=NOW + timedelta(minutes=61)).status_code == 302


def test_in_a_rush_people_wait_and_are_acknowledged_as_always(submit_form, answers, settings):
    settings.ENQUIRIES_PER_HOUR_ALL = 1
    submit_form(answers)
    for number in range(4):
        submit_form(new_form(answers, email=f"{number}@example.org"), REMOTE_ADDR=f"192.0.2.{number}")

    assert set_aside_reasons() == [("", "waiting")] * 5
    assert Message.objects.filter(kind="acknowledge").count() == 5


def test_the_therapist_gets_one_notice_of_a_rush_an_hour(submit_form, answers, settings):
    settings.ENQUIRIES_PER_HOUR_ALL = 1
    for minutes in range(0, 75, 5):
        at = NOW + timedelta(minutes=minutes)
        submit_form(
            answers | {"message": f"{minutes}", "token": fresh_token(at)}, at=at, REMOTE_ADDR=f"192.0.2.{minutes}"
        )

    notices = Message.objects.filter(kind__in=["tell_therapist", "tell_rush", "tell_set_aside"])
    assert [(notice.kind, notice.due_at - NOW) for notice in notices] == [
        ("tell_therapist", timedelta(0)),
        ("tell_rush", timedelta(minutes=5)),
        ("tell_rush", timedelta(minutes=65)),
        ("tell_rush", timedelta(minutes=125)),
    ]


def test_what_looks_like_a_robot_s_uses_up_nobody_s_allowance(submit_form, answers, settings):
    settings.ENQUIRIES_PER_HOUR_ONE_CONNECTION, settings.ENQUIRIES_PER_HOUR_ALL = 2, 2
    robot = answers | {"nothing": "https://spam.example"}
    statuses = [submit_form(new_form(robot, message=f"{number}")).status_code for number in range(4)]
    submit_form(answers)

    assert statuses == [302, 302, 429, 429]
    assert Enquiry.objects.get(set_aside_because="").status == "waiting"
    assert {message.kind for message in Message.objects.all()} == {"tell_set_aside", "tell_therapist", "acknowledge"}


def test_one_company_s_network_has_a_limit_of_its_own(submit_form, answers, settings):
    settings.ENQUIRIES_PER_HOUR_ONE_CONNECTION = 1
    addresses = [f"2001:db8:1:{number:x}::1" for number in range(12)]
    statuses = [
        submit_form(new_form(answers, message=address), REMOTE_ADDR=address).status_code for address in addresses
    ]

    assert statuses.count(302) == 2  # of the /56 that they share


def test_no_ip_address_is_stored(submit_form, answers):
    submit_form(answers, REMOTE_ADDR="203.0.113.99")

    row = CountedAct.objects.values().get()
    assert len(row["network"]) == 64
    assert "203.0.113.99" not in str(row)
