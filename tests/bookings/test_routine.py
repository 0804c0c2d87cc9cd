"""What the site says by itself as time passes: at the right hour of London's clock, once, and to nobody else."""

import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, time, timedelta
from threading import Barrier

import pytest
from django.core import mail
from django.db import close_old_connections, connection
from django.utils import timezone

from bookings import appointments, enquiries, retention
from bookings.appointments import Time
from bookings.mail import notifications, routine
from bookings.models import BusySpan, Diary, Enquiry, Notification
from bookings.promise import LONDON
from practice.models import Location, Practice
from tests.bookings.clockwork import Clock, london, shown
from tests.bookings.conftest import NOW
from tests.mail import MailServer, free_port, start_sender, wait_until

NUDGE, HOLDING, CHECK_IN, DIGEST = "Still waiting for you", "Your message is not forgotten", "As you asked", "Today: "
PHONE = {"channel": "phone", "email": "", "phone": "07700 900 982"}
THERAPIST = "therapist@example.org"
Kind, Status = Notification.Kind, Enquiry.Status


@pytest.fixture(autouse=True)
def _therapist_address(db):
    Practice.objects.update(notification_address=THERAPIST)


@pytest.fixture
def answer(therapist):
    def answered(enquiry, now):
        enquiries.reply(enquiry, subject="Hello", body="Dear Zoë", once=uuid.uuid4(), who=therapist, now=now)

    return answered


@pytest.fixture
def pause(therapist):
    def paused(enquiry, day, now):
        enquiries.move(enquiry, Status.PAUSED, who=therapist, reply_days=1, now=now)
        Enquiry.objects.filter(pk=enquiry.pk).update(check_in_on=day)

    return paused


# Days on end ------------------------------------------------------------------------------------


def test_over_christmas_everything_comes_in_working_time_and_once(receive, answer, pause):
    """Friday 25 and Monday 28 December (for Saturday 26) are bank holidays."""
    clock = Clock(london("2026-12-23 15:00"), minutes=30)
    clock.run_until("2026-12-24 15:00")
    on_thursday = receive(clock.now, email="thursday@example.org")
    pause(receive(clock.now, email="paused@example.org"), date(2026, 12, 28), clock.now)
    clock.run_until("2026-12-25 20:00")
    receive(clock.now, email="friday@example.org")
    receive(clock.now, **PHONE)
    receive(clock.now, email="complaint@example.org", kind="complaint")
    receive(clock.now, email="robot@example.org", suspicion="Filled in like a robot")
    answered = receive(clock.now, email="answered@example.org")
    clock.run_until("2026-12-29 10:00")
    answer(answered, clock.now)
    clock.run_until("2027-01-02 12:00")

    assert on_thursday.reply_due == london("2026-12-29 17:00")
    assert clock.sent(NUDGE) == ["Tue 29 Dec 12:00", *["Tue 29 Dec 13:00"] * 3]
    noted = [(at, to) for at, to, subject in clock.left if subject == HOLDING]
    told = ["thursday@example.org", "friday@example.org", "complaint@example.org"]
    assert noted == [("Tue 29 Dec 17:00", to) for to in told]
    assert [(at, to) for at, to, subject in clock.left if subject.startswith(CHECK_IN)] == [
        ("Mon 28 Dec 08:00", "paused@example.org")
    ]
    days = ["Thu 24 Dec", "Fri 25 Dec", "Sat 26 Dec", "Sun 27 Dec", "Mon 28 Dec", "Tue 29 Dec", "Wed 30 Dec"]
    days += ["Thu 31 Dec", "Fri 01 Jan", "Sat 02 Jan"]
    assert clock.sent(DIGEST) == [f"{day} 08:00" for day in days]
    assert not [to for _, to, _ in clock.left if to == "robot@example.org"]


