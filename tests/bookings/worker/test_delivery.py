import smtplib
import uuid
from datetime import timedelta
from email import message_from_bytes
from io import StringIO

import pytest
import time_machine
from cryptography.fernet import Fernet
from django.core import mail
from django.core.management import call_command

from bookings import enquiries
from bookings.enquiries import ReplyDraft
from bookings.management.commands import run_worker
from bookings.models import Message
from bookings.worker import delivery
from practice import mail_account
from practice.models import Practice, SiteState
from tests.bookings.conftest import NOW


def send_due(now=NOW):
    return delivery.send_due(lambda: now)


@pytest.fixture
def therapist_address(db):
    Practice.objects.update(notification_address="therapist@example.org", reply_to="reply@example.org")


@pytest.fixture
def refuse_mail_to(monkeypatch):
    """Makes every mail to the given address fail with the given problem."""

    def refuse(address, problem):
        send = mail.EmailMessage.send

        def refusing_send(message, *args, **kwargs):
            if address in message.to:
                raise problem
            return send(message, *args, **kwargs)

        monkeypatch.setattr(mail.EmailMessage, "send", refusing_send)

    return refuse


def test_the_therapist_gets_a_neutral_subject_a_link_and_no_word_of_the_person(make_enquiry, therapist_address):
    enquiry = make_enquiry(good_times="after 7pm")
    send_due()

    to_therapist = mail.outbox[0]
    assert to_therapist.to == ["therapist@example.org"]
    assert to_therapist.subject == f"New website message – ref {enquiry.reference}"
    assert f"http://127.0.0.1:8000/admin/bookings/enquiry/{enquiry.pk}/change/" in to_therapist.body
    assert "Wednesday 25 November, 17:00" in to_therapist.body
    raw = to_therapist.message().as_string()
    for secret in ("Zoë", "O’Hara", "zoe@example.org", "talk", "7pm", "Harley"):
        assert secret not in to_therapist.body + raw


def test_the_person_gets_a_neutral_sender_and_subject_and_nothing_echoed(make_enquiry, therapist_address):
    enquiry = make_enquiry()
    send_due()

    to_person = mail.outbox[1]
    assert (to_person.to, to_person.cc, to_person.bcc) == (["zoe@example.org"], [], [])
    assert to_person.from_email == "Appointments <website@localhost>"
    assert to_person.subject == f"We have your message – ref {enquiry.reference}"
    assert to_person.reply_to == ["reply@example.org"]
    assert enquiry.reference in to_person.body
    for secret in ("Zoë", "O’Hara", "I would like", "Addiction", "addiction", "therap", "Harley"):
        assert secret not in to_person.body + to_person.subject


def test_a_message_is_sent_once(make_enquiry):
    make_enquiry()

    assert (send_due(), send_due(), len(mail.outbox)) == (2, 0, 2)
    assert Message.objects.unsent().count() == 0


def test_the_account_that_delivered_is_remembered(make_enquiry, settings):
    SiteState.load()
    make_enquiry()
    send_due()
    assert SiteState.load().mail_account_digest
    assert not mail_account.is_changed()
    settings.EMAIL_HOST_USER = "other"
    assert mail_account.is_changed()


def test_the_message_id_is_fixed_before_the_first_try(make_enquiry):
    make_enquiry()
    before = set(Message.objects.values_list("message_id", flat=True))
    send_due()

    sent = {message_from_bytes(message.message().as_bytes())["Message-ID"] for message in mail.outbox}
    assert sent == before


def test_a_message_in_the_hands_of_another_worker_waits_for_its_lease(make_enquiry):
    make_enquiry()
    Message.objects.update(leased_until=NOW + timedelta(seconds=300))

    assert send_due() == 0
    assert send_due(NOW + timedelta(seconds=301)) == 2


def test_one_poison_message_holds_up_nobody(make_enquiry, refuse_mail_to):
    make_enquiry(email="poison@example.org")
    make_enquiry()
    refuse_mail_to("poison@example.org", ValueError("cannot be encoded"))

    assert send_due() == 3
    poisoned = Message.objects.unsent().get()
    assert poisoned.last_error == "The message could not be written (ValueError)."


@pytest.mark.parametrize(
    ("attempts", "least", "most"), [(1, 48, 72), (2, 96, 144), (5, 768, 1152), (9, 2880, 4320), (99, 2880, 4320)]
)
def test_the_next_try_doubles_from_a_minute_to_an_hour_give_or_take_a_fifth(
    make_enquiry, refuse_mail_to, attempts, least, most
):
    make_enquiry(channel="phone", email="", phone="07700 900 982")
    Message.objects.update(attempts=attempts - 1)
    refuse_mail_to("therapist@localhost", smtplib.SMTPRecipientsRefused({"therapist@localhost": (450, b"later")}))
    Practice.objects.update(notification_address="therapist@localhost")
    send_due()

    due = Message.objects.get()
    assert due.attempts == attempts
    assert least <= (due.next_try - NOW).total_seconds() <= most
    assert due.leased_until is None


