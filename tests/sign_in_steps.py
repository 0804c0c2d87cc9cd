"""How somebody with a second factor signs in, for tests that use the test client: real codes of a real secret."""

import re
import time

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp

from practice.sign_in import second_factor

PASSWORD = "correct horse battery staple"
LOGIN = "/admin/login/?next=/admin/"
CODE = "/admin/sign-in/code/"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def enter_password(client, password=PASSWORD, username="therapist", **extra):
    return client.post(LOGIN, {"username": username, "password": password}, **extra)


def app_code(secret=SECRET, steps=0):
    """Return what the app shows now, or so many steps of 30 seconds later."""
    return totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30 + steps))


def set_up_app(user, secret=SECRET):
    """Give the account an app, and codes that are on paper."""
    Authenticator.objects.create(user=user, type=second_factor.APP, data={"secret": get_adapter().encrypt(secret)})
    second_factor.new_recovery_codes(user)
    second_factor.note_codes_kept(user)


def recovery_codes(user):
    return RecoveryCodes(Authenticator.objects.get(user=user, type=second_factor.CODES)).get_unused_codes()


def shown_secret(page):
    """Return the key of the app that a page of the walk shows."""
    return re.search(r'class="secret">([A-Z2-7 ]+)<', page.content.decode())[1].replace(" ", "")
