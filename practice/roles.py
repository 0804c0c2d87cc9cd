"""What each role may do on the desk. ROLE_PERMISSIONS in the settings lists it.

A therapist is an account with Django's `is_superuser`, so the accounts of an older site stay therapists. Others have a
`StaffRole`. Permissions and groups that were given in Django's own tables count for nothing.
"""

from functools import cache

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_permission_codename
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.db import models, transaction

from practice.models import DeskRole, StaffRole


def role_of(user: User) -> DeskRole | None:
    """Return the role of an account, whether or not it is active; None where it can't open the desk or has none."""
    if not user.is_staff:
        return None
    if user.is_superuser:
        return DeskRole.THERAPIST
    row: StaffRole | None = getattr(user, "staff_role", None)  # Django raises an AttributeError where there is none
    return DeskRole(row.role) if row else None


def set_role(user: User, role: DeskRole | None) -> None:
    """Set the columns that follow from the role, without saving them."""
    user.is_staff, user.is_superuser = role is not None, role == DeskRole.THERAPIST


@transaction.atomic
def give_role(user: User, role: DeskRole | None) -> None:
    """Save the account with this role and no other, or with none."""
    set_role(user, role)
    user.save()
    if role in StaffRole.ROLES:
        StaffRole.objects.update_or_create(user=user, defaults={"role": role})
    else:
        StaffRole.objects.filter(user=user).delete()


@cache
def permissions_of(role: DeskRole) -> frozenset[str]:
    """Return the permissions of a role other than the therapist's, who needs none."""
    permissions: set[str] = set()
    for entry in settings.ROLE_PERMISSIONS[role]:
        app, _, codename = entry.partition(".")
        permissions |= all_permissions(app) if codename == "*" else {entry}
    return frozenset(permissions)


def all_permissions(app: str) -> set[str]:
    """Return every permission that the models of an app have."""
    return {f"{app}.{codename}" for model in apps.get_app_config(app).get_models() for codename in _codenames(model)}


def _codenames(model: type[models.Model]) -> list[str]:
    options = model._meta
    default = [get_permission_codename(action, options) for action in options.default_permissions]
    return default + [codename for codename, _ in options.permissions]


class RoleBackend(ModelBackend):
    """Sign in as Django does, but permit what the role permits."""

    def get_user_permissions(self, user_obj, obj=None):  # type: ignore[no-untyped-def]  # as in the stubs
        if user_obj.is_superuser:
            return super().get_user_permissions(user_obj, obj)
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return set()
        role = role_of(user_obj)
        return set(permissions_of(role)) if role else set()

    def get_group_permissions(self, user_obj, obj=None):  # type: ignore[no-untyped-def]  # as in the stubs
        return super().get_group_permissions(user_obj, obj) if user_obj.is_superuser else set()
