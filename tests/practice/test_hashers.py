"""How slowly the site hashes passwords, and how many at once; the other tests hash as little as Argon2 allows."""

import pytest
from argon2 import profiles
from django.contrib.auth import hashers as django_hashers
from django.utils.module_loading import import_string

from practice import hashers
from practice import settings as site_settings

PASSWORD = "correct horse battery staple"


@pytest.fixture
def _hashers_of_the_site(settings):
    settings.PASSWORD_HASHERS = site_settings.PASSWORD_HASHERS


def test_the_hashers_of_the_site_and_of_its_tests_are_all_limited(settings):
    for name in [*site_settings.PASSWORD_HASHERS, *settings.PASSWORD_HASHERS]:
        assert issubclass(import_string(name), hashers.LimitedHasher)


@pytest.mark.usefixtures("_hashers_of_the_site")
def test_a_password_is_hashed_as_slowly_as_django_does():
    encoded = django_hashers.make_password(PASSWORD)
    assert encoded.startswith("argon2$argon2id$v=19$m=102400,t=2,p=8$")
    assert django_hashers.check_password(PASSWORD, encoded)


def test_a_password_is_stretched_to_a_key_as_rfc_9106_says(stretching_of_the_site):
    assert stretching_of_the_site == profiles.RFC_9106_LOW_MEMORY
