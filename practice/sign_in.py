"""The forms of the admin that look at a password."""

import math
from datetime import timedelta
from typing import Any

from django.contrib.admin.forms import AdminAuthenticationForm, AdminPasswordChangeForm
from django.core.exceptions import ValidationError
from django.views.decorators.debug import sensitive_variables

from practice.hashers import HashingBusyError
from practice.sign_in_limit import TooManyFailuresError, own_password_attempt, password_attempt

WRONG = "That username and password don’t match. Capital letters matter in both."
WAIT = "There have been too many wrong passwords. Wait {time}, then try again."
KNOWN_DEVICES_NEED_NOT = "You don’t have to wait in a browser in which you’ve signed in before."
BUSY = "Too many people are signing in at this moment. Your password wasn’t looked at. Try again in a few seconds."
BUSY_SECONDS = 3


class SignInForm(AdminAuthenticationForm):
    error_messages = {"invalid_login": WRONG, "inactive": WRONG}
    status = 200
    retry_after = 0  # seconds

    @sensitive_variables()
    def clean(self) -> dict[str, Any]:
        """Look at the password unless there were too many wrong ones."""
        username = self.cleaned_data.get("username")
        if self.request is None or not username or not self.cleaned_data.get("password"):
            return super().clean()
        try:
            with password_attempt(self.request, username) as attempt:
                cleaned = super().clean()
                attempt.is_right = True
        except TooManyFailuresError as too_many:
            self.status, self.retry_after = 429, math.ceil(too_many.wait.total_seconds())
            raise ValidationError(_wait_sentence(too_many), code="wait") from too_many
        except HashingBusyError as busy:
            self.status, self.retry_after = 503, BUSY_SECONDS
            raise ValidationError(BUSY, code="busy") from busy
        return cleaned


class OwnPasswordForm(AdminPasswordChangeForm):
    """Takes a new password from somebody who is signed in and knows the old one."""

    @sensitive_variables()
    def clean_old_password(self) -> str:
        try:
            with own_password_attempt(self.user) as attempt:
                old_password = super().clean_old_password()
                attempt.is_right = True
        except TooManyFailuresError as too_many:
            raise ValidationError(_wait_sentence(too_many), code="wait") from too_many
        return old_password


def _wait_sentence(too_many: TooManyFailuresError) -> str:
    sentence = WAIT.format(time=_in_words(too_many.wait))
    return sentence if too_many.is_known else f"{sentence} {KNOWN_DEVICES_NEED_NOT}"


def _in_words(wait: timedelta) -> str:
    seconds = math.ceil(wait.total_seconds())
    if seconds <= 1:
        return "a second"
    if seconds <= 90:
        return f"{seconds} seconds"
    return f"{math.ceil(seconds / 60)} minutes"
