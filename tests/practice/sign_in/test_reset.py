"""A forgotten password is set anew by a link in an email, which opens nothing else."""

import re
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from bookings.models import Message
from bookings.worker import delivery, timed_messages
from practice.models import FailedSignIns, UserSession
from practice.sign_in import reset, second_factor, signals
from tests.sign_in_steps import CODE, PASSWORD, app_code, enter_password, set_up_app

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
NEW = "kettle violin orchard tuesday"
BOTH = {"new_password1": NEW, "new_password2": NEW}
FORGOTTEN, SET = "/admin/sign-in/forgotten/", "/admin/sign-in/new-password/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def owner(therapist, clock):
    therapist.email = "owner@example.org"
    therapist.save()
    return therapist


def sent_link():
    """Deliver what is in the outbox, and return the path of the link."""
    delivery.send_due(timezone.now)
    (email,) = mail.outbox
    assert email.to == ["owner@example.org"]
    return re.search(r"http://127.0.0.1:8000(/new-password/\S+/)\n", email.body)[1]


def open_link(client, link):
    return client.get(link, follow=True)


def test_the_way_back_with_the_second_factor_still_asked(client, owner):
    set_up_app(owner)
    other = Client()
    other.force_login(owner)
    assert "Forgotten your password?" in client.get("/admin/login/").content.decode()
    assert client.post(FORGOTTEN, {"username": "Therapist"}).headers["Location"] == "/admin/sign-in/forgotten/sent/"

    page = open_link(client, sent_link())
    assert page.redirect_chain == [(SET, 302)]
    assert client.post(SET, BOTH).headers["Location"] == "/admin/login/"
    assert "Your new password is set." in client.get("/admin/login/").content.decode()
    assert client.get("/admin/").status_code == 302
    assert other.get("/admin/").status_code == 302
    assert enter_password(client, PASSWORD).status_code == 200
    assert enter_password(client, NEW).headers["Location"] == CODE
    assert client.post(CODE, {"code": app_code()}).headers["Location"] == "/admin/"


def test_who_listens_learns_the_new_password(client, owner):
    received = []

    def receive(**signal):
        received.append((signal["user"], signal["password"], signal["old_password"]))

    signals.password_changed.connect(receive)
    open_link(client, f"/new-password/{owner.pk}-{reset.tokens.make_token(owner)}/")
    client.post(SET, BOTH)
    signals.password_changed.disconnect(receive)

    assert received == [(owner, NEW, None)]
    assert list(Message.objects.values_list("kind", "recipient")) == [("tell_new_password", "owner@example.org")]


def test_a_weak_password_is_refused_and_the_link_stays(client, owner):
    open_link(client, f"/new-password/{owner.pk}-{reset.tokens.make_token(owner)}/")
    weak = {"new_password1": "harleystreet2026", "new_password2": "harleystreet2026"}

    assert "anybody would try here" in client.post(SET, weak).content.decode()
    assert client.post(SET, BOTH).status_code == 302


def test_the_link_works_once_and_for_two_hours(client, owner, clock):
    link = f"/new-password/{owner.pk}-{reset.tokens.make_token(owner)}/"
    clock.shift(timedelta(hours=2, minutes=1))
    assert open_link(client, link).status_code == 410

    link = f"/new-password/{owner.pk}-{reset.tokens.make_token(owner)}/"
    open_link(client, link)
    client.post(SET, BOTH)
    assert open_link(client, link).status_code == 410
    assert client.post(SET, {"new_password1": PASSWORD, "new_password2": PASSWORD}).status_code == 410


def test_a_link_is_made_with_no_key_of_django(client, owner):
    forged = default_token_generator.make_token(owner)

    assert open_link(client, f"/new-password/{owner.pk}-{forged}/").status_code == 410


@pytest.mark.parametrize("token", ["x", "1-", "-", "9" * 30 + "-x", "²-x", "1-abc-def"])
def test_a_made_up_link_opens_nothing(client, owner, token):
    assert open_link(client, f"/new-password/{token}/").status_code == 410
    assert not UserSession.objects.exists()


def test_nobody_learns_whether_there_is_an_account(client, owner):
    User.objects.create(username="without-address", is_staff=True)
    User.objects.create(username="left", email="left@example.org", is_staff=True, is_active=False)
    User.objects.create(username="visitor", email="visitor@example.org")

    for name in ("nobody", "without-address", "left", "visitor", "therapist"):
        answer = client.post(FORGOTTEN, {"username": name})
        assert (answer.status_code, answer.headers["Location"]) == (302, "/admin/sign-in/forgotten/sent/")
    assert list(Message.objects.values_list("kind", "recipient")) == [("reset_password", "owner@example.org")]


def test_strangers_send_the_owner_one_link_in_ten_minutes(owner, clock):
    for number in range(30):
        Client().post(FORGOTTEN, {"username": "therapist"}, REMOTE_ADDR=f"203.0.113.{number}")
    assert Message.objects.count() == 1
    clock.shift(timedelta(minutes=10))
    Client().post(FORGOTTEN, {"username": "therapist"})

    assert Message.objects.count() == 2


def test_one_connection_asks_ten_times_an_hour(client, owner):
    assert [client.post(FORGOTTEN, {"username": "x"}).status_code for _ in range(11)] == [302] * 10 + [429]


def test_a_link_that_could_not_be_sent_in_time_is_not_sent(client, owner, clock):
    client.post(FORGOTTEN, {"username": "therapist"})
    clock.shift(timedelta(hours=2, minutes=1))
    delivery.send_due(timezone.now)

    assert mail.outbox == []
    assert not Message.objects.exists()


def test_the_row_of_the_outbox_holds_no_link(client, owner):
    client.post(FORGOTTEN, {"username": "therapist"})
    link = sent_link()

    assert link.split("-", 2)[-1].strip("/") not in str(list(Message.objects.values()))
    timed_messages.delete_old_summaries(timezone.now() + timedelta(days=400))
    assert not Message.objects.exists()


# From the server ------------------------------------------------------------------------------------


def run(*arguments):
    output = StringIO()
    call_command("reset_sign_in", *arguments, stdout=output)
    return output.getvalue()


def test_the_command_prints_a_link_and_ends_the_sessions(client, owner):
    set_up_app(owner)
    other = Client()
    other.force_login(owner)
    for _ in range(10):
        enter_password(Client(), "wrong")
    words = run("Therapist")

    assert other.get("/admin/").status_code == 302
    assert not FailedSignIns.objects.exists()
    assert second_factor.is_set_up(owner)
    assert "add --second-factor" in words
    open_link(client, re.search(r"http://127.0.0.1:8000(/new-password/\S+/)", words)[1])
    assert client.post(SET, BOTH).status_code == 302
    assert ("tell_reset_on_server", "owner@example.org") in Message.objects.values_list("kind", "recipient")


def test_the_command_removes_a_lost_second_factor(owner):
    set_up_app(owner)
    words = run("therapist", "--second-factor")

    assert not second_factor.is_set_up(owner)
    assert "The second step is removed" in words
    assert set(Message.objects.values_list("kind", flat=True)) == {"tell_reset_on_server", "tell_second_factor"}


@pytest.mark.parametrize("name", ["nobody", "visitor"])
def test_the_command_says_whom_it_cannot_let_in(owner, name):
    User.objects.create(username="visitor")

    with pytest.raises(CommandError, match=name):
        run(name)
    assert not UserSession.objects.exists()
