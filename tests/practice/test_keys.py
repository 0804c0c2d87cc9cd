"""Every use has a key of its own, derived from FIELD_KEY."""

from cryptography.fernet import Fernet

from practice import keys
from practice.keys import KeyLabel


def test_each_use_and_each_key_gives_another_digest(settings):
    other = Fernet.generate_key().decode()

    made = {keys.digest(label, "word", key) for label in KeyLabel for key in (settings.FIELD_KEYS[0], other)}

    assert len(made) == 2 * len(KeyLabel)


def test_the_secret_key_changes_no_digest(settings):
    before = keys.digest(KeyLabel.SEARCH, "word")
    settings.SECRET_KEY = "another"

    assert keys.digest(KeyLabel.SEARCH, "word") == before


def test_the_newest_key_is_used_and_the_older_ones_are_looked_for(settings):
    before = keys.digest(KeyLabel.SEARCH, "word")
    settings.FIELD_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_KEYS]

    newest, older = keys.digests(KeyLabel.SEARCH, "word")
    assert (newest, older) == (keys.digest(KeyLabel.SEARCH, "word"), before)
    key, others = keys.signing_keys(KeyLabel.SHARED_DRAFT)
    assert key not in others
    assert len(others) == 1
