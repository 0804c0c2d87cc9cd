"""The promise to reply, and the question they allowed."""

from datetime import date, timedelta

import pytest
from django.core import mail

from bookings import enquiries
from bookings.actor import Actor
from bookings.models import Enquiry, Message
from bookings.reply_deadline import ReplyPolicy
from bookings.worker import delivery, timed_messages
from practice.absence import Absence
from tests.bookings.conftest import NOW
from tests.bookings.driven_clock import DrivenClock, format_time, london_time
from tests.bookings.worker.helpers import CHECK_IN, NUDGE, PHONE, REPLY_DELAYED, Status


def test_a_promise_renewed_is_kept_watch_over_anew(make_enquiry, send_reply):
    clock = DrivenClock(london_time("2026-11-23 09:00"), minutes=30)
    enquiry = make_enquiry(clock.now)
    clock.run_until("2026-11-23 17:30")
    assert clock.delivered_at(NUDGE) == ["Mon 23 Nov 17:00"]
    send_reply(enquiry, clock.now)
    enquiry.refresh_from_db()
    enquiries.wait_again(
        enquiry, policy=ReplyPolicy(1), actor=Actor.PERSON, now=clock.now
    )  # due at the same hour as before
    clock.run_until("2026-11-25 09:00")

    assert clock.delivered_at(NUDGE) == ["Mon 23 Nov 17:00", "Tue 24 Nov 13:00"]
    assert clock.delivered_at(REPLY_DELAYED) == ["Tue 24 Nov 17:00"]


def test_a_note_that_waited_for_mail_is_dropped_when_there_is_a_new_promise(make_enquiry, send_reply):
    clock = DrivenClock(london_time("2026-11-23 10:00"))
    enquiry = make_enquiry(clock.now)
    timed_messages.enqueue_due(london_time("2026-11-24 17:00"))
    assert set(enquiry.messages.values_list("kind", flat=True)) >= {"nudge", "reply_delayed"}
    clock.now = london_time("2026-11-24 18:00")
    send_reply(enquiry, clock.now)
    enquiry.refresh_from_db()
    enquiries.wait_again(enquiry, policy=ReplyPolicy(1), actor=Actor.PERSON, now=clock.now)
    clock.run_worker_turn()

    assert not clock.delivered_at(NUDGE)
    assert not clock.delivered_at(REPLY_DELAYED)


@pytest.mark.parametrize("status", [Status.PAUSED, Status.CLOSED, Status.LISTED, Status.ANSWERED, Status.BOOKED])
def test_who_does_not_wait_is_not_spoken_of(make_enquiry, actor, status):
    enquiry = make_enquiry()
    enquiries.change_status(enquiry, status, actor=actor, policy=ReplyPolicy(1), now=NOW)
    clock = DrivenClock(NOW, minutes=60)
    clock.run_until("2026-11-27 12:00")

    assert not clock.delivered_at(NUDGE)
    assert not clock.delivered_at(REPLY_DELAYED)


def test_who_is_put_back_to_waiting_after_an_answer_gets_a_new_promise_and_no_apology(make_enquiry, send_reply, actor):
    enquiry = make_enquiry()
    send_reply(enquiry, NOW)
    back = london_time("2026-12-10 10:00")
    enquiries.change_status(enquiry, Status.WAITING, actor=actor, policy=ReplyPolicy(1), now=back)
    DrivenClock(back)

    assert format_time(enquiry.reply_due) == "Fri 11 Dec 17:00"
    assert not Message.objects.filter(kind__in=["nudge", "reply_delayed"]).exists()


def test_what_is_put_back_before_its_time_keeps_its_promise(make_enquiry, actor):
    enquiry = make_enquiry()
    enquiries.change_status(enquiry, Status.ANSWERED, actor=actor, policy=ReplyPolicy(1), now=NOW)
    enquiries.change_status(
        enquiry, Status.WAITING, actor=actor, policy=ReplyPolicy(1), now=london_time("2026-11-25 09:00")
    )

    assert format_time(enquiry.reply_due) == "Wed 25 Nov 17:00"


