from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.actions import delete_selected as delete_rows
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import DateField, QuerySet, URLField
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from practice import accounts, audit_admin, roles
from practice.facts import practice_row
from practice.forms import (
    AdminModelForm,
    DateInput,
    FeeForm,
    NewUserForm,
    PracticeForm,
    UserForm,
    UserPasswordForm,
)
from practice.models import Fee, Location, Practice, SupportLine
from practice.sign_in import reauthentication, signals

__all__ = ["audit_admin"]

admin.site.unregister(Group)  # roles say who may do what; see practice/roles.py
admin.site.unregister(User)
for model in (Authenticator, EmailAddress):  # django-allauth's; screens of their own show what is used of them
    if admin.site.is_registered(model):
        admin.site.unregister(model)


@admin.register(User)
class StaffUserAdmin(UserAdmin):
    form = UserForm
    add_form = NewUserForm
    change_password_form = UserPasswordForm
    fieldsets = [
        (None, {"fields": ["username", "password", "email"]}),
        ("What they may do", {"fields": ["is_active", "role"]}),
    ]
    list_display = ["username", "email", "role", "is_active", "last_login"]
    list_filter = []
    list_select_related = ["staff_role"]
    actions = None

    def get_form(
        self, request: HttpRequest, obj: User | None = None, change: bool = False, **kwargs: Any
    ) -> type[ModelForm]:
        """Tell the form whose own account it may be."""
        form = super().get_form(request, obj, change=change, **kwargs)
        form.acting_user = request.user  # type: ignore[attr-defined]  # the class is made for this request
        return form

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Ask for the password before an account is made or changed."""
        question = reauthentication.question(request, self.admin_site.each_context(request))
        return question or super().changeform_view(request, *args, **kwargs)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Ask for the password; one's own is changed where the old one is asked for, however recently one signed in."""
        own = self.get_object(request, unquote(id))  # however the number is written
        if own == request.user and self.has_change_permission(request, own):
            return redirect("admin:password_change")
        question = reauthentication.question(request, self.admin_site.each_context(request))
        return question or super().user_change_password(request, id, form_url)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Refuse to delete one's own account, and that of the last therapist."""
        if obj is not None and (obj == request.user or accounts.is_last_therapist(obj)):
            return False
        return super().has_delete_permission(request, obj)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if question := reauthentication.question(request, self.admin_site.each_context(request)):
            return question
        with transaction.atomic():
            accounts.lock_therapists()
            return super().delete_view(request, object_id, extra_context)

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm, change: bool) -> None:
        """Save the role with the account. A new one gets it on the second screen."""
        before = form.initial.get("email")
        if change:
            roles.give_role(obj, form.cleaned_data["role"])
            if before and before != obj.email:
                signals.address_changed.send(sender=User, before=before, after=obj.email)
        else:
            super().save_model(request, obj, form, change)
            signals.account_added.send(sender=User, user=obj)

    @admin.display(description="Role")
    def role(self, user: User) -> str:
        role = roles.role_of(user)
        return role.label if role else "None"


@admin.register(Practice)
class PracticeAdmin(admin.ModelAdmin):
    form = PracticeForm
    formfield_overrides = {URLField: {"assume_scheme": "https"}, DateField: {"widget": DateInput}}
    fieldsets = [
        (
            "What visitors see",
            {"fields": ["name", "therapist_name", "credentials", "registration", "phone", "leave_url"]},
        ),
        ("Messages", {"fields": ["notification_address", "reply_to", "sender_name"]}),
        ("Reply time", {"fields": ["reply_days"]}),
        ("Records", {"fields": ["client_record_years"]}),
        ("Days away", {"fields": ["away_first_day", "away_last_day"]}),
        ("Search engines", {"fields": ["business_type"]}),
    ]

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Ask for the password before messages go to another address."""
        practice = practice_row()
        is_moved = any(request.POST.get(name, before) != before for name, before in _addresses(practice).items())
        if is_moved and (question := reauthentication.question(request, self.admin_site.each_context(request))):
            return question
        return super().changeform_view(request, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Practice, form: ModelForm, change: bool) -> None:
        before = form.initial["notification_address"] or settings.THERAPIST_EMAIL
        super().save_model(request, obj, form, change)
        after = obj.notification_address or settings.THERAPIST_EMAIL
        if before and before != after:
            signals.address_changed.send(sender=Practice, before=before, after=after)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Practice | None = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """Redirect to the only row."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return redirect("admin:practice_practice_change", practice_row().pk)


def _addresses(practice: Practice) -> dict[str, str]:
    return {"notification_address": practice.notification_address, "reply_to": practice.reply_to}


@admin.register(Location)
class LocationAdmin(admin.ModelAdmin):
    form = AdminModelForm
    list_display = ["name", "kind", "position", "is_active"]
    prepopulated_fields = {"slug": ["name"]}

    def has_delete_permission(self, request: HttpRequest, obj: Location | None = None) -> bool:
        """Refuse: past enquiries refer to the location. It can be made inactive instead."""
        return False


@admin.register(Fee)
class FeeAdmin(admin.ModelAdmin):
    form = FeeForm
    fields = ["name", "pounds", "minutes", "position", "is_active"]
    list_display = ["name", "shown_amount", "length", "position", "is_active"]

    def has_delete_permission(self, request: HttpRequest, obj: Fee | None = None) -> bool:
        """Refuse: pages may refer to the fee. It can be made inactive instead."""
        return False

    @admin.display(description="Amount")
    def shown_amount(self, fee: Fee) -> str:
        return fee.amount or "Not filled in yet"


@admin.register(SupportLine)
class SupportLineAdmin(admin.ModelAdmin):
    form = AdminModelForm
    formfield_overrides = {DateField: {"widget": DateInput}}
    list_display = ["name", "number", "way", "note", "verified_on", "position"]
    actions = ["delete_selected"]  # in place of the admin's own

    @admin.display(description="Call or text", ordering="by_text")
    def way(self, line: SupportLine) -> str:
        return "Text" if line.by_text else "Call"

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        """Log each by itself: Django sends no signal, which the audit trail needs, of several at once."""
        one_by_one: list[Any] = [[line] for line in queryset]
        return [entry for lines in one_by_one for entry in super(SupportLineAdmin, self).log_deletions(request, lines)]

    @admin.action(description=_("Delete selected %(verbose_name_plural)s"), permissions=["delete"])
    def delete_selected(self, request: HttpRequest, lines: QuerySet[SupportLine]) -> HttpResponse | None:
        if refusal := SupportLine.objects.filter(pk__in=lines.values("pk")).removal_refusal():
            self.message_user(request, refusal, messages.ERROR)
            return None
        return delete_rows(self, request, lines)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_delete_permission(request):
            raise PermissionDenied
        line = self.get_object(request, object_id)
        if line and (refusal := SupportLine.objects.filter(pk=line.pk).removal_refusal()):
            self.message_user(request, refusal, messages.ERROR)
            return redirect("admin:practice_supportline_change", object_id)
        return super().delete_view(request, object_id, extra_context)
