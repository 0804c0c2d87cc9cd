from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.apps import apps
from django.core.management import call_command

from practice import __version__
from practice.models import FailedSignIns, Fee, UserSession
from practice.sign_in_limit import forget_failures

pytestmark = pytest.mark.django_db


def test_logging_out_clears_what_the_browser_kept(therapist_client):
    response = therapist_client.post("/admin/logout/")

    assert response.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert therapist_client.get("/admin/").status_code == 302


def test_logging_out_after_the_session_has_ended_clears_the_browser_too(client):
    response = client.post("/admin/logout/", {"csrfmiddlewaretoken": "x"}, headers={"origin": "http://testserver"})

    assert response.status_code == 302
    assert response.headers["Clear-Site-Data"] == '"cache", "storage"'


def test_apps_that_start_again_show_no_panel_twice(therapist_client):
    panels = therapist_client.get("/admin/").context["panels"]
    for name in ("bookings", "pages", "practice"):
        apps.get_app_config(name).ready()

    again = therapist_client.get("/admin/").context["panels"]
    assert [panel.title for panel in again] == [panel.title for panel in panels]


def test_nothing_of_the_desk_is_stored_by_the_browser(therapist_client):
    assert "no-store" in therapist_client.get("/admin/").headers["Cache-Control"]


def test_the_version_stands_at_the_foot_of_the_desk_but_not_of_the_sign_in_page(client, therapist_client):
    assert f"Version {__version__}</footer>" in therapist_client.get("/admin/").content.decode()
    assert __version__ not in client.get("/admin/login/").content.decode()


def test_the_desk_is_left_after_half_an_hour_without_a_request(client, therapist):
    start = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
    with time_machine.travel(start, tick=False):
        client.force_login(therapist)
    for minutes, status in [(29, 200), (58, 200), (89, 302)]:
        with time_machine.travel(start + timedelta(minutes=minutes), tick=False):
            assert client.get("/admin/").status_code == status


def test_a_made_up_session_costs_nothing_and_sets_no_cookie(client):
    client.cookies["desk"] = "bogusbogusbogus"
    response = client.get("/consultation/")

    assert list(response.cookies) == ["form"]
    assert not UserSession.objects.exists()


def test_the_eleventh_wrong_password_has_to_wait_even_if_it_is_right(client, therapist):
    def sign_in(password):
        response = client.post("/admin/login/?next=/admin/", {"username": "Therapist", "password": password})
        return response.status_code, response.content.decode()

    right = "correct horse battery staple"
    start = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
    with time_machine.travel(start, tick=False):
        for _ in range(10):
            assert "That username and password don’t match." in sign_in("wrong")[1]
        assert "There have been too many wrong passwords." in sign_in(right)[1]
    with time_machine.travel(start + timedelta(minutes=16), tick=False):
        response = client.post("/admin/login/?next=/admin/", {"username": "therapist", "password": right})
        assert response.status_code == 302
    assert "herapist" not in str(list(FailedSignIns.objects.values()))


def test_a_right_password_forgets_the_wrong_ones(client, therapist):
    def sign_in(password):
        return client.post("/admin/login/?next=/admin/", {"username": "therapist", "password": password}).status_code

    for _ in range(2):
        assert [sign_in("wrong") for _ in range(9)] == [200] * 9
        assert sign_in("correct horse battery staple") == 302
        client.logout()


def test_a_command_lets_everybody_try_again_at_once(client, therapist):
    for _ in range(10):
        client.post("/admin/login/", {"username": "therapist", "password": "wrong"})
    call_command("forget_failed_sign_ins", stdout=StringIO())

    assert not FailedSignIns.objects.exists()


def test_failures_are_forgotten_when_they_no_longer_count(db):
    at = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
    FailedSignIns.objects.create(digest="x", last_at=at, next_try=at)

    forget_failures(at + timedelta(minutes=60))
    assert FailedSignIns.objects.count() == 1
    forget_failures(at + timedelta(minutes=61))
    assert FailedSignIns.objects.count() == 0


def test_nobody_deletes_the_account_they_are_signed_in_with(therapist, therapist_client):
    assert therapist_client.get(f"/admin/auth/user/{therapist.pk}/delete/").status_code == 403


def test_a_short_password_is_refused(therapist_client):
    response = therapist_client.post(
        "/admin/password_change/",
        {
            "old_password": "correct horse battery staple",
            "new_password1": "fourteen-chars",
            "new_password2": "fourteen-chars",
        },
    )

    assert "at least 15 characters" in response.content.decode()


def test_the_apps_are_listed_by_how_often_they_are_used(therapist_client):
    app_list = therapist_client.get("/admin/").context["app_list"]

    assert [app["name"] for app in app_list] == ["Enquiries", "Pages", "Your practice", "Accounts"]


def test_a_person_without_permissions_sees_no_panel(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("helper", password="x", is_staff=True))

    assert client.get("/admin/").context["panels"] == []


def test_the_policy_of_the_admin_has_no_unsafe_source(therapist_client):
    for url in ("/admin/", "/admin/pages/page/add/", "/admin/bookings/enquiry/"):
        policy = therapist_client.get(url).headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "script-src 'self'" in policy


def test_public_pages_carry_each_header_once_and_strictly(client):
    headers = client.get("/consultation/").headers

    assert {name: headers[name] for name in headers if name not in ("Content-Security-Policy", "Content-Length")} == {
        "Content-Type": "text/html; charset=utf-8",
        "Cache-Control": "no-store, private",
        "Vary": "Cookie, Accept-Encoding",
        "X-Frame-Options": "DENY",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Embedder-Policy": "require-corp",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), display-capture=()",
    }
    assert set(headers["Content-Security-Policy"].split("; ")) == {
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    }


@pytest.mark.parametrize(
    ("typed", "pence", "amount"),
    [("90", 9000, "£90"), ("82.50", 8250, "£82.50"), ("", None, "Not filled in yet")],
)
def test_a_fee_is_typed_in_pounds_and_kept_in_pence(therapist_client, typed, pence, amount):
    fee = Fee.objects.get(name="Private session")
    url = f"/admin/practice/fee/{fee.pk}/change/"
    fields = {"name": fee.name, "pounds": typed, "minutes": "50", "position": "20", "is_active": "on"}
    assert therapist_client.post(url, fields).status_code == 302
    fee.refresh_from_db()
    assert (fee.pence, fee.length) == (pence, "50 minutes")
    page = therapist_client.get(url)
    assert page.context["adminform"].form["pounds"].value() == (typed or None)
    assert amount in therapist_client.get("/admin/practice/fee/").content.decode()


def test_a_fee_below_nothing_is_refused(therapist_client):
    fee = Fee.objects.get(name="Private session")
    fields = {"name": fee.name, "pounds": "-1", "position": "20"}
    answer = therapist_client.post(f"/admin/practice/fee/{fee.pk}/change/", fields)
    assert "Enter 0 or more pounds." in answer.content.decode()