def test_over_the_end_of_summer_time(receive):
    clock = Clock(london("2026-10-23 18:30"), minutes=30)
    receive(clock.now)
    clock.run_until("2026-10-27 12:00")

    assert clock.sent(NUDGE) == ["Mon 26 Oct 13:00"]
    assert clock.sent(HOLDING) == ["Mon 26 Oct 17:00"]
    days = ["Sat 24 Oct", "Sun 25 Oct", "Mon 26 Oct", "Tue 27 Oct"]
    assert clock.sent(DIGEST) == [f"{day} 08:00" for day in days]


def test_over_the_beginning_of_summer_time_and_easter(receive):
    """Friday 26 and Monday 29 March 2027 are bank holidays, and the clock goes forward between them."""
    clock = Clock(london("2027-03-25 18:00"), minutes=30)
    receive(clock.now)
    clock.run_until("2027-03-31 12:00")

    assert clock.sent(NUDGE) == ["Tue 30 Mar 13:00"]
    assert clock.sent(HOLDING) == ["Tue 30 Mar 17:00"]
    days = ["Fri 26 Mar", "Sat 27 Mar", "Sun 28 Mar", "Mon 29 Mar", "Tue 30 Mar", "Wed 31 Mar"]
    assert clock.sent(DIGEST) == [f"{day} 08:00" for day in days]


def test_to_the_minute(receive):
    Diary.objects.update(digest_made_on=date(2026, 12, 28))
    receive(london("2026-12-25 20:00"))
    clock = Clock(london("2026-12-29 07:57"), minutes=1)
    for begins, ends in (("07:57", "08:03"), ("12:57", "13:03"), ("16:57", "17:03")):
        clock.now = london(f"2026-12-29 {begins}")
        clock.run_until(f"2026-12-29 {ends}")

    assert clock.sent(DIGEST) == ["Tue 29 Dec 08:00"]
    assert clock.sent(NUDGE) == ["Tue 29 Dec 13:00"]
    assert clock.sent(HOLDING) == ["Tue 29 Dec 17:00"]


@pytest.mark.parametrize(
    ("digest_at", "day", "left"),
    [
        (time(1, 30), "2026-10-25", "Sun 25 Oct 01:30"),  # shown twice
        (time(1, 30), "2027-03-28", "Sun 28 Mar 02:00"),  # never shown
        (time(0), "2026-12-26", "Sat 26 Dec 00:00"),
        (time(23, 45), "2026-12-26", "Sat 26 Dec 23:45"),
    ],
)
def test_the_summary_comes_once_a_day_at_any_hour(digest_at, day, left):
    Diary.objects.update(digest_at=digest_at, digest_made_on=date.fromisoformat(day) - timedelta(days=1))
    clock = Clock(london(f"{day} 00:00"), minutes=15)
    clock.run_until(f"{day} 23:45")

    assert clock.sent(DIGEST) == [left]


# The promise ------------------------------------------------------------------------------------


def test_a_promise_renewed_is_kept_watch_over_anew(receive, answer):
    clock = Clock(london("2026-11-23 09:00"), minutes=30)
    enquiry = receive(clock.now)
    clock.run_until("2026-11-23 17:30")
    assert clock.sent(NUDGE) == ["Mon 23 Nov 17:00"]
    answer(enquiry, clock.now)
    enquiry.refresh_from_db()
    enquiries.wait_again(enquiry, reply_days=1, who=None, now=clock.now)  # due at the same hour as before
    clock.run_until("2026-11-25 09:00")

    assert clock.sent(NUDGE) == ["Mon 23 Nov 17:00", "Tue 24 Nov 13:00"]
    assert clock.sent(HOLDING) == ["Tue 24 Nov 17:00"]


def test_a_note_that_waited_for_mail_is_dropped_when_there_is_a_new_promise(receive, answer):
    clock = Clock(london("2026-11-23 10:00"))
    enquiry = receive(clock.now)
    routine.look(london("2026-11-24 17:00"))
    assert set(enquiry.notifications.values_list("kind", flat=True)) >= {"nudge", "holding"}
    clock.now = london("2026-11-24 18:00")
    answer(enquiry, clock.now)
    enquiry.refresh_from_db()
    enquiries.wait_again(enquiry, reply_days=1, who=None, now=clock.now)
    clock.turn()

    assert not clock.sent(NUDGE)
    assert not clock.sent(HOLDING)


