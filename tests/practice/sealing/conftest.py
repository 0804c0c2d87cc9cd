"""A practice that has set up sealing, with as little ceremony as tests need."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from practice.models import SignInMethod
from practice.sealing import account_keys, practice_keys
from tests.bookings.conftest import complimentary, details, harley_street, make_enquiry  # noqa: F401 (fixtures)
from tests.sign_in_steps import LOGIN, PASSWORD

OTHER = "umbrella lantern pepper violin"
WORDS = "I drink in the evenings"
SEALED = "a therapist’s password opens it"


@dataclass
class SealedPractice:
    therapist: Any
    password: str
    recovery_key: str

    def keys_of(self, user: Any = None, password: str = "") -> dict[int, bytes]:
        """Return what the account opens with this password."""
        user = user or self.therapist
        private_key = account_keys.open_with(user, password or self.password)
        return practice_keys.held_by(user, private_key) if private_key else {}


def set_up_sealing(therapist, password):
    typed = practice_keys.new_recovery_key()
    practice_keys.confirm(typed, therapist, password, {})
    return SealedPractice(therapist, password, typed)


def make_therapist(username, password):
    return User.objects.create_superuser(username, password=password)


@pytest.fixture
def therapist(db):
    return make_therapist("owner", PASSWORD)


@pytest.fixture
def practice(therapist):
    return set_up_sealing(therapist, PASSWORD)


def sign_in(username="owner", password=PASSWORD):
    browser = Client()
    assert browser.post(LOGIN, {"username": username, "password": password}).status_code == 302
    return browser


@pytest.fixture
def browser(practice):
    """The browser of a therapist who has signed in with the password."""
    return sign_in()


def by_passkey(user):
    """Return a browser whose session began with a passkey alone, which saw no password."""
    browser = Client()
    browser.force_login(user)
    session = browser.session
    session.pop("password_confirmed_at", None)
    session["sign_in_method"] = SignInMethod.PASSKEY_ALONE
    session.save()
    return browser


@pytest.fixture
def enquiry(practice, make_enquiry):  # noqa: F811
    return make_enquiry(message=WORDS)


def page(browser, enquiry):
    return browser.get(f"/admin/bookings/enquiry/{enquiry.pk}/change/").content.decode()


def reads(browser, enquiry):
    """Return whether the screen of the enquiry shows the message, or says that it is sealed."""
    shown = page(browser, enquiry)
    assert (WORDS in shown) != (SEALED in shown)
    return WORDS in shown
