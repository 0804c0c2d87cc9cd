from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from pages.models import Picture
from tests.bookings.backups.helpers import PUBLIC, SECRET
from tests.mail_server import database_url
from tests.pages.word_files import png

PNG = png()


@pytest.fixture(autouse=True)
def var_dir(settings, tmp_path_factory):
    """A folder of the test's own, in which nobody else tries a backup at the same time."""
    settings.VAR_DIR = tmp_path_factory.mktemp("var")
    return settings.VAR_DIR


@pytest.fixture
def site_in_use(therapist, make_enquiry):
    """A person, messages that wait, a picture, an account and a session."""
    make_enquiry(name="Zoë Ångström", email="zoe@example.org", message="A secret\nin two lines")
    picture = Picture.objects.create(name="A room", key="k", digest="d", width=1, height=1)
    picture.renditions.create(width=1, format="webp", data=PNG)
    Client().force_login(therapist)
    return therapist


@pytest.fixture
def backup_folder(settings, tmp_path):
    """The folder of the settings, with a key to encrypt to."""
    settings.BACKUP_RECIPIENTS = PUBLIC
    settings.BACKUP_FOLDER = tmp_path / "backups"
    return settings.BACKUP_FOLDER


@pytest.fixture
def key_file(tmp_path):
    path = tmp_path / "key.txt"
    path.write_text("\n".join(["# a secret key", "", *SECRET]))
    return path


@pytest.fixture
def other_database(tmp_path):
    """An empty database of the same kind as that of the test, which on PostgreSQL has to be made.

    Its name is a name of its own, because tests run side by side on one server.
    """
    if connection.vendor == "sqlite":
        yield f"sqlite:///{tmp_path}/other.sqlite3"
        return
    name = f"moved_{uuid4().hex[:12]}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    try:
        yield f"{database_url().rpartition('/')[0]}/{name}"
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