@pytest.mark.parametrize("status", [Status.PAUSED, Status.CLOSED, Status.LISTED, Status.ANSWERED, Status.BOOKED])
def test_who_does_not_wait_is_not_spoken_of(receive, therapist, status):
    enquiry = receive()
    enquiries.move(enquiry, status, who=therapist, reply_days=1, now=NOW)
    clock = Clock(NOW, minutes=60)
    clock.run_until("2026-11-27 12:00")

    assert not clock.sent(NUDGE)
    assert not clock.sent(HOLDING)


def test_who_is_put_back_to_waiting_after_an_answer_gets_a_new_promise_and_no_apology(receive, answer, therapist):
    enquiry = receive()
    answer(enquiry, NOW)
    back = london("2026-12-10 10:00")
    enquiries.move(enquiry, Status.WAITING, who=therapist, reply_days=1, now=back)
    Clock(back)

    assert shown(enquiry.reply_due) == "Fri 11 Dec 17:00"
    assert not Notification.objects.filter(kind__in=[Kind.NUDGE, Kind.HOLDING]).exists()


def test_what_is_put_back_before_its_time_keeps_its_promise(receive, therapist):
    enquiry = receive()
    enquiries.move(enquiry, Status.ANSWERED, who=therapist, reply_days=1, now=NOW)
    enquiries.move(enquiry, Status.WAITING, who=therapist, reply_days=1, now=london("2026-11-25 09:00"))

    assert shown(enquiry.reply_due) == "Wed 25 Nov 17:00"


def test_nobody_is_nudged_while_away(details):
    more = dict.fromkeys(("form_digest", "answers_digest"), "away")
    away = {"reply_days": 1, "away_until": date(2026, 12, 7), "suspicion": "", "now": NOW}
    enquiry = enquiries.receive(details | more, **away)

    assert shown(enquiry.reply_due) == "Tue 08 Dec 17:00"
    assert shown(enquiry.nudge_at) == "Mon 07 Dec 17:00"


def test_what_waited_before_there_were_notes_gets_none(receive):
    receive()
    Enquiry.objects.update(nudge_at=None)
    routine.look(NOW + timedelta(days=30))

    assert not Notification.objects.filter(kind__in=[Kind.NUDGE, Kind.HOLDING]).exists()


def test_a_nudge_says_by_when_or_that_it_is_late(receive):
    enquiry = receive()
    for hours in (24, 48):
        routine.look(NOW + timedelta(hours=hours))
        Notification.objects.filter(kind=Kind.NUDGE).update(sent_at=None, next_try=NOW)
        notifications.send_due(lambda hours=hours: NOW + timedelta(hours=hours))
    first, second = (message.body for message in mail.outbox if message.subject.startswith(NUDGE))

    assert "one by Wednesday 25 November, 17:00, London time" in first
    assert "If that time passes" in first
    assert "That time has passed." in second
    assert enquiry.reference not in first


def test_a_holding_note_says_nothing_of_what_it_is_about(receive):
    enquiry = receive()
    clock = Clock(NOW, minutes=60)
    clock.run_until("2026-11-25 17:00")
    note = next(message for message in mail.outbox if message.subject == HOLDING)

    assert note.to == ["zoe@example.org"]
    assert enquiry.reference in note.body
    for secret in ("Zoë", "Harley", "talk", "therap", "ddict"):
        assert secret not in note.body + note.subject


# The question they allowed ------------------------------------------------------------------------


