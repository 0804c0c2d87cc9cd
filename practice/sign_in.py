"""Sign-in to the admin. Wrong passwords lock a username for a while, whether or not it has an account."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.utils import timezone

from practice import keys
from practice.keys import KeyLabel
from practice.models import FailedSignIn

MAX_FAILURES = 10
FORGOTTEN_AFTER = timedelta(minutes=15)
WRONG = "That username and password don’t match. Capital letters matter in both."
WAIT = "Too many wrong passwords for this username. Wait 15 minutes, then try again."


class SignInForm(AdminAuthenticationForm):
    error_messages = {"invalid_login": WRONG, "inactive": WRONG}

    def clean(self) -> dict[str, Any]:
        """Count failures for each username, not for each connection, so that no IP address is stored."""
        name = self.cleaned_data.get("username", "").casefold()
        digest = keys.digest(KeyLabel.SIGN_IN, name)
        failures = FailedSignIn.objects.filter(digest=digest)
        if failures.filter(at__gt=timezone.now() - FORGOTTEN_AFTER).count() >= MAX_FAILURES:
            raise ValidationError(WAIT, code="wait")
        try:
            cleaned = super().clean()
        except ValidationError:
            FailedSignIn.objects.create(digest=digest, at=timezone.now())
            raise
        failures.delete()
        return cleaned


def forget_failures(now: datetime) -> None:
    FailedSignIn.objects.filter(at__lt=now - FORGOTTEN_AFTER).delete()
