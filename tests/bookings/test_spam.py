from datetime import timedelta

import pytest
import time_machine
from django.test import RequestFactory

from bookings import enquiries, spam
from bookings.models import Enquiry, Message, SubmissionAttempt
from bookings.reply_deadline import ReplyPolicy
from tests.bookings.conftest import NOW


def set_aside():
    return sorted((enquiry.set_aside_because, enquiry.status) for enquiry in Enquiry.objects.all())


def test_a_filled_honeypot_sets_the_enquiry_aside_and_looks_like_success(send, answers):
    response = send(answers | {"nothing": "https://spam.example"})

    assert response.headers["Location"].startswith("/consultation/received/")
    assert set_aside() == [("A field that people can’t see was filled in.", "set_aside")]


def test_a_form_sent_within_three_seconds_is_set_aside(send, answers):
    with time_machine.travel(NOW - timedelta(seconds=2), tick=False):
        young = spam.new_form_token()
    send(answers | {"token": young})

    assert set_aside() == [("The form was sent within three seconds.", "set_aside")]


def test_a_corrected_form_is_not_suspicious(send, answers, client):
    """The form that came back was filled in before."""
    with time_machine.travel(NOW - timedelta(seconds=2), tick=False):
        young = spam.new_form_token()
    page = send(answers | {"token": young, "name": ""})
    send(answers | {"token": page.context["form"]["token"].value()})

    assert set_aside() == [("", "waiting")]


def test_many_links_are_set_aside_and_two_are_not(send, answers):
    send(answers | {"message": "https://a.example http://b.example www.c.example"})
    send(answers | {"message": "https://a.example http://b.example"})

    assert set_aside() == [("", "waiting"), ("The message contains several links.", "set_aside")]


def test_the_therapist_gets_one_notice_of_spam_a_day_and_suspects_get_no_mail(receive):
    for hours in (0, 1, 2, 60):
        receive(suspicion="The message contains several links.", now=NOW + timedelta(hours=hours))

    assert [(due.kind, due.due_at) for due in Message.objects.all()] == [
        ("tell_set_aside", NOW),
        ("tell_set_aside", NOW + timedelta(hours=24)),
        ("tell_set_aside", NOW + timedelta(hours=60)),
    ]


def test_a_notice_erased_with_its_enquiry_is_sent_for_the_remaining_ones(receive):
    receive(suspicion="The message contains several links.")
    covering = receive(suspicion="The message contains several links.", now=NOW + timedelta(hours=1))
    receive(suspicion="The message contains several links.", now=NOW + timedelta(hours=2))
    covering.delete()
    enquiries.tell_of_forgotten_suspects(NOW + timedelta(days=5))
    enquiries.tell_of_forgotten_suspects(NOW + timedelta(days=5))

    assert Message.objects.due(NOW + timedelta(days=5)).filter(due_at__gt=NOW).count() == 1


def test_no_notice_is_sent_of_enquiries_set_aside_by_hand(receive, actor):
    enquiries.change_status(receive(), Enquiry.Status.SET_ASIDE, actor=actor, policy=ReplyPolicy(1), now=NOW)
    enquiries.tell_of_forgotten_suspects(NOW)

    assert not Message.objects.filter(kind="tell_set_aside").exists()


def test_an_enquiry_put_aside_by_hand_and_back_is_acknowledged_once(receive, actor):
    enquiry = receive(now=NOW - timedelta(days=9))
    for to in (Enquiry.Status.SET_ASIDE, Enquiry.Status.WAITING):
        enquiries.change_status(enquiry, to, actor=actor, policy=ReplyPolicy(1), now=NOW)

    assert enquiry.reply_due > NOW
    assert enquiry.messages.filter(kind="acknowledge").count() == 1


def test_a_suspect_put_back_waits_and_is_acknowledged(receive, actor):
    enquiry = receive(suspicion="The message contains several links.", now=NOW - timedelta(days=9))

    enquiries.change_status(enquiry, Enquiry.Status.WAITING, actor=actor, policy=ReplyPolicy(1), now=NOW)

    assert (enquiry.status, enquiry.set_aside_because, enquiry.keep_until) == ("waiting", "", None)
    assert enquiry.reply_due > NOW
    assert enquiry.messages.filter(kind="acknowledge").count() == 1