def test_a_check_in_missed_in_an_outage_is_asked_by_day_and_not_weeks_later(receive, pause):
    first, second = receive(email="first@example.org"), receive(email="second@example.org")
    pause(first, date(2026, 12, 5), NOW)
    pause(second, date(2026, 11, 29), NOW)
    clock = Clock(london("2026-12-06 23:00"))
    assert not Notification.objects.filter(kind=Kind.CHECK_IN).exists()
    clock.run_until("2026-12-07 12:00")

    asked = [(at, to) for at, to, subject in clock.left if subject.startswith(CHECK_IN)]
    assert asked == [("Mon 07 Dec 08:00", "first@example.org")]
    assert Enquiry.objects.get(pk=first.pk).check_in_on is None


def test_nobody_is_asked_who_came_back_or_has_only_a_telephone(receive, pause, therapist):
    back, phone = receive(email="back@example.org"), receive(**PHONE)
    for enquiry in (back, phone):
        pause(enquiry, date(2026, 11, 27), NOW)
    enquiries.move(back, Status.ANSWERED, who=therapist, reply_days=1, now=NOW)
    Clock(NOW, minutes=60).run_until("2026-11-28 12:00")

    assert not Notification.objects.filter(kind=Kind.CHECK_IN).exists()
    assert Enquiry.objects.exclude(check_in_on=None).count() == 2


def test_a_second_day_is_asked_about_anew(receive, pause):
    enquiry = receive()
    pause(enquiry, date(2026, 11, 26), NOW)
    clock = Clock(NOW, minutes=60)
    clock.run_until("2026-11-27 12:00")
    Enquiry.objects.update(check_in_on=date(2026, 11, 30))
    clock.run_until("2026-12-02 12:00")

    assert clock.sent(CHECK_IN) == ["Thu 26 Nov 08:00", "Mon 30 Nov 08:00"]


# The daily summary --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("starts", "first"), [("2026-11-24 15:00", "Wed 25 Nov 08:00"), ("2026-11-24 07:50", "Tue 24 Nov 08:00")]
)
def test_on_a_new_site_the_first_summary_comes_when_its_hour_next_strikes(starts, first):
    clock = Clock(london(starts), minutes=10)
    clock.run_until("2026-11-25 10:00")

    assert clock.sent(DIGEST)[0] == first


def test_after_an_outage_of_days_one_summary_comes_at_once_and_none_for_what_is_past():
    Diary.objects.update(digest_made_on=date(2026, 11, 20))
    clock = Clock(london("2026-11-24 15:00"))
    clock.run_until("2026-11-25 09:00")

    assert clock.sent(DIGEST) == ["Tue 24 Nov 15:00", "Wed 25 Nov 08:00"]


def test_a_summary_that_mail_held_up_until_the_next_day_is_dropped():
    Diary.objects.update(digest_made_on=date(2026, 11, 23))
    routine.look(london("2026-11-24 08:00"))
    assert Notification.objects.get().kind == Kind.DIGEST
    clock = Clock(london("2026-11-25 07:30"))
    clock.run_until("2026-11-25 09:00")

    assert clock.sent(DIGEST) == ["Wed 25 Nov 08:00"]


def test_without_an_hour_there_is_no_summary():
    Diary.objects.update(digest_made_on=date(2026, 11, 23))
    routine.look(london("2026-11-24 08:00"))
    Diary.objects.update(digest_at=None)
    clock = Clock(london("2026-11-24 08:00"))
    clock.run_until("2026-11-25 09:00")

    assert not clock.left


def summary():
    return next(message for message in mail.outbox if message.subject.startswith(DIGEST))


def test_a_quiet_day_in_a_few_lines():
    clock = Clock(london("2026-11-24 07:45"))
    clock.run_until("2026-11-24 08:00")

    assert summary().subject == "Today: 0 waiting, mail works"
    assert summary().to == [THERAPIST]
    assert summary().body == (
        "Nobody is waiting for your answer.\n\nMail works.\n\n"
        "Appointments today, London time: none.\n\nTomorrow: none.\n\n"
        "Your desk, after signing in:\nhttp://127.0.0.1:8000/admin/\n\n"
        "This email comes every day. When it does not, something is wrong: look at your desk.\n"
    )


