"""Who may sign in to the admin and what they may do there, and what is unlikely about changing it."""

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import Permission, User
from django.db.models import Q, QuerySet

from practice import texts

FULL_ACCESS = ("is_active", "is_staff", "is_superuser")  # what an account needs to use it


def with_full_access() -> QuerySet[User]:
    """Return the accounts that have full access and can sign in."""
    owners = User.objects.filter(**dict.fromkeys(FULL_ACCESS, True))
    return owners.exclude(Q(password="") | Q(password__startswith=UNUSABLE_PASSWORD_PREFIX)).order_by("username")


def is_last_with_full_access(user: User) -> bool:
    return [owner.pk for owner in with_full_access()[:2]] == [user.pk]


def unlikely_rights(before: User, after: User, acting_user: User) -> list[str]:
    """Return what is unlikely about giving an account these rights, or taking them away."""
    facts = []
    if after == acting_user:
        if may_sign_in(before) and not may_sign_in(after):
            facts.append(texts.OWN_SIGN_IN.format(others=_others(after)))
        elif before.is_superuser and not after.is_superuser:
            facts.append(texts.OWN_FULL_ACCESS.format(rights=_rights_left(after), others=_others(after)))
    if has_full_access(after) and not has_full_access(before):
        facts.append(texts.FULL_ACCESS.format(username=after.get_username()))
    elif may_sign_in(after) and not may_sign_in(before):
        rights = permissions(after)
        fact = texts.SOME_RIGHTS if rights else texts.NO_RIGHTS
        facts.append(fact.format(username=after.get_username(), rights=", ".join(rights)))
    return facts


def may_sign_in(user: User) -> bool:
    return user.is_active and user.is_staff


def has_full_access(user: User) -> bool:
    return may_sign_in(user) and user.is_superuser


def permissions(user: User) -> list[str]:
    """Return the names of what an account may do without full access."""
    granted = Permission.objects.filter(Q(user=user) | Q(group__user=user)).distinct()
    return [permission.name for permission in granted]


def _rights_left(user: User) -> str:
    rights = permissions(user)
    return texts.RIGHTS_LEFT.format(rights=", ".join(rights)) if rights else texts.NO_RIGHTS_LEFT


def _others(user: User) -> str:
    """Name the accounts that can give this one its rights again."""
    names = [f"“{owner.get_username()}”" for owner in with_full_access().exclude(pk=user.pk)]
    return " or ".join(filter(None, [", ".join(names[:-1]), names[-1]])) if names else texts.WHOEVER_RUNS_THE_SERVER
