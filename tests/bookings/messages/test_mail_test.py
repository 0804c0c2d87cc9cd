"""`manage.py doctor --test-message ADDRESS` says what the mail server answered, and no more than that."""

import re
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from bookings import health
from bookings.messages import conversation, mail_test
from practice import mail_account
from practice.models import SiteState
from tests.mail_server import FaultyMailServer, MailServer, free_port

ADDRESS = "therapist@example.org"


@pytest.fixture
def use_server(settings):
    def use(port):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        SiteState.load()
        SiteState.objects.update(worker_seen_at=timezone.now())

    return use


def doctor(*arguments):
    stdout = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("doctor", *arguments, stdout=stdout, no_color=True)
    return ended.value.code, stdout.getvalue()


def line(name, text):
    return next(line for line in text.splitlines() if re.match(rf"\w+ +{name}:", line))


def test_an_accepted_message_is_all_that_is_said(db, use_server, settings):
    settings.MESSAGE_ID_DOMAIN = "practice.example"
    with MailServer(free_port()) as server:
        use_server(server.controller.port)
        assert doctor()[0] == 1
        assert "nobody knows whether mail works" in line("mail", doctor()[1])
        code, text = doctor("--test-message", ADDRESS)

    [message] = server.messages
    assert (message["To"], message["Subject"]) == (ADDRESS, "Test message")
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"].endswith("@practice.example>")
    said = line("test message", text)
    assert said.startswith("fine     test message: The mail server accepted the message and said: 250 OK.")
    assert "No more can be known" in text
    assert line("mail", text).startswith("fine     mail: The mail server accepted the last message on ")
    assert code == 0
    assert abs(SiteState.load().test_message_at - timezone.now()) < timedelta(minutes=1)


@pytest.mark.parametrize("name", ["EMAIL_HOST", "EMAIL_HOST_USER", "EMAIL_HOST_PASSWORD", "DEFAULT_FROM_EMAIL"])
def test_an_account_that_was_changed_since_is_unknown(db, use_server, settings, name):
    with MailServer(free_port()) as server:
        use_server(server.controller.port)
        doctor("--test-message", ADDRESS)
    now = timezone.now()
    assert [finding.is_known for finding in health.mail(now)] == [True]
    setattr(settings, name, "other@practice.example")
    [finding] = health.mail(now)
    assert not finding.is_known
    assert "has changed since" in finding.sentence
    mail_account.remember()  # as the worker does after each message
    assert [finding.is_known for finding in health.mail(now)] == [True]


def test_an_account_is_still_known_under_a_new_key(db, use_server, settings):
    settings.FIELD_KEYS = ["old"]
    SiteState.load()
    assert not mail_account.is_changed()  # nothing is known
    mail_account.renew()
    assert SiteState.load().mail_account_digest == ""
    mail_account.remember()
    settings.FIELD_KEYS = ["new", "old"]
    assert not mail_account.is_changed()
    call_command("rotate_field_key", stdout=StringIO())
    settings.FIELD_KEYS = ["new"]
    assert not mail_account.is_changed()
    settings.EMAIL_HOST = "other.example"
    mail_account.renew()
    assert mail_account.is_changed()


def test_a_refusal_is_quoted_and_nothing_is_said_to_work(db, use_server):
    with FaultyMailServer("refuse") as server:
        use_server(server.port)
        code, text = doctor("--test-message", ADDRESS)
    assert code == 1
    assert "refused the receiver’s address" in line("test message", text)
    assert "The mail server said: 5" in line("test message", text)
    assert line("mail", text).startswith("failing")
    assert SiteState.load().test_message_at is None


@pytest.mark.parametrize(("fault", "words"), [("drop", "did not confirm it"), ("silent", "did not answer in time")])
def test_a_server_that_misbehaves_is_described(db, use_server, monkeypatch, fault, words):
    monkeypatch.setattr(mail_test, "TimeLimit", lambda: conversation.TimeLimit(0.5))
    with FaultyMailServer(fault) as server:
        use_server(server.port)
        [finding] = mail_test.send(ADDRESS, timezone.now())
    assert not finding.is_fine
    assert words in finding.sentence


def test_nobody_at_the_address_of_the_server_is_said(db, use_server):
    use_server(free_port())
    [finding] = mail_test.send(ADDRESS, timezone.now())
    assert (finding.sentence, finding.is_fine) == ("The mail server could not be reached.", False)


def test_without_a_mail_server_nothing_is_claimed(db, mailoutbox):
    [finding] = mail_test.send(ADDRESS, timezone.now())
    assert len(mailoutbox) == 1
    assert not finding.is_known
    assert SiteState.objects.filter(test_message_at__isnull=False).count() == 0
    assert list(health.mail(timezone.now())) == []


@pytest.mark.parametrize("address", ["nobody", "", "a b@example.org", "x@exa mple.org"])
def test_what_is_no_address_is_refused(db, mailoutbox, address):
    [finding] = mail_test.send(address, timezone.now())
    assert not finding.is_fine
    assert finding.is_known
    assert not mailoutbox


def test_what_the_server_says_is_one_printable_line():
    assert mail_test._text(250, b"2.0.0 Ok:\r\n queued\x1b[31m as \xff.") == "250 2.0.0 Ok: queued [31m as �"
    assert len(mail_test._text(250, b"x" * 5000)) == 300
