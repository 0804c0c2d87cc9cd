import pytest
from django.test import Client

from pages.models import Picture
from tests.bookings.backups.helpers import PUBLIC, SECRET
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
