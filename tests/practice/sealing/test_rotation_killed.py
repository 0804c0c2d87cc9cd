"""`rotate_field_key` is killed at any moment: nothing becomes unreadable, and the next run completes it."""

import math
import os
import random
import signal
import time
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import connection, connections
from django.utils import timezone

from bookings import people, rotation, sealing, search
from bookings.models import BookingSettings, Enquiry
from practice import key_check, mail_account
from practice.models import AccountKey
from practice.sealing import account_keys, opened, practice_keys
from practice.sign_in import second_factor
from tests import soak
from tests.practice.sealing.conftest import make_therapist, set_up_sealing
from tests.sign_in_steps import PASSWORD, SECRET, recovery_codes, set_up_app

ADDRESS = "https://calendar.example/secret.ics"
LATER = "written before sealing was set up"


@pytest.fixture
def site(transactional_db, make_enquiry, settings):
    """A site that has something under FIELD_KEY in each of its ways, and what it is to read there."""
    practice = set_up_sealing(make_therapist("owner", PASSWORD), PASSWORD)
    set_up_app(practice.therapist)
    booking_settings = BookingSettings.load()
    booking_settings.busy_address = ADDRESS
    booking_settings.save()
    for number in range(4):
        make_enquiry(name=f"Zoë{number}", message=f"sealed {number}")
    key_check.remember()
    mail_account.remember()
    return practice


@pytest.fixture
def write_unsealed(make_enquiry, monkeypatch):
    """Receives an enquiry as before sealing was set up, so that a rotation has something to seal."""

    def write(message):
        with monkeypatch.context() as patch:
            patch.setattr(practice_keys, "newest", lambda: None)
            make_enquiry(name="Ann", message=message)

    return write


def read_everything(practice, codes):
    """Return what can be read of everything under FIELD_KEY; see `EXPECTED`."""
    app = Authenticator.objects.get(user=practice.therapist, type=second_factor.APP)
    keys = practice.keys_of()
    with opened.lent(lambda: keys):
        enquiries = Enquiry.objects.order_by("pk")
        words = [(enquiry.person.name, enquiry.message) for enquiry in enquiries]
    return {
        "words": words,
        "found": [search.find(Enquiry.objects.all(), f"zoe{number}").count() for number in range(4)],
        "secret": second_factor.get_adapter().decrypt(app.data["secret"]),
        "codes": recovery_codes(practice.therapist) == codes,
        "calendar": BookingSettings.load().busy_address,
        "mail account": mail_account.is_changed(),
    }


EXPECTED = {
    "words": [*((f"Zoë{number}", f"sealed {number}") for number in range(4)), ("Ann", LATER)],
    "found": [1] * 4,
    "secret": SECRET,
    "codes": True,
    "calendar": ADDRESS,
    "mail account": False,
}


def rotate_in_child(kill_after, pause=0):
    """Run the command in a process that is killed a moment after so many statements. Return how many it has begun."""
    reading, writing = os.pipe()
    connections.close_all()
    child = os.fork()
    if not child:
        _rotate_and_exit(writing)
    os.close(writing)
    begun = 0
    while begun < kill_after and os.read(reading, 1):
        begun += 1
    time.sleep(pause)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(reading)
    return begun


def _rotate_and_exit(writing):
    def tell(execute, sql, params, many, context):
        os.write(writing, b".")
        return execute(sql, params, many, context)

    try:
        with connection.execute_wrapper(tell):
            call_command("rotate_field_key", stdout=StringIO())
    finally:
        os._exit(0)


def is_accepted(settings, *keys):
    """Return whether the site would start with these keys."""
    before, settings.FIELD_KEYS = settings.FIELD_KEYS, list(keys)
    errors = key_check.errors()
    settings.FIELD_KEYS = before
    return not errors


def test_a_rotation_that_is_killed_at_any_moment_loses_nothing(site, settings, write_unsealed):
    dice = random.Random(2)  # noqa: S311 (to be repeated)
    codes = recovery_codes(site.therapist)
    statements = 0
    for number in range(1 + soak.times(500)):
        [old], new = settings.FIELD_KEYS, Fernet.generate_key().decode()
        write_unsealed(LATER)
        settings.FIELD_KEYS = [new, old]
        if not statements:  # the first is not killed
            statements = rotate_in_child(kill_after=math.inf)
        else:
            rotate_in_child(kill_after=dice.randrange(statements), pause=dice.uniform(0, 0.005))
        assert read_everything(site, codes) == EXPECTED, number
        assert is_accepted(settings, new, old)
        assert not is_accepted(settings, Fernet.generate_key().decode())
        if is_accepted(settings, new):
            settings.FIELD_KEYS = [new]
            assert read_everything(site, codes) == EXPECTED, number
            settings.FIELD_KEYS = [new, old]

        out = StringIO()
        call_command("rotate_field_key", stdout=out)
        assert "left as they are" not in out.getvalue()
        settings.FIELD_KEYS = [new]
        assert read_everything(site, codes) == EXPECTED, number
        assert not is_accepted(settings, old)
        people.erase_enquiries(Enquiry.objects.filter(pk=Enquiry.objects.latest("pk").pk), timezone.now())


@pytest.mark.parametrize(
    ("module", "name"),
    [
        (rotation, "rotate"),
        (sealing, "seal_rest"),
        (account_keys, "encrypt_again"),
        (second_factor, "rewrite_secrets"),
        (mail_account, "renew"),
    ],
)
def test_the_new_key_alone_is_accepted_only_after_every_step(site, settings, monkeypatch, module, name):
    def stop(*args):
        raise KeyboardInterrupt

    new = Fernet.generate_key().decode()
    settings.FIELD_KEYS = [new, *settings.FIELD_KEYS]
    monkeypatch.setattr(module, name, stop)
    with pytest.raises(KeyboardInterrupt):
        call_command("rotate_field_key", stdout=StringIO())
    assert not is_accepted(settings, new)


def test_a_key_of_an_account_that_cannot_be_opened_is_counted(site, settings):
    AccountKey.objects.update(wrapped="v2:damaged")
    new = Fernet.generate_key().decode()
    settings.FIELD_KEYS = [new, *settings.FIELD_KEYS]
    out = StringIO()
    call_command("rotate_field_key", stdout=out)
    assert "1 could not be read with any key of FIELD_KEY" in out.getvalue()
    assert not is_accepted(settings, new)
