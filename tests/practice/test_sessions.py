"""What the database holds of a session, how long one lasts, and where it is ended."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from practice import sessions
from practice.models import UserSession

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
RIGHT = "correct horse battery staple"
WHERE = "/admin/sign-in/where/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def may_use(client):
    return client.get("/admin/").status_code == 200


def test_a_copy_of_the_database_signs_nobody_in(therapist_client):
    key = therapist_client.cookies["desk"].value
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM practice_usersession")
        stored = str(cursor.fetchall())
    thief = Client()
    thief.cookies["desk"] = UserSession.objects.get().pk

    assert key not in stored
    assert not may_use(thief)
    assert may_use(therapist_client)


def test_a_session_ends_after_twelve_hours_of_use(clock, therapist):
    client = signed_in(therapist)
    for _ in range(28):
        clock.shift(timedelta(minutes=25))
        assert may_use(client)

    clock.move_to(NOW + timedelta(hours=12, seconds=-1))
    assert may_use(client)
    clock.move_to(NOW + timedelta(hours=12))
    assert not may_use(client)


def test_a_session_ends_after_half_an_hour_without_use(clock, therapist):
    client = signed_in(therapist)

    clock.shift(timedelta(minutes=29, seconds=59))
    assert may_use(client)
    clock.shift(timedelta(minutes=30))
    assert not may_use(client)


def test_a_new_password_does_not_begin_the_twelve_hours_again(clock, therapist):
    client = signed_in(therapist)
    passwords = {"new_password1": "kettle violin orchard tuesday", "new_password2": "kettle violin orchard tuesday"}
    assert client.post("/admin/password_change/", {"old_password": RIGHT} | passwords).status_code == 302

    assert UserSession.objects.get().signed_in_at == NOW


def test_sessions_are_listed_with_the_own_one_first(clock, therapist):
    earlier = signed_in(therapist)
    clock.shift(timedelta(minutes=5))
    here = signed_in(therapist)
    signed_in(User.objects.create(username="ann", is_staff=True))

    context = here.get(WHERE).context
    assert context["own"].signed_in_at == NOW + timedelta(minutes=5)
    assert [session.signed_in_at for session in context["others"]] == [NOW]
    assert "Signed in on 24 November at 12:00" in here.get(WHERE).content.decode()
    assert may_use(earlier)


def test_one_session_is_ended_from_another(clock, therapist):
    lost, kept, here = (signed_in(therapist) for _ in range(3))
    digest = UserSession.objects.get(pk=_digest(lost)).pk

    assert here.post(WHERE, {"end": digest}).status_code == 302
    assert [may_use(client) for client in (lost, kept, here)] == [False, True, True]


def test_all_others_are_ended(therapist):
    others, here = [signed_in(therapist) for _ in range(3)], signed_in(therapist)
    ann = signed_in(User.objects.create(username="ann", is_staff=True))

    here.post(WHERE, {"others": "yes"})
    assert [may_use(client) for client in (*others, here, ann)] == [False, False, False, True, True]


def test_nobody_ends_the_session_of_another_account(therapist):
    ann = signed_in(User.objects.create(username="ann", is_staff=True))
    here = signed_in(therapist)

    here.post(WHERE, {"end": _digest(ann)})
    assert may_use(ann)


def test_a_new_password_ends_all_other_sessions(therapist):
    other, here = signed_in(therapist), signed_in(therapist)
    passwords = {"new_password1": "kettle violin orchard tuesday", "new_password2": "kettle violin orchard tuesday"}
    here.post("/admin/password_change/", {"old_password": RIGHT} | passwords)

    assert [may_use(other), may_use(here)] == [False, True]
    assert UserSession.objects.count() == 1


def test_sessions_that_have_ended_are_deleted(clock, therapist):
    client = signed_in(therapist)
    clock.shift(timedelta(minutes=31))
    client.session.clear_expired()

    assert not UserSession.objects.exists()


def _digest(client):
    return sessions.digest(client.cookies[settings.SESSION_COOKIE_NAME].value)
