"""The forms of the screens about what is sealed. Each look at a recovery key is counted."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.views.decorators.debug import sensitive_variables

from practice.forms import LabelledErrorsMixin
from practice.sealing import account_keys
from practice.sealing.practice_keys import WrongRecoveryKeyError
from practice.sealing.recovery_key import MistypedError
from practice.sign_in.forms import ConfirmPasswordForm
from practice.sign_in.second_factor import looks_like_recovery_code
from practice.sign_in_limit import former_password_attempt, recovery_key_attempt

MISTYPED = "There’s a slip in it somewhere. Check each of the nine groups against the paper."
WRONG = "This is a recovery key, but not the one that counts now. Is there a newer sheet?"

WRONG_FORMER = "That password doesn’t open it either. Only the last one before the new one can. Capital letters matter."
RECOVERY_CODE = (
    "That’s a recovery code, which you need to sign in. The recovery key is the other sheet: it has nine groups of "
    "four letters and digits."
)


class RecoveryKeyAndPasswordForm(ConfirmPasswordForm):
    """Takes the recovery key from its paper, if `check` raises nothing, and the password."""

    field_order = ["recovery_key", "own_password"]

    recovery_key = forms.CharField(
        label="Recovery key",
        max_length=100,
        help_text="Capital letters, spaces and hyphens don’t matter.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )

    def __init__(self, user: User, check: Callable[[str], None], *args: Any, **kwargs: Any) -> None:
        self.check = check
        super().__init__(user, *args, **kwargs)
        if password := self.fields.get("own_password"):
            password.widget.attrs.pop("autofocus", None)

    @sensitive_variables()
    def clean_recovery_key(self) -> str:
        typed: str = self.cleaned_data["recovery_key"]
        with self.limited("recovery keys"), recovery_key_attempt(self.user) as attempt:
            problem = self._problem(typed)
            attempt.is_right = not problem
        if problem:
            raise ValidationError(problem)
        return typed

    @sensitive_variables()
    def _problem(self, typed: str) -> str:
        try:
            self.check(typed)
        except MistypedError:
            return RECOVERY_CODE if looks_like_recovery_code(typed) else MISTYPED
        except WrongRecoveryKeyError:
            return WRONG
        return ""


class RecoveryKeyForm(RecoveryKeyAndPasswordForm):
    """Takes the recovery key alone."""

    own_password = None  # type: ignore[assignment]  # which is how Django leaves a field out


class FormerPasswordForm(ConfirmPasswordForm):
    """Takes the password that still opens the account's key, and the present one."""

    field_order = ["former_password", "own_password"]
    private_key: bytes

    former_password = forms.CharField(
        label="Former password", strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["own_password"].widget.attrs.pop("autofocus", None)
        self.fields["own_password"].label = "Your new password"

    @sensitive_variables()
    def clean_former_password(self) -> str:
        typed: str = self.cleaned_data["former_password"]
        with self.limited(), former_password_attempt(self.user) as attempt:
            private_key = account_keys.open_with(self.user, typed)
            attempt.is_right = private_key is not None
        if private_key is None:
            raise ValidationError(WRONG_FORMER)
        self.private_key = private_key
        return typed


class ColleagueForm(LabelledErrorsMixin, forms.Form):
    name = forms.CharField(
        label="Name of your colleague",
        max_length=100,
        help_text="Somebody you trust with what people told you. The name isn’t stored.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
