"""The forms of the admin that look at a password or a code. Each look goes through practice/sign_in_limit.py."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm, AdminPasswordChangeForm
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_login_failed
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.debug import sensitive_variables

from practice.forms import LabelledErrorsMixin
from practice.hashers import HashingBusyError
from practice.models import SignInMethod
from practice.sealing import recovery_key
from practice.sign_in import second_factor
from practice.sign_in_limit import TooManyFailuresError, code_attempt, own_password_attempt, password_attempt

WRONG = "That username and password don’t match. Capital letters matter in both."
WAIT = "There have been too many wrong {tries}. Wait {time}, then try again."
KNOWN_DEVICES_NEED_NOT = "You don’t have to wait in a browser in which you’ve signed in before."
BUSY = "Too many people are signing in at this moment. Your password wasn’t looked at. Try again in a few seconds."
BUSY_SECONDS = 3
WRONG_CODE = (
    "That code isn’t right. A code of the app changes every 30 seconds and works once; a recovery code works once, too."
)
RECOVERY_KEY = (
    "That’s the recovery key, which opens what people wrote once you’re signed in. The recovery codes are the other "
    "sheet: each has eight digits."
)
WRONG_OWN_PASSWORD = "That isn’t your password. Capital letters matter."  # noqa: S105 (a sentence)
WRONG_PASSKEY = "That passkey didn’t work here. Try again, or use a code."


class LimitedForm(forms.BaseForm):
    """A form that may have to say how long to wait before it looks at what was typed."""

    status = 200
    retry_after = 0  # seconds

    @contextmanager
    def limited(self, tries: str = "passwords") -> Iterator[None]:
        """Turn the refusal to look at a password or a code into a sentence, a status and a time to wait."""
        try:
            yield
        except TooManyFailuresError as too_many:
            self.status, self.retry_after = 429, math.ceil(too_many.wait.total_seconds())
            raise ValidationError(_wait_sentence(too_many, tries), code="wait") from too_many
        except HashingBusyError as busy:
            self.status, self.retry_after = 503, BUSY_SECONDS
            raise ValidationError(BUSY, code="busy") from busy


def with_wait(response: HttpResponse, form: LimitedForm) -> HttpResponse:
    """Say in the status and in a header that the browser has to wait, if it has."""
    if form.retry_after:
        response.status_code, response.headers["Retry-After"] = form.status, str(form.retry_after)
    return response


class SignInForm(LimitedForm, AdminAuthenticationForm):
    error_messages = {"invalid_login": WRONG, "inactive": WRONG}

    @sensitive_variables()
    def clean(self) -> dict[str, Any]:
        """Look at the password unless there were too many wrong ones."""
        username = self.cleaned_data.get("username")
        if self.request is None or not username or not self.cleaned_data.get("password"):
            return super().clean()
        with self.limited(), password_attempt(self.request, username) as attempt:
            cleaned = super().clean()
            attempt.is_right = True
        return cleaned


class OwnPasswordForm(LimitedForm, AdminPasswordChangeForm):
    """Takes a new password from somebody who is signed in and knows the old one."""

    @sensitive_variables()
    def clean_old_password(self) -> str:
        with self.limited(), own_password_attempt(self.user) as attempt:
            old_password = super().clean_old_password()
            attempt.is_right = True
        return old_password


class ConfirmPasswordForm(LimitedForm, LabelledErrorsMixin, forms.Form):
    """Asks somebody who is signed in for their password again."""

    # It has a name of its own, because it is sent along with the fields of another form.
    own_password = forms.CharField(
        label="Your password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    @sensitive_variables()
    def clean_own_password(self) -> str:
        password = self.cleaned_data["own_password"]
        with self.limited(), own_password_attempt(self.user) as attempt:
            attempt.is_right = self.user.check_password(password)
        if not attempt.is_right:
            raise ValidationError(WRONG_OWN_PASSWORD)
        return password


class CodeForm(LimitedForm, LabelledErrorsMixin, forms.Form):
    """Takes a code of the app or a recovery code from somebody whose password was right."""

    method: SignInMethod

    code = forms.CharField(
        label="Code",
        max_length=100,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false", "autofocus": True}
        ),
    )

    def __init__(self, request: HttpRequest, user: User, *args: Any, **kwargs: Any) -> None:
        self.request, self.user = request, user
        super().__init__(*args, **kwargs)
        if not second_factor.has_app(user):
            self.fields["code"].label = "Recovery code"

    def clean_code(self) -> str:
        code = self.cleaned_data["code"]
        if recovery_key.is_one(code):
            raise ValidationError(RECOVERY_KEY)
        with self.limited("codes"), code_attempt(self.request, self.user) as attempt:
            method = second_factor.check_code(self.user, code)
            attempt.is_right = method is not None
        if method is None:
            credentials = {"username": self.user.get_username()}
            user_login_failed.send(sender=__name__, credentials=credentials, request=self.request)
            raise ValidationError(WRONG_CODE)
        self.method = method
        return code


class NewAppForm(LabelledErrorsMixin, forms.Form):
    """Takes the first code of an app that is being set up; there is nothing to guess in it."""

    code = forms.CharField(
        label="Code from the app",
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}),
    )


class NewPasskeyForm(LabelledErrorsMixin, forms.Form):
    name = forms.CharField(
        label="Name of this passkey",
        max_length=60,
        initial="My phone",
        help_text="So that you know it again, for example “My phone” or “Laptop”.",
    )
    credential = forms.JSONField(widget=forms.HiddenInput, required=False)


class PasskeyForm(forms.Form):
    credential = forms.JSONField(widget=forms.HiddenInput)


class ForgottenPasswordForm(LabelledErrorsMixin, forms.Form):
    username = forms.CharField(
        label="Username",
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )


def _wait_sentence(too_many: TooManyFailuresError, tries: str) -> str:
    sentence = WAIT.format(time=_in_words(too_many.wait), tries=tries)
    return sentence if too_many.is_known else f"{sentence} {KNOWN_DEVICES_NEED_NOT}"


def _in_words(wait: timedelta) -> str:
    seconds = math.ceil(wait.total_seconds())
    if seconds <= 1:
        return "a second"
    if seconds <= 90:
        return f"{seconds} seconds"
    return f"{math.ceil(seconds / 60)} minutes"
