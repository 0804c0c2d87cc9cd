from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import forms as auth_forms
from django.contrib.auth.hashers import is_password_usable
from django.contrib.auth.models import User
from django.utils.html import format_html
from django.utils.safestring import SafeString

from practice import accounts, roles, sessions, texts
from practice.confirmation import ConfirmationMixin
from practice.models import DeskRole, Fee, Practice
from practice.sign_in import signals

MANY_TIMES = 5  # a decimal point in the wrong place makes it ten times as much, or nearly if another digit changed too
HIGH_PENCE = 1_000_00
DETERMINERS = ("a", "an", "the", "your")


class LabelledErrorsMixin(forms.BaseForm):
    """Name the field in its errors: “Enter the phone number.” Messages that a field sets itself are kept."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            set_labelled_errors(field, str(field.label or name.replace("_", " ")))


def set_labelled_errors(field: forms.Field, label: str) -> None:
    """Replace Django's messages for a missing answer and for one that is in use already."""
    noun = noun_phrase(label)
    verb = "Select" if isinstance(field, forms.ChoiceField | forms.ModelChoiceField | forms.FileField) else "Enter"
    if field.error_messages.get("required") == forms.Field.default_error_messages["required"]:
        field.error_messages["required"] = f"{verb} {noun}."
    field.error_messages.setdefault("unique", f"Enter another answer for {noun}: this one is already in use.")


def noun_phrase(label: str) -> str:
    """Return the label as it reads within a sentence: “Phone number:” becomes “the phone number”."""
    noun = label.rstrip(":?. ")
    if not noun[:2].isupper():  # an abbreviation keeps its capitals
        noun = noun[:1].lower() + noun[1:]
    return noun if noun.split(" ")[0] in DETERMINERS else f"the {noun}"


