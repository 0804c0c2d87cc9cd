"""The forms of the screens about what is sealed. Each look at a recovery key is counted."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.views.decorators.debug import sensitive_variables

from practice.forms import LabelledErrorsMixin
from practice.sealing.practice_keys import WrongRecoveryKeyError
from practice.sealing.recovery_key import MistypedError
from practice.sign_in.forms import ConfirmPasswordForm
from practice.sign_in.second_factor import looks_like_recovery_code
from practice.sign_in_limit import recovery_key_attempt

MISTYPED = "There’s a slip in it somewhere. Check each of the nine groups against the paper."
WRONG = "This is a recovery key, but not the one that counts now. Is there a newer sheet?"

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


class ColleagueForm(LabelledErrorsMixin, forms.Form):
    name = forms.CharField(
        label="Name of your colleague",
        max_length=100,
        help_text="Somebody you trust with what people told you. The name isn’t stored.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