def test_a_summary_that_mail_held_up_does_not_count_itself():
    Diary.objects.update(digest_made_on=date(2026, 11, 23))
    routine.look(london("2026-11-24 08:00"))
    Notification.objects.update(last_error="The mail server could not be reached.")
    Clock(london("2026-11-24 10:00"))

    assert summary().subject == "Today: 0 waiting, mail works"


def test_a_full_day_without_a_word_about_anybody(receive, therapist):
    yesterday = london("2026-11-23 14:00")
    place = Location.objects.get(slug="harley-street")
    booked, moved, offered = (receive(yesterday, email=f"person{number}@example.org") for number in range(3))
    receive(yesterday, email="waiting@example.org")
    receive(yesterday, suspicion="Filled in like a robot")
    for enquiry, at in ((booked, "2026-11-24 10:00"), (moved, "2026-11-25 00:30")):
        appointments.agree(enquiry, Time(london(at), place), yesterday, who=therapist)
    times = [Time(london(f"2026-12-01 1{hour}:00"), place) for hour in range(3)]
    until = london("2026-11-25 17:00")
    appointments.offer(offered, times, until, yesterday, who=therapist, letter=None)
    notifications.send_due(lambda: yesterday)
    Notification.objects.filter(kind=Kind.ACKNOWLEDGE).update(
        sent_at=None, last_error="The mail server refused the receiver’s address (550).", refused=True
    )
    Notification.objects.filter(kind=Kind.TELL_THERAPIST).update(
        sent_at=None, last_error="The mail server could not be reached."
    )
    Notification.objects.update(next_try=london("2026-11-30 08:00"))
    rules = Diary.objects.get()
    rules.busy_address, rules.busy_problem = "https://calendar.example.org/secret.ics", "It did not answer in time."
    rules.busy_read_at, rules.digest_made_on = london("2026-11-22 06:00"), date(2026, 11, 23)
    rules.save()
    Clock(london("2026-11-24 08:00"))

    unsent = Notification.objects.filter(kind=Kind.TELL_THERAPIST, sent_at=None).count()
    assert unsent >= 1
    body = summary().body
    assert summary().subject == "Today: 1 waiting, mail is failing"
    assert "1 message waits for your answer. The nearest deadline is Tuesday 24 November, 17:00, London time." in body
    assert "1 is set aside as possible spam." in body
    assert f"{unsent} message" in body
    assert "refused by the mail server" in body
    assert f"today, London time:\n- 10:00, Harley Street, ref {booked.reference}\n" in body
    assert f"Tomorrow:\n- 00:30, Harley Street, ref {moved.reference}\n" in body
    assert body.count(f"- Wednesday 25 November, 17:00, ref {offered.reference}\n") == 1
    assert "Last read on Sunday 22 November, 06:00. It did not answer in time." in body
    for secret in ("Zoë", "O’Hara", "example.org", "talk", "secret.ics"):
        assert secret not in body


def test_when_two_days_are_free_the_next_appointment_is_named(receive, therapist):
    place = Location.objects.get(slug="harley-street")
    enquiry = receive()
    appointments.agree(enquiry, Time(london("2026-11-30 10:00"), place), NOW, who=therapist)
    Diary.objects.update(digest_made_on=date(2026, 11, 23))
    Clock(NOW)

    assert f"Next: Monday 30 November, 10:00, Harley Street, ref {enquiry.reference}." in summary().body


def test_another_calendar_is_spoken_of_only_when_it_is_old():
    rules = Diary.objects.get()
    rules.busy_address, rules.digest_made_on = "https://calendar.example.org/secret.ics", date(2026, 11, 22)
    rules.busy_read_at = london("2026-11-23 09:00")
    rules.save()
    BusySpan.objects.create(starts_at=NOW, ends_at=NOW + timedelta(hours=1))
    Clock(london("2026-11-23 09:30"))
    Clock(london("2026-11-24 09:30"))

    bodies = [message.body for message in mail.outbox if message.subject.startswith(DIGEST)]
    assert ["up to date" in body for body in bodies] == [False, True]