def test_forged_and_missing_tokens_count_as_an_old_form(db):
    for token in ("", "forged", spam.new_form_token() + "x"):
        assert spam.read_form_token(token).age is spam.FormAge.TOO_OLD


def test_the_submission_limit_applies_to_each_connection(send, answers, settings):
    settings.ENQUIRIES_PER_HOUR_ONE_CONNECTION = 2
    for number in range(2):
        assert send(answers | {"message": f"{number}"}).status_code == 302

    response = send(answers)
    assert response.status_code == 429
    assert response.context["summary"][0]["message"].startswith("Several messages came from your connection")
    assert 'value="Zoë O’Hara"' in response.content.decode()
    assert send(answers, REMOTE_ADDR="192.0.2.7").status_code == 302
    assert Enquiry.objects.count() == 3


def test_refused_attempts_are_not_counted(send, answers, settings):
    settings.ENQUIRIES_PER_HOUR_ONE_CONNECTION, settings.ENQUIRIES_PER_HOUR_ALL = 1, 5
    send(answers)
    for number in range(8):
        assert send(answers | {"message": f"{number}"}).status_code == 429

    send(answers | {"message": "me"}, REMOTE_ADDR="192.0.2.7")
    assert not Enquiry.objects.set_aside().exists()
    assert send(answers | {"message": "later"}, at=NOW + timedelta(minutes=61)).status_code == 302


def test_a_double_click_at_the_limit_is_not_refused(send, answers, settings):
    settings.ENQUIRIES_PER_HOUR_ONE_CONNECTION = 1

    assert send(answers).headers["Location"] == send(answers).headers["Location"]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("192.0.2.1", "192.0.2.2", False),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("192.0.2.1:5000", "192.0.2.1:5001", True),
        ("[2001:db8:1:2::1]:55", "2001:db8:1:2::2", True),
    ],
)
def test_an_ipv6_connection_is_a_whole_64_network(one, other, same):
    ask = RequestFactory().get
    digests = {spam.connection_digest(ask("/", REMOTE_ADDR=address)) for address in (one, other)}

    assert (len(digests) == 1) is same


def test_after_an_hour_the_connection_may_write_again(send, answers, settings):
    settings.ENQUIRIES_PER_HOUR_ONE_CONNECTION = 1
    send(answers)

    assert send(answers | {"message": "again"}, at=NOW + timedelta(minutes=61)).status_code == 302


def test_a_flood_from_many_connections_is_set_aside_not_refused(send, answers, settings):
    settings.ENQUIRIES_PER_HOUR_ALL = 1
    send(answers)
    send(answers | {"message": "another"}, REMOTE_ADDR="192.0.2.7")

    assert set_aside() == [("", "waiting"), ("There were unusually many messages within an hour.", "set_aside")]


def test_no_ip_address_is_stored(send, answers):
    send(answers, REMOTE_ADDR="203.0.113.99")

    row = SubmissionAttempt.objects.values().get()
    assert len(row["digest"]) == 64
    assert "203.0.113.99" not in str(row)


def test_attempts_are_deleted_after_an_hour(db):
    spam.record_attempt("digest", NOW)

    spam.delete_old_attempts(NOW + timedelta(minutes=59))
    assert SubmissionAttempt.objects.count() == 1
    spam.delete_old_attempts(NOW + timedelta(minutes=61))
    assert SubmissionAttempt.objects.count() == 0


@pytest.mark.parametrize(("behind_proxy", "same"), [(False, True), (True, False)])
def test_a_forwarded_address_counts_only_behind_our_proxy(settings, behind_proxy, same):
    settings.BEHIND_PROXY = behind_proxy
    ask = RequestFactory().get
    one = spam.connection_digest(ask("/", HTTP_X_FORWARDED_FOR="198.51.100.1"))
    other = spam.connection_digest(ask("/", HTTP_X_FORWARDED_FOR="198.51.100.2"))

    assert (one == other) is same


def test_a_sender_cannot_forge_an_address_behind_our_proxy(settings):
    settings.BEHIND_PROXY = True
    ask = RequestFactory().get

    assert spam.connection_digest(ask("/", HTTP_X_FORWARDED_FOR="1.1.1.1, 198.51.100.1")) == spam.connection_digest(
        ask("/", HTTP_X_FORWARDED_FOR="2.2.2.2, 198.51.100.1")
    )