def test_nobody_is_nudged_while_away(details):
    digests = dict.fromkeys(("form_digest", "answers_digest"), "away")
    away = {"policy": ReplyPolicy(1, Absence(date(2026, 11, 20), date(2026, 12, 6))), "suspicion": "", "now": NOW}
    enquiry = enquiries.receive(details | digests, **away)

    assert format_time(enquiry.reply_due) == "Tue 08 Dec 17:00"
    assert format_time(enquiry.nudge_at) == "Mon 07 Dec 17:00"


def test_what_waited_before_there_were_notes_gets_none(make_enquiry):
    make_enquiry()
    Enquiry.objects.update(nudge_at=None)
    timed_messages.enqueue_due(NOW + timedelta(days=30))

    assert not Message.objects.filter(kind__in=["nudge", "reply_delayed"]).exists()


def test_a_nudge_says_by_when_or_that_it_is_late(make_enquiry):
    enquiry = make_enquiry()
    for hours in (24, 48):
        timed_messages.enqueue_due(NOW + timedelta(hours=hours))
        Message.objects.filter(kind="nudge").update(sent_at=None, next_try=NOW)
        delivery.send_due(lambda hours=hours: NOW + timedelta(hours=hours))
    first, second = (message.body for message in mail.outbox if message.subject.startswith(NUDGE))

    assert "due by Wednesday 25 November, 17:00, London time" in first
    assert "If that time passes" in first
    assert "That time has passed." in second
    assert enquiry.reference not in first


def test_a_note_of_delay_says_nothing_of_what_it_is_about(make_enquiry):
    enquiry = make_enquiry()
    clock = DrivenClock(NOW, minutes=60)
    clock.run_until("2026-11-25 17:00")
    note = next(message for message in mail.outbox if message.subject == REPLY_DELAYED)

    assert note.to == ["zoe@example.org"]
    assert enquiry.reference in note.body
    for secret in ("Zoë", "Harley", "talk", "therap", "ddict"):
        assert secret not in note.body + note.subject


def test_a_check_in_missed_in_an_outage_is_asked_by_day_and_not_weeks_later(make_enquiry, pause_enquiry):
    first, second = make_enquiry(email="first@example.org"), make_enquiry(email="second@example.org")
    pause_enquiry(first, date(2026, 12, 5), NOW)
    pause_enquiry(second, date(2026, 11, 29), NOW)
    clock = DrivenClock(london_time("2026-12-06 23:00"))
    assert not Message.objects.filter(kind="check_in").exists()
    clock.run_until("2026-12-07 12:00")

    check_ins = [(at, to) for at, to, subject in clock.deliveries if subject.startswith(CHECK_IN)]
    assert check_ins == [("Mon 07 Dec 08:00", "first@example.org")]
    assert Enquiry.objects.get(pk=first.pk).check_in_on is None


def test_nobody_is_asked_who_came_back_or_has_only_a_telephone(make_enquiry, pause_enquiry, actor):
    back, phone = make_enquiry(email="back@example.org"), make_enquiry(**PHONE)
    for enquiry in (back, phone):
        pause_enquiry(enquiry, date(2026, 11, 27), NOW)
    enquiries.change_status(back, Status.ANSWERED, actor=actor, policy=ReplyPolicy(1), now=NOW)
    DrivenClock(NOW, minutes=60).run_until("2026-11-28 12:00")

    assert not Message.objects.filter(kind="check_in").exists()
    assert Enquiry.objects.exclude(check_in_on=None).count() == 2


def test_a_second_day_is_asked_about_anew(make_enquiry, pause_enquiry):
    enquiry = make_enquiry()
    pause_enquiry(enquiry, date(2026, 11, 26), NOW)
    clock = DrivenClock(NOW, minutes=60)
    clock.run_until("2026-11-27 12:00")
    Enquiry.objects.update(check_in_on=date(2026, 11, 30))
    clock.run_until("2026-12-02 12:00")

    assert clock.delivered_at(CHECK_IN) == ["Thu 26 Nov 08:00", "Mon 30 Nov 08:00"]
