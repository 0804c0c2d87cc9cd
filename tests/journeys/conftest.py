"""A real Chromium, the site behind a real socket with its collected files, and a watch on everything that happens."""

import os
import re
import sqlite3
from datetime import timedelta
from io import StringIO

import pytest
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.testcases import LiveServerThread
from playwright.sync_api import expect, sync_playwright

from bookings import spam
from pages.models import Page
from pages.page_source import write_blocks
from tests.journeys import chromium, page_states
from tests.journeys.visitor import PATIENCE, Visitor

HOST = "127.0.0.1"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def _allow_async_unsafe():
    """Playwright keeps an event loop in this thread, where Django would then refuse every query."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    yield
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def playwright(_allow_async_unsafe):
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE)
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright):
    browser = playwright.chromium.launch(executable_path=chromium.executable(playwright), args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def _server(django_db_setup, django_db_blocker):
    """Answers as in production: WhiteNoise gives out what was collected, the finders nothing."""
    with django_db_blocker.unblock():
        thread = LiveServerThread(HOST, lambda media_handler: WSGIHandler())
        thread.daemon = True
        thread.start()
        thread.is_ready.wait()
        assert thread.error is None
        yield f"http://{HOST}:{thread.port}"
        thread.terminate()


@pytest.fixture(scope="session")
def _starter_database():
    """A copy of the database with the starter pages in it, once there is one: publishing them takes a second or two."""
    with sqlite3.connect(":memory:") as copy:
        yield copy
    copy.close()


@pytest.fixture
def site(_allow_async_unsafe, transactional_db, _server, _starter_database):
    """The address of a site that holds the starter pages and nobody's enquiry."""
    connection.ensure_connection()
    if _starter_database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        _starter_database.backup(connection.connection)
    else:
        call_command("load_starter_pages", verbosity=0, stdout=StringIO())
        connection.connection.backup(_starter_database)
    return _server


@pytest.fixture
def plain_ketamine(site):
    """The ketamine page, of one text only in its draft."""
    page = Page.objects.get(slug="ketamine")
    uid = "3f0c9b0e-6f0e-4f6c-9a7e-5a1f5d1f0a01"
    write_blocks(page, [{"type": "rich_text", "uid": uid, "html": "<h2>What it is</h2><p>Some words about it.</p>"}])
    return page


@pytest.fixture
def editor(sign_in, plain_ketamine):
    """The ketamine page, open in the editor."""
    page = sign_in(width=1280).page
    page.goto(f"/admin/pages/page/{plain_ketamine.pk}/change/")
    return page


@pytest.fixture
def visitor(browser, site):
    """Makes visitors, each with a browser profile of their own; none of them may meet any trouble."""
    visitors = []

    def make(**options):
        visitors.append(Visitor(browser, site, **options))
        return visitors[-1]

    yield make
    problems = [problem for visitor in visitors for problem in visitor.leave()]
    assert not problems, f"{len(problems)} troubles:\n" + "\n".join(problems)


@pytest.fixture
def session_cookie(site, therapist):
    """Makes one as the browser keeps it once the therapist has signed in."""

    def make():
        client = Client()
        client.force_login(therapist)
        return {"name": settings.SESSION_COOKIE_NAME, "value": client.session.session_key, "url": site}

    return make


@pytest.fixture
def sign_in(visitor, session_cookie):
    """The therapist in front of the desk; test_away.py and test_keeping.py go through the login form."""

    def signed_in(**options):
        someone = visitor(**options)
        someone.context.add_cookies([session_cookie()])
        someone.page.goto("/admin/")
        expect(someone.page.get_by_role("heading", name="Waiting for your reply")).to_be_visible()
        return someone

    return signed_in


@pytest.fixture
def no_minimum_form_age(monkeypatch):
    """Nobody is taken for a robot because the test types fast."""
    monkeypatch.setattr(spam, "MIN_FORM_AGE", timedelta(seconds=-1))


@pytest.fixture
def public_paths(site, client):
    """Of every page that a search engine is told of."""
    return re.findall(r"<loc>https?://[^/]+(/.*?)</loc>", client.get("/sitemap.xml").content.decode())


@pytest.fixture
def visit_every_page(public_paths, no_minimum_form_age, session_cookie):
    """Leads a visitor to every public page and every state of one: `for name in every_page(page)`."""
    page_states.fill_practice_data()
    return lambda page: page_states.visit_every_state(page, public_paths, session_cookie())
