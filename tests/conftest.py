import os

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.test import Client
from whitenoise import WhiteNoise

DATABASE = {"db", "transactional_db"}


def pytest_sessionstart(session):
    """Pages link to the files as they are served: collected, one stylesheet, names with a hash."""
    is_one_of_several = hasattr(session.config, "workerinput")
    if not is_one_of_several and "STATIC_IS_COLLECTED" not in os.environ:
        call_command("collectstatic", interactive=False, verbosity=0)


def pytest_collection_modifyitems(config, items):
    """What asks no database is the same on both: it is tested on SQLite alone."""
    if connection.vendor == "sqlite":
        return
    asks = [item for item in items if DATABASE & set(item.fixturenames) or item.get_closest_marker("django_db")]
    config.hook.pytest_deselected(items=[item for item in items if item not in asks])
    items[:] = asks


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


@pytest.fixture(scope="session")
def _hashed_password():
    """Once, because hashing is slow on purpose."""
    return make_password("correct horse battery staple")


@pytest.fixture
def therapist(db, _hashed_password):
    return User.objects.create(username="therapist", password=_hashed_password, is_staff=True, is_superuser=True)


@pytest.fixture
def therapist_client(therapist):
    client = Client()
    client.force_login(therapist)
    return client
