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
from django.test.testcases import LiveServerThread
from django.test.utils import override_settings
from playwright.sync_api import expect, sync_playwright

from bookings import spam
from pages.models import Page
from pages.source import write_blocks
from tests.journeys import tour
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


def pytest_collection_modifyitems(config, items):
    """Every second one, where another process has the rest."""
    half = os.environ.get("JOURNEYS_HALF")
    if half:
        kept = items[int(half) :: 2]
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept


@pytest.fixture(scope="session", autouse=True)
def _collected_static(tmp_path_factory):
    """In a folder of this run alone, so that nobody who works on the site at the same time is served from it."""
    with override_settings(STATIC_ROOT=tmp_path_factory.mktemp("static")):
        call_command("collectstatic", interactive=False, verbosity=0)
        yield


@pytest.fixture(scope="session")
def _database_beside_a_loop():
    """Playwright keeps an event loop in this thread, where Django would then refuse every query."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    yield
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def browser(_database_beside_a_loop):
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE)
        browser = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM") or None, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def _server(django_db_setup, django_db_blocker, _collected_static):
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
def _as_it_starts():
    """A copy of the database with the starter pages in it, once there is one: publishing them takes a second or two."""
    with sqlite3.connect(":memory:") as copy:
        yield copy
    copy.close()


@pytest.fixture
def site(_database_beside_a_loop, transactional_db, _server, _as_it_starts):
    """The address of a site that holds the starter pages and nobody's enquiry."""
    connection.ensure_connection()
    if _as_it_starts.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        _as_it_starts.backup(connection.connection)
    else:
        call_command("load_starter_pages", verbosity=0, stdout=StringIO())
        connection.connection.backup(_as_it_starts)
    return _server


@pytest.fixture
def plain_ketamine(site):
    """The ketamine page, of one text only in its draft."""
    page = Page.objects.get(slug="ketamine")
    uid = "3f0c9b0e-6f0e-4f6c-9a7e-5a1f5d1f0a01"
    write_blocks(page, [{"type": "rich_text", "uid": uid, "html": "<h2>What it is</h2><p>Some words about it.</p>"}])
    return page


@pytest.fixture
def visitor(browser, site):
    """Makes visitors, each with a browser profile of their own; none of them may meet any trouble."""
    visitors = []

    def arrive(**how):
        visitors.append(Visitor(browser, site, **how))
        return visitors[-1]

    yield arrive
    troubles = [trouble for one in visitors for trouble in one.leave()]
    assert not troubles, f"{len(troubles)} troubles:\n" + "\n".join(troubles)


@pytest.fixture
def sign_in(visitor, therapist):
    """The therapist in front of the desk, come through the login form."""

    def signed_in(**how):
        someone = visitor(**how)
        page = someone.page
        page.goto("/admin/")
        page.get_by_label("Username").fill("therapist")
        page.get_by_label("Password").fill("correct horse battery staple")
        page.get_by_role("button", name="Log in").click()
        page.get_by_role("heading", name="Who is waiting for you").wait_for()
        return someone

    return signed_in


@pytest.fixture
def unhurried(monkeypatch):
    """Nobody is taken for a robot because the test types fast."""
    monkeypatch.setattr(spam, "YOUNGEST", timedelta(seconds=-1))


@pytest.fixture
def public_paths(site, client):
    """Of every page that a search engine is told of."""
    return re.findall(r"<loc>https?://[^/]+(/.*?)</loc>", client.get("/sitemap.xml").content.decode())


@pytest.fixture
def every_page(site, public_paths, unhurried, therapist_client):
    """Leads a visitor to every public page and every state of one: `for name in every_page(page)`."""
    tour.prepare()
    name = settings.SESSION_COOKIE_NAME
    cookie = {"name": name, "value": therapist_client.cookies[name].value, "url": site}
    return lambda page: tour.everywhere(page, public_paths, cookie)
