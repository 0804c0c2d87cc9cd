"""Who may sign in to the admin in which role, and what is unlikely about changing it."""

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import User
from django.db.models import Q, QuerySet

from practice import texts
from practice.models import DeskRole
from practice.roles import role_of

THERAPIST_COLUMNS = ("is_active", "is_staff", "is_superuser")  # of a therapist who can sign in


def therapists() -> QuerySet[User]:
    """Return the therapists who can sign in."""
    users = User.objects.filter(**dict.fromkeys(THERAPIST_COLUMNS, True))
    return users.exclude(Q(password="") | Q(password__startswith=UNUSABLE_PASSWORD_PREFIX)).order_by("username")


def is_therapist(user: User) -> bool:
    return user.is_active and role_of(user) == DeskRole.THERAPIST


def is_last_therapist(user: User) -> bool:
    return [therapist.pk for therapist in therapists()[:2]] == [user.pk]


def lock_therapists() -> None:
    """Wait until nobody else changes a therapist's account, so that two don't take each other's role away at once.

    The caller is in a transaction.
    """
    list(User.objects.select_for_update().filter(is_superuser=True).order_by("pk"))


def unlikely_changes(before: User, after: User, acting_user: User, role: DeskRole | None) -> list[str]:
    """Return what is unlikely about giving an account this role, or letting it sign in or no longer."""
    facts, former = [], role_of(before) if before.is_active else None
    now = role if after.is_active else None
    if after == acting_user and former and not now:
        facts.append(texts.OWN_SIGN_IN.format(others=_others(after)))
    elif after == acting_user and former == DeskRole.THERAPIST and now and now != former:
        facts.append(texts.OWN_ROLE.format(others=_others(after), may=texts.ROLE_FACTS[now]))
    elif now and now != former:
        facts.append(texts.NEW_ROLE.format(username=after.get_username(), may=texts.ROLE_FACTS[now]))
    return facts


def _others(user: User) -> str:
    """Name the therapists who can give this account its role again."""
    names = [f"“{therapist.get_username()}”" for therapist in therapists().exclude(pk=user.pk)]
    return " or ".join(filter(None, [", ".join(names[:-1]), names[-1]])) if names else texts.WHOEVER_RUNS_THE_SERVER
