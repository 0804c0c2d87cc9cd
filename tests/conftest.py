import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client


@pytest.fixture(scope="session", autouse=True)
def _collected_static():
    """Pages link to the files as they are served: collected, one stylesheet, names with a hash."""
    call_command("collectstatic", interactive=False, verbosity=0)


@pytest.fixture
def therapist(db):
    return User.objects.create_superuser("therapist", password="correct horse battery staple")


@pytest.fixture
def therapist_client(therapist):
    client = Client()
    client.force_login(therapist)
    return client
