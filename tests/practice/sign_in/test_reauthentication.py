"""A stolen session is not enough for what would let it stay, and asking for the password loses nothing typed."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from bookings.models import BookingSettings, Message
from practice.models import Practice, SignInMethod
from practice.sign_in import pending, second_factor, signals
from tests.sign_in_steps import PASSWORD, set_up_app

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
OWN_PASSWORD = "/admin/password_change/"
NEW = "kettle violin orchard tuesday"
pytestmark = pytest.mark.django_db


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def stolen(clock, therapist):
    """A session that somebody else has taken over, a while after the sign-in."""
    client = Client()
    client.force_login(therapist)
    clock.shift(timedelta(minutes=6))
    return client


def asks_for_password(response):
    return 'name="own_password"' in response.content.decode()


def fields_of(response):
    """Return what the page that asks will send along."""
    texts = re.findall(r'<textarea name="([^"]+)"[^>]*>\n?(.*?)</textarea>', response.content.decode(), re.DOTALL)
    return {name: unescape(text) for name, text in texts}


def practice_form(client, **changes):
    form = client.get("/admin/practice/practice/1/change/").context["adminform"].form
    return {name: "" if form[name].value() is None else form[name].value() for name in form.fields} | changes


# What a stolen session can't do ----------------------------------------------------------------------


@pytest.mark.parametrize("minutes", [0, 6])
def test_it_sets_no_new_password(clock, therapist, minutes):
    thief = Client()
    thief.force_login(therapist)
    clock.shift(timedelta(minutes=minutes))
    new = {"password1": NEW, "password2": NEW, "usable_password": "true", "set-password": "1"}
    new |= {"new_password1": NEW, "new_password2": NEW}

    thief.post(f"/admin/auth/user/{therapist.pk}/password/", new)
    thief.post(f"/admin/auth/user/0{therapist.pk}/password/", new)
    thief.post(OWN_PASSWORD, new)
    thief.post(OWN_PASSWORD, new | {"old_password": "wrong"})
    therapist.refresh_from_db()
    assert therapist.check_password(PASSWORD)


def test_it_makes_no_account(stolen):
    data = {"username": "thief", "password1": NEW, "password2": NEW, "usable_password": "true"}

    assert asks_for_password(stolen.get("/admin/auth/user/add/"))
    assert asks_for_password(stolen.post("/admin/auth/user/add/", data))
    assert not User.objects.filter(username="thief").exists()


def test_it_changes_and_deletes_no_account(stolen):
    ann = User.objects.create(username="ann", password="x", is_staff=True)

    for url, data in (
        (f"/admin/auth/user/{ann.pk}/change/", {"username": "ann", "is_superuser": "on", "is_active": "on"}),
        (f"/admin/auth/user/{ann.pk}/password/", {"password1": NEW, "password2": NEW, "usable_password": "true"}),
        (f"/admin/auth/user/{ann.pk}/delete/", {"post": "yes"}),
    ):
        assert asks_for_password(stolen.post(url, data))
    assert list(User.objects.filter(username="ann").values_list("is_superuser", "password")) == [(False, "x")]


def test_it_changes_no_second_factor(stolen, therapist):
    set_up_app(therapist)
    factor = second_factor.factors(therapist).get()

    assert asks_for_password(stolen.post("/admin/sign-in/", {"remove": factor.pk}))
    assert asks_for_password(stolen.post("/admin/sign-in/", {"new_codes": "yes"}))
    for path in ("set-up/", "set-up/app/", "set-up/passkey/", "recovery-codes/"):
        assert asks_for_password(stolen.get(f"/admin/sign-in/{path}"))
    assert second_factor.factors(therapist).get() == factor


@pytest.mark.parametrize("name", ["notification_address", "reply_to"])
def test_it_moves_no_messages_elsewhere(stolen, name):
    before = Practice.objects.values_list(name, flat=True).get()

    assert asks_for_password(
        stolen.post("/admin/practice/practice/1/change/", practice_form(stolen, **{name: "thief@example.org"}))
    )
    assert Practice.objects.values_list(name, flat=True).get() == before


def test_what_moves_no_messages_needs_no_password(stolen):
    data = practice_form(stolen, sender_name="Diary")

    assert stolen.post("/admin/practice/practice/1/change/", data).status_code == 302
    assert Practice.objects.get().sender_name == "Diary"


@pytest.mark.parametrize("act", ["new", "end"])
def test_it_sees_and_ends_no_address_of_the_feed(stolen, act):
    BookingSettings.load()
    BookingSettings.objects.update(feed_digest="x")

    assert asks_for_password(stolen.post("/admin/bookings/bookingsettings/calendars/", {"act": act}))
    assert BookingSettings.load().feed_digest == "x"


def test_it_has_no_other_calendar_read(stolen):
    url = f"/admin/bookings/bookingsettings/{BookingSettings.load().pk}/change/"

    assert asks_for_password(stolen.post(url, {"busy_address": "https://thief.example/a.ics"}))
    assert not asks_for_password(stolen.post(url, {"busy_address": ""}))


# How it is asked ------------------------------------------------------------------------------------


def test_what_was_posted_is_sent_on_once_the_password_was_right(stolen):
    data = practice_form(stolen, notification_address="new@example.org", sender_name="“Diary”\n & more")
    data["sender_name"] = "Diary"
    page = stolen.post("/admin/practice/practice/1/change/", data)
    assert "What you entered is kept and will be used." in page.content.decode()
    kept = fields_of(page)
    assert {name: kept[name] for name in ("sender_name", "notification_address")} == {
        "sender_name": "Diary",
        "notification_address": "new@example.org",
    }

    wrong = stolen.post("/admin/practice/practice/1/change/", kept | {"own_password": "wrong"})
    assert "That isn’t your password." in wrong.content.decode()
    assert fields_of(wrong) == kept
    right = stolen.post("/admin/practice/practice/1/change/", kept | {"own_password": PASSWORD})
    if right.status_code == 200:  # it asks whether messages should really go elsewhere
        form = right.context["adminform"].form
        answer = {form.confirmation_field: form.confirmation_token}
        right = stolen.post("/admin/practice/practice/1/change/", kept | answer)
    assert right.status_code == 302
    assert Practice.objects.get().notification_address == "new@example.org"


def test_a_page_is_shown_after_the_password(stolen):
    url = "/admin/auth/user/add/?a=b"
    kept = fields_of(stolen.get(url))

    assert stolen.post(url, kept | {"own_password": PASSWORD}).headers["Location"] == url
    assert 'name="password1"' in stolen.get(url).content.decode()


def test_the_password_is_remembered_for_five_minutes(stolen, clock):
    url = "/admin/auth/user/add/"
    stolen.post(url, fields_of(stolen.get(url)) | {"own_password": PASSWORD})

    clock.shift(timedelta(minutes=4, seconds=59))
    assert not asks_for_password(stolen.get(url))
    clock.shift(timedelta(seconds=1))
    assert asks_for_password(stolen.get(url))


def test_the_eleventh_wrong_password_has_to_wait(stolen):
    url = "/admin/auth/user/add/"
    statuses = [stolen.post(url, {"own_password": "wrong"}).status_code for _ in range(11)]

    assert statuses == [200] * 10 + [429]
    answer = stolen.post(url, {"own_password": PASSWORD})
    assert answer.headers["Retry-After"] == "5"


def test_who_signed_in_by_a_passkey_alone_is_asked_at_once(clock, therapist, rf):
    client = Client()
    client.force_login(therapist)
    request = rf.post("/")
    request.session, request.user = client.session, therapist
    pending.complete(request, therapist, method=SignInMethod.PASSKEY_ALONE, password=None, next_url="/admin/")
    request.session.save()
    client.cookies["desk"] = request.session.session_key

    assert asks_for_password(client.get("/admin/auth/user/add/"))


def test_who_listens_learns_the_password_that_was_typed_again(stolen):
    received = []

    def receive(**signal):
        received.append(signal["password"])

    signals.password_confirmed.connect(receive)
    stolen.post("/admin/auth/user/add/", {"own_password": "wrong"})
    stolen.post("/admin/auth/user/add/", {"own_password": PASSWORD})
    signals.password_confirmed.disconnect(receive)

    assert received == [PASSWORD]


# Who is told ----------------------------------------------------------------------------------------


def kinds():
    return list(Message.objects.order_by("pk").values_list("kind", "recipient"))


def test_a_new_account_is_told(therapist_client):
    data = {"username": "ann", "password1": NEW, "password2": NEW, "usable_password": "true"}
    therapist_client.post("/admin/auth/user/add/", data)

    assert kinds() == [("tell_new_account", "")]


def test_a_changed_notification_address_is_told_to_the_one_before(therapist_client):
    Practice.objects.update(notification_address="before@example.org")
    data = practice_form(therapist_client, notification_address="after@example.org")
    therapist_client.post("/admin/practice/practice/1/change/", data)

    assert kinds() == [("tell_new_address", "before@example.org")]


def test_a_changed_address_of_an_account_is_told_to_the_one_before(therapist_client, therapist):
    User.objects.update(email="before@example.org")
    data = {"username": "therapist", "email": "thief@example.org"}
    data |= {"is_active": "on", "role": "therapist"}
    assert therapist_client.post(f"/admin/auth/user/{therapist.pk}/change/", data).status_code == 302

    assert kinds() == [("tell_new_address", "before@example.org")]


def test_a_new_password_is_told_to_the_holder_of_the_account(therapist_client, therapist):
    User.objects.update(email="owner@example.org")
    received = []

    def receive(**signal):
        received.append((signal["password"], signal["old_password"]))

    signals.password_changed.connect(receive)
    data = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    assert therapist_client.post(OWN_PASSWORD, data).status_code == 302
    signals.password_changed.disconnect(receive)

    assert kinds() == [("tell_new_password", "owner@example.org")]
    assert received == [(NEW, PASSWORD)]
    assert therapist_client.get("/admin/").status_code == 200


def test_a_password_that_another_account_sets_ends_its_sessions_and_is_told(therapist_client):
    ann = User.objects.create(username="ann", is_staff=True)
    client = Client()
    client.force_login(ann)
    data = {"password1": NEW, "password2": NEW, "usable_password": "true", "set-password": "1"}
    assert therapist_client.post(f"/admin/auth/user/{ann.pk}/password/", data).status_code == 302

    assert client.get("/admin/").status_code == 302
    assert kinds() == [("tell_new_password", "")]