def test_summaries_are_forgotten_after_a_month():
    for days in (31, 29):
        at = NOW - timedelta(days=days)
        Notification.objects.create(kind=Kind.DIGEST, about=f"{at.date()}", due_at=at, next_try=at, sent_at=at)
    retention.forget_digests(NOW)

    assert Notification.objects.get().due_at == NOW - timedelta(days=29)


# The sender ---------------------------------------------------------------------------------------


def test_an_idle_turn_costs_five_small_queries(receive, django_assert_num_queries, answer):
    for number in range(20):
        enquiry = receive(email=f"person{number}@example.org")
        if number % 2:
            answer(enquiry, NOW)
    clock = Clock(NOW, minutes=60)
    clock.run_until("2026-11-25 20:00")
    assert clock.sent(HOLDING)

    with django_assert_num_queries(5):
        clock.turn()


def test_what_the_clock_brought_arrives_at_a_real_mail_server(receive, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    with MailServer(settings.EMAIL_PORT) as server:
        clock = Clock(london("2026-11-27 18:00"), minutes=60)
        receive(clock.now)
        clock.run_until("2026-11-30 17:00")

    arrived = [(message["X-Envelope-To"], message["Subject"].split(" – ")[0]) for message in server.messages]
    assert arrived == [
        (THERAPIST, "New website message"),
        ("zoe@example.org", "We have your message"),
        (THERAPIST, "Today: 1 waiting, mail works"),
        (THERAPIST, "Today: 1 waiting, mail works"),
        (THERAPIST, "Today: 1 waiting, mail works"),
        (THERAPIST, NUDGE),
        ("zoe@example.org", HOLDING),
    ]
    assert {message["Auto-Submitted"] for message in server.messages} == {"auto-generated"}


@pytest.fixture
def long_overdue(receive, pause):
    """Twenty who wait, ten who are to be asked, and a summary, at no quiet hour of the real clock."""
    long_ago = timezone.now() - timedelta(days=30)
    Diary.objects.update(
        quiet_from=time(0), quiet_until=time(0), digest_at=time(0), digest_made_on=timezone.localdate() - timedelta(1)
    )
    for number in range(30):
        enquiry = receive(long_ago, email=f"person{number}@example.org")
        if number >= 20:
            pause(enquiry, timezone.localdate(), long_ago)
    Notification.objects.all().delete()
    return {Kind.NUDGE: 20, Kind.HOLDING: 20, Kind.CHECK_IN: 10, Kind.DIGEST: 1}


@pytest.mark.django_db(transaction=True)
def test_two_senders_at_once_say_everything_once(long_overdue):
    port = free_port()
    with MailServer(port, pause=0.01) as server:
        senders = [start_sender(port, "--watch", "--every", "0.01") for _ in range(2)]
        try:
            wait_until(lambda: len(server.messages) >= sum(long_overdue.values()))
            wait_until(lambda: not Notification.objects.unsent().exists())
        finally:
            for sender in senders:
                sender.terminate()
                assert sender.wait(timeout=60) == 0

    assert Counter(Notification.objects.values_list("kind", flat=True)) == long_overdue
    assert set(Counter(message["Message-ID"] for message in server.messages).values()) == {1}
    assert len(server.messages) == sum(long_overdue.values())


@pytest.mark.django_db(transaction=True)
def test_four_that_look_at_the_same_moment_find_everything_once(long_overdue):
    together, now = Barrier(4), timezone.now()

    def look():
        close_old_connections()
        try:
            together.wait()
            routine.look(now)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        for looked in [threads.submit(look) for _ in range(4)]:
            looked.result()

    assert Counter(Notification.objects.values_list("kind", flat=True)) == long_overdue
    assert Notification.objects.get(kind=Kind.DIGEST).about == now.astimezone(LONDON).date().isoformat()
