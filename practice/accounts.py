"""Who may sign in to the admin and what they may do there, and what is unlikely about changing it."""

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import Permission, User
from django.db.models import Q, QuerySet

from practice import texts

EVERYTHING = ("is_active", "is_staff", "is_superuser")  # what an account needs to sign in and do everything


def with_all_rights() -> QuerySet[User]:
    """Return the accounts that can sign in and may do everything."""
    owners = User.objects.filter(**dict.fromkeys(EVERYTHING, True))
    return owners.exclude(Q(password="") | Q(password__startswith=UNUSABLE_PASSWORD_PREFIX)).order_by("username")


def is_last_with_all_rights(user: User) -> bool:
    return [owner.pk for owner in with_all_rights()[:2]] == [user.pk]


def unlikely_rights(before: User, after: User, acting_user: User) -> list[str]:
    """Return what is unlikely about giving an account these rights, or taking them away."""
    facts = []
    if after == acting_user:
        if may_sign_in(before) and not may_sign_in(after):
            facts.append(texts.OWN_SIGN_IN.format(others=_others(after)))
        elif before.is_superuser and not after.is_superuser:
            facts.append(texts.OWN_RIGHTS.format(rights=_rights_left(after), others=_others(after)))
    if may_do_everything(after) and not may_do_everything(before):
        facts.append(texts.ALL_RIGHTS.format(username=after.get_username()))
    elif may_sign_in(after) and not may_sign_in(before):
        rights = permissions(after)
        fact = texts.SOME_RIGHTS if rights else texts.NO_RIGHTS
        facts.append(fact.format(username=after.get_username(), rights=", ".join(rights)))
    return facts


def may_sign_in(user: User) -> bool:
    return user.is_active and user.is_staff


def may_do_everything(user: User) -> bool:
    return may_sign_in(user) and user.is_superuser


def permissions(user: User) -> list[str]:
    """Return the names of what an account may do that may not do everything."""
    granted = Permission.objects.filter(Q(user=user) | Q(group__user=user)).distinct()
    return [permission.name for permission in granted]


def _rights_left(user: User) -> str:
    rights = permissions(user)
    return texts.RIGHTS_LEFT.format(rights=", ".join(rights)) if rights else texts.NO_RIGHTS_LEFT


def _others(user: User) -> str:
    """Name the accounts that can give this one its rights again."""
    names = [f"“{owner.get_username()}”" for owner in with_all_rights().exclude(pk=user.pk)]
    return " or ".join(filter(None, [", ".join(names[:-1]), names[-1]])) if names else texts.NOBODY_HERE