class DateInput(forms.DateInput):
    """The browser's date picker, or a text field in browsers without one."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class AdminModelForm(ConfirmationMixin, LabelledErrorsMixin, forms.ModelForm):
    """The form of every model in the admin."""


class PracticeForm(AdminModelForm):
    instance: Practice

    def unlikely(self) -> list[str]:
        """Ask where notices go, if that is no longer the same address or another one of the same domain."""
        before, after = self.initial["notification_address"], self.cleaned_data["notification_address"]
        goes_to = after or settings.THERAPIST_EMAIL
        if not before or before == goes_to or (after and domain_of(before) == domain_of(after)):
            return []
        sentence = texts.NOTICES_ELSEWHERE if goes_to else texts.NOTICES_NOWHERE
        return [sentence.format(before=before, after=goes_to)]


def domain_of(address: str) -> str:
    return address.rpartition("@")[2].lower()


class FeeForm(AdminModelForm):
    """A form in pounds for an amount that is stored in pence."""

    pounds = forms.DecimalField(
        label="Amount in pounds",
        required=False,
        min_value=0,
        max_digits=7,
        decimal_places=2,
        help_text="For example 90 or 82.50. Enter 0 if it is free of charge. "
        "Pages don’t mention the fee until you enter an amount.",
        error_messages={"min_value": "Enter 0 or more pounds."},
    )

    class Meta:
        model = Fee
        fields = ["name", "minutes", "position", "is_active"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pence is not None:
            pounds = Decimal(self.instance.pence) / 100
            self.initial["pounds"] = f"{pounds:.2f}".removesuffix(".00")

    @property
    def pence(self) -> int | None:
        pounds = self.cleaned_data["pounds"]
        return None if pounds is None else int(pounds * 100)

    def unlikely(self) -> list[str]:
        """Ask about an amount that may be a slip of the decimal point."""
        before, after = self.instance.pence, self.pence  # the instance gets the new amount when it is saved
        if after is None or after == before:
            return []
        facts = [] if after else [texts.FEE_FREE]
        if before and after and max(before, after) >= MANY_TIMES * min(before, after):
            facts.append(texts.FEE_FAR_FROM_BEFORE.format(before=in_pounds(before), after=in_pounds(after)))
        if after > HIGH_PENCE:
            facts.append(texts.FEE_HIGH.format(after=in_pounds(after), limit=in_pounds(HIGH_PENCE)))
        return [*facts, texts.FEE_SHOWN] if facts and self.cleaned_data["is_active"] else facts

    def save(self, commit: bool = True) -> Fee:
        self.instance.pence = self.pence
        return super().save(commit)


def in_pounds(pence: int) -> str:
    return Fee(pence=pence).amount


class PasswordSummary(auth_forms.ReadOnlyPasswordHashWidget):
    """Say whether there is a password, not how it is stored."""

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        is_set = bool(value) and is_password_usable(value)
        summary = [{"label": "Set" if is_set else "Not set"}]
        return super().get_context(name, value, attrs) | {"summary": summary}


def _role_label(value: str) -> SafeString:
    return format_html("<strong>{}</strong> {}", DeskRole(value).label if value else "No role", texts.ROLE_HELP[value])


class UserForm(ConfirmationMixin, LabelledErrorsMixin, auth_forms.UserChangeForm):
    acting_user: User  # set by the admin
    instance: User

    password = auth_forms.ReadOnlyPasswordHashField(
        label="Password",
        widget=PasswordSummary,
        help_text="Nobody can read a password here. You can only set a new one.",
    )

    role = forms.ChoiceField(
        label="Role",
        required=False,
        choices=[(value, _role_label(value)) for value in (*DeskRole.values, "")],
        widget=forms.RadioSelect(attrs={"class": "role-choice"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["role"] = roles.role_of(self.instance) or ""

    def clean_role(self) -> DeskRole | None:
        """Return the role, or None."""
        return DeskRole(self.cleaned_data["role"]) if self.cleaned_data["role"] else None

    def clean(self) -> dict[str, Any]:
        """Refuse to let nobody be left who is a therapist and can sign in."""
        cleaned = super().clean() or self.cleaned_data
        accounts.lock_therapists()
        if accounts.is_last_therapist(self.instance):
            if cleaned.get("role", DeskRole.THERAPIST) != DeskRole.THERAPIST:
                self.add_error("role", texts.LAST_THERAPIST)
            elif not cleaned.get("is_active"):
                self.add_error("is_active", texts.LAST_THERAPIST)
        return cleaned

    def unlikely(self) -> list[str]:
        before = User.objects.get(pk=self.instance.pk)
        return accounts.unlikely_changes(before, self.instance, self.acting_user, self.cleaned_data["role"])


class NewUserForm(LabelledErrorsMixin, auth_forms.AdminUserCreationForm):
    """The first of the two screens that create a user."""


class UserPasswordForm(LabelledErrorsMixin, auth_forms.AdminPasswordChangeForm):
    # Django's script looks for the warning by its id.
    usable_password_help_text = (
        "Without a password this person can’t sign in."  # noqa: S105 (a help text)
        '<ul id="id_unusable_warning" class="messagelist"><li class="warning">The current password is lost.</li></ul>'
    )
    user: User

    def save(self, commit: bool = True) -> User:
        """End the sessions of the account, and tell whoever listens."""
        user = super().save(commit)
        sessions.end_all(user)
        password = self.cleaned_data["password1"] if self.cleaned_data["set_usable_password"] else None
        signals.password_changed.send(
            sender=User, request=None, response=None, user=user, password=password, old_password=None
        )
        return user

    def clean(self) -> dict[str, Any]:
        """Refuse to take its password from the only therapist who can sign in."""
        cleaned = super().clean() or self.cleaned_data
        accounts.lock_therapists()
        if not cleaned["set_usable_password"] and accounts.is_last_therapist(self.user):
            self.add_error("usable_password", texts.LAST_THERAPIST)
        return cleaned
