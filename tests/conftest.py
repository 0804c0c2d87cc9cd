import gc
import signal
from contextlib import ExitStack
from pathlib import Path

import pytest
from argon2 import profiles
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.test import Client
from whitenoise import WhiteNoise

from practice.roles import give_role
from practice.sealing import account_keys
from tests import previous_release, soak
from tests.postgres import temporary_server

JOURNEYS = Path(__file__).parent / "journeys"
DATABASE = {"db", "transactional_db"}


def is_worker(config):
    return hasattr(config, "workerinput")


def pytest_configure(config):
    if is_worker(config):
        return
    # A `kill` then stops what the tests have started, as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    socket_folder = settings.VAR_DIR / "postgres"
    if settings.DATABASES["default"].get("HOST") == str(socket_folder):
        server = ExitStack()
        config.add_cleanup(server.close)
        server.enter_context(temporary_server(socket_folder))


def pytest_sessionstart(session):
    """Pages link to the files as they are served: collected, one stylesheet, names with a hash."""
    if not is_worker(session.config):
        call_command("collectstatic", interactive=False, verbosity=0)


def pytest_terminal_summary(terminalreporter):
    if not previous_release.has_code():
        terminalreporter.write_line(previous_release.MISSING)


@pytest.hookimpl(tryfirst=True)  # before `-m journey` is looked at
def pytest_collection_modifyitems(config, items):
    """Mark the journeys, and leave out what is kept for a soak and, on PostgreSQL, what SQLite has shown already."""
    for item in items:
        if JOURNEYS in item.path.parents:
            item.add_marker("journey")
    if not soak.IS_ON:
        select(config, items, [item for item in items if not item.get_closest_marker("soak")])
    if connection.vendor != "sqlite":
        select(config, items, [item for item in items if depends_on_database(item)])
        if not soak.IS_ON:
            select(config, items, first_of_each(items))


def pytest_collection_finish(session):
    """Look for garbage less often: what Django, the tests and their fixtures keep is a large heap to go through."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def select(config, items, selected):
    kept = set(selected)
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = selected


def depends_on_database(item):
    if item.get_closest_marker("journey"):  # in the browser everything looks the same on both
        return False
    if item.get_closest_marker("any_database") and not soak.IS_ON:
        return False
    return bool(DATABASE & set(item.fixturenames) or item.get_closest_marker("django_db"))


def first_of_each(items):
    """Return one item of each test function: its other parameters change values, hardly ever the SQL."""
    return list({item.nodeid.partition("[")[0]: item for item in reversed(items)}.values())[::-1]


@pytest.fixture(scope="session", autouse=True)
def _static_files_found_once():
    """Every test's client builds the middleware anew, which would look through more than a thousand files each time."""
    look_through, found = WhiteNoise.update_files_dictionary, {}

    def find(self, root, prefix):
        if (root, prefix) not in found:
            look_through(self, root, prefix)
            found[root, prefix] = dict(self.files)
        self.files.update(found[root, prefix])

    WhiteNoise.update_files_dictionary = find
    yield
    WhiteNoise.update_files_dictionary = look_through


@pytest.fixture(scope="session", autouse=True)
def stretching_of_the_site():
    """Stretch passwords to the keys of accounts as little as Argon2 allows; return how far the site does."""
    of_the_site = account_keys.COSTS
    account_keys.COSTS = profiles.CHEAPEST
    yield of_the_site
    account_keys.COSTS = of_the_site


@pytest.fixture(scope="session")
def _hashed_password():
    return make_password("correct horse battery staple")


@pytest.fixture
def therapist(db, _hashed_password):
    return User.objects.create(username="therapist", password=_hashed_password, is_staff=True, is_superuser=True)


@pytest.fixture
def therapist_client(therapist):
    client = Client()
    client.force_login(therapist)
    return client


@pytest.fixture
def client_as(db):
    """Signs a new account in to a client of its own: client_as(DeskRole.EDITOR), or client_as(None) without a role."""

    def sign_in(role):
        user = User(username=role or "no-role", is_staff=True)
        give_role(user, role)
        User.objects.filter(pk=user.pk).update(is_staff=True)
        client = Client()
        client.force_login(user)
        return client

    return sign_in
