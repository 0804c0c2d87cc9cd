"""A process that is killed while a password is changed leaves a password that opens what people wrote."""

import os
import random
import signal
import time

import pytest
from django.db import connections

from practice.sealing import account_keys, practice_keys
from tests.practice.sealing.conftest import make_therapist, set_up_sealing, sign_in

PASSWORDS = ("correct horse battery staple", "umbrella lantern pepper violin")
ROUNDS = 20


def begin_change(old, new):
    """Return the process that changes the password."""
    browser = sign_in(password=old)
    fields = {"old_password": old, "new_password1": new, "new_password2": new}
    connections.close_all()
    child = os.fork()
    if not child:
        browser.post("/admin/password_change/", fields)
        os._exit(0)
    return child


@pytest.mark.django_db(transaction=True)
def test_a_password_change_that_is_killed_at_any_moment_loses_nothing():
    dice = random.Random(1)  # noqa: S311 (to be repeated)
    therapist = make_therapist("owner", PASSWORDS[0])
    set_up_sealing(therapist, PASSWORDS[0])
    start = time.monotonic()
    os.waitpid(begin_change(PASSWORDS[0], PASSWORDS[1]), 0)
    seconds, now = time.monotonic() - start, 1
    for _ in range(ROUNDS):
        new = PASSWORDS[1 - now]
        child = begin_change(PASSWORDS[now], new)
        time.sleep(dice.uniform(0, seconds))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        therapist.refresh_from_db()
        now = 1 - now if therapist.check_password(new) else now
        assert therapist.check_password(PASSWORDS[now])
        assert practice_keys.held_by(therapist, account_keys.open_with(therapist, PASSWORDS[now]))