@pytest.mark.parametrize(
    ("problem", "words", "refused"),
    [
        (
            smtplib.SMTPRecipientsRefused({"zoe@example.org": (550, b"no such zoe@example.org")}),
            "The mail server refused the receiver’s address (550).",
            True,
        ),
        (
            smtplib.SMTPRecipientsRefused({"zoe@example.org": (450, b"greylisted")}),
            "The mail server refused the receiver’s address (450).",
            False,
        ),
        (smtplib.SMTPDataError(554, b"spam"), "The mail server refused the message (554).", True),
        (smtplib.SMTPSenderRefused(553, b"no", "x"), "The mail server refused our own address (553).", False),
        (
            smtplib.SMTPAuthenticationError(535, b"bad"),
            "The mail server refused our user name or password (535).",
            False,
        ),
        (TimeoutError("timed out"), "The mail server did not answer in time.", False),
        (ConnectionRefusedError(), "The mail server could not be reached.", False),
        (
            smtplib.SMTPServerDisconnected("gone"),
            "The mail server could not be reached.",
            False,
        ),
    ],
)
def test_a_failure_is_written_down_without_an_address(make_enquiry, refuse_mail_to, caplog, problem, words, refused):
    make_enquiry()
    refuse_mail_to("zoe@example.org", problem)
    send_due()

    failed = Message.objects.get(kind="acknowledge")
    assert (failed.last_error, failed.refused) == (words, refused)
    assert "zoe" not in caplog.text.lower()


def test_a_refused_address_of_a_person_is_not_a_failing_mail(make_enquiry, refuse_mail_to):
    make_enquiry()
    refuse_mail_to("zoe@example.org", smtplib.SMTPRecipientsRefused({"zoe@example.org": (550, b"")}))
    send_due()

    health = delivery.health(NOW)
    assert (health.unsent, health.refused) == (0, 1)
    assert not health.is_failing(NOW + timedelta(hours=1))


def test_mail_is_failing_when_something_due_has_not_gone_for_two_minutes(make_enquiry):
    make_enquiry()

    assert not delivery.health(NOW + timedelta(minutes=2)).is_failing(NOW + timedelta(minutes=2))
    assert delivery.health(NOW + timedelta(minutes=3)).is_failing(NOW + timedelta(minutes=3))


def test_nobody_to_tell_is_a_failure_not_a_success(make_enquiry, settings):
    settings.THERAPIST_EMAIL = ""
    Practice.objects.update(notification_address="")
    make_enquiry(channel="phone", email="", phone="07700 900 982")
    send_due()

    assert Message.objects.get().last_error.startswith("There is no address to send it to")


def test_the_therapists_own_address_wins_over_the_one_of_the_installation(make_enquiry, settings):
    settings.THERAPIST_EMAIL = "installed@example.org"
    Practice.objects.update(notification_address="")
    make_enquiry(channel="phone", email="", phone="07700 900 982")
    send_due()

    assert mail.outbox[0].to == ["installed@example.org"]


def test_a_notification_goes_with_its_enquiry(make_enquiry):
    make_enquiry().delete()

    assert Message.objects.count() == 0


def test_the_outbox_table_holds_no_word_of_the_person(make_enquiry):
    make_enquiry()

    assert "zoe" not in str(list(Message.objects.values())).lower()


def test_news_that_came_too_late_is_dropped(make_enquiry, actor):
    enquiry = make_enquiry()
    enquiries.reply(enquiry, ReplyDraft("Hello", "Dear Zoë", uuid.uuid4()), actor=actor, now=NOW)

    assert send_due() == 1
    assert [message.body for message in mail.outbox] == ["Dear Zoë"]
    assert [due.kind for due in Message.objects.all()] == ["reply"]


def test_after_a_long_outage_nobody_is_promised_an_answer_for_last_week(make_enquiry):
    make_enquiry()
    send_due(NOW + timedelta(days=9))

    assert "November" not in mail.outbox[0].body + mail.outbox[1].body
    assert "Your message has arrived.\n" in mail.outbox[1].body


def test_nothing_is_sent_in_place_of_words_whose_key_is_missing(make_enquiry, settings, actor):
    enquiry = make_enquiry()
    enquiries.reply(enquiry, ReplyDraft("Hello", "Dear Zoë", uuid.uuid4()), actor=actor, now=NOW)
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    send_due()

    assert mail.outbox == []
    assert Message.objects.get(kind="reply").last_error.startswith("Its words cannot be read")


def test_the_therapist_may_have_everything_tried_at_once(make_enquiry, refuse_mail_to, therapist_client):
    make_enquiry()
    refuse_mail_to("zoe@example.org", TimeoutError())
    send_due()
    assert Message.objects.due(NOW).count() == 0

    with time_machine.travel(NOW, tick=False):
        therapist_client.post("/admin/bookings/enquiry/try-mail/")
    assert Message.objects.due(NOW).count() == 1


def test_a_worker_that_is_told_to_stop_stops_before_the_next_message(make_enquiry):
    make_enquiry()

    assert delivery.send_due(lambda: NOW, is_stopped=lambda: len(mail.outbox) == 1) == 1


def test_trouble_with_tidying_up_never_keeps_mail_from_going(make_enquiry, monkeypatch, caplog):
    make_enquiry()
    monkeypatch.setattr(run_worker, "tidy", lambda now: 1 / 0)
    with time_machine.travel(NOW, tick=False):
        call_command("run_worker", stdout=StringIO())

    assert len(mail.outbox) == 2
    assert "Tidying up failed" in caplog.text
