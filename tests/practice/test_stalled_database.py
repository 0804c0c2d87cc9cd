"""A database that is frozen costs nobody their words, and keeps nobody waiting for ever."""

import tempfile
import time
from pathlib import Path

import pytest
from django.db import OperationalError, connection
from django.test import Client

from practice import facts
from tests.postgres import frozen, temporary_server
from tests.served_site import ANSWERS, served_site

MAX_SECONDS = 20  # on a busy machine; of them 11 for a statement


@pytest.fixture(scope="module")
def postgres_site():
    with tempfile.TemporaryDirectory(prefix="stall-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with temporary_server(folder / "postgres"):
            database = {"DATABASE_URL": f"postgres:///{folder}/postgres/postgres", "PGUSER": "postgres"}
            with served_site(folder, **database) as site:
                yield site, folder / "postgres"


def timed(act):
    start = time.monotonic()
    return act(), time.monotonic() - start


def test_a_frozen_postgresql_is_answered_in_time_and_costs_no_word(postgres_site):
    site, server = postgres_site
    hidden, cookie = site.form("/consultation/")
    answers = ANSWERS | {
        "email": "zoe@example.org",
        "token": hidden["token"],
        "csrfmiddlewaretoken": hidden["csrfmiddlewaretoken"],
    }
    cookies = site.sign_in()
    time.sleep(3)  # a form that is sent at once is a robot's

    with frozen(server):
        form, seconds = timed(lambda: site.post("/consultation/", answers, cookie))
        assert form.status == 503
        assert seconds < MAX_SECONDS
        for answer in ("Zoë O’Hara", "zoe@example.org", "I would like to talk."):
            assert answer in form.text
        assert "Retry-After" in form.headers

        page, seconds = timed(lambda: site.get("/addictions/ketamine/"))
        assert (page.status, page.headers["Retry-After"]) == (503, "30")
        assert seconds < MAX_SECONDS
        assert "<h1>This page can’t be shown right now</h1>" in page.text

        words = {"name": "A fee in words", "csrfmiddlewaretoken": "x" * 32}
        desk, _ = timed(lambda: site.post("/admin/practice/fee/add/", words, cookies))
        assert desk.status == 503
        assert "A fee in words" in desk.text

    time.sleep(6)  # nobody waits for the database again within five seconds
    assert site.get("/addictions/ketamine/").status == 200
    assert site.post("/consultation/", answers, cookie).status == 302


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no such settings")
def test_postgresql_itself_is_told_to_stop_after_ten_seconds(db):
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("10s",)
    assert connection.settings_dict["OPTIONS"]["connect_timeout"] == 3


@pytest.fixture
def failing_database(monkeypatch):
    def fail(*args, **kwargs):
        raise OperationalError("canceling statement due to statement timeout")

    monkeypatch.setattr(facts, "practice_row", fail)
    monkeypatch.setattr(facts, "_cached", None)


@pytest.mark.parametrize("path", ["/", "/addictions/ketamine/", "/consultation/", "/manifest.webmanifest"])
def test_a_page_asks_to_come_back(path, db, failing_database):
    response = Client(raise_request_exception=False).get(path)

    assert (response.status_code, response.headers["Retry-After"]) == (503, "30")
    assert "no-store" in response.headers["Cache-Control"]
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    page = response.content.decode()
    assert '<a class="button" href="">Try again</a>' in page
    assert all(f'href="tel:{number}"' in page for number in ("999", "116123"))


def test_whatever_form_meets_it_keeps_what_was_typed(db, failing_database):
    fields = {"name": "<b>Zoë</b>", "days": ["1", "2"], "password": "secret-word"}

    response = Client().post("/consultation/", fields, headers={"origin": "http://testserver"})

    page = response.content.decode()
    assert response.status_code == 503
    assert "What you wrote has not been sent yet" in page
    assert "&lt;b&gt;Zoë&lt;/b&gt;" in page
    assert page.count('<textarea name="days"') == 2
    assert "secret-word" not in page


def test_another_site_puts_no_words_into_the_form(db, failing_database):
    response = Client().post("/consultation/", {"name": "Zoë"}, headers={"origin": "https://evil.example"})

    assert response.status_code == 503
    assert "Zoë" not in response.content.decode()


def test_a_failure_in_middleware_is_answered_in_the_same_way(monkeypatch):
    def fail(*args, **kwargs):
        raise OperationalError("database is locked")

    monkeypatch.setattr("practice.middleware.is_allowed", fail)
    response = Client(raise_request_exception=False).get("/")

    assert (response.status_code, response.headers["Retry-After"]) == (503, "30")
