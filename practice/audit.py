"""The audit trail: who signed in, opened, changed, exported or erased what, and when.

It names accounts and numbers, and never holds a word that somebody wrote or a client's name. What Django's admin logs
of its forms is copied into it; Django's own entries only serve the screens called “History”.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils import timezone

from practice.models import AuditEntry

Kind = AuditEntry.Kind

KEEP_DAYS = 400  # a little more than a year, so that this month can be compared with the same one before
SAME_VISIT = timedelta(minutes=10)  # opening an enquiry again within it is not a new entry
LOGGED = {ADDITION: Kind.ADDED, CHANGE: Kind.CHANGED, DELETION: Kind.DELETED}


def record(
    kind: AuditEntry.Kind,
    user: AbstractBaseUser | AnonymousUser | None,
    subject: models.Model | type[models.Model] | None = None,
    now: datetime | None = None,
) -> None:
    """Add an entry: the user did this to the object, or to objects of the model, if it was done to any."""
    AuditEntry.objects.create(
        at=now or timezone.now(),
        kind=kind,
        username=user.get_username() if user else "",
        model=subject._meta.label_lower if subject else "",
        reference=_reference(subject) if isinstance(subject, models.Model) else "",
    )


def record_opened(user: User, subject: models.Model) -> None:
    """Add that the user opened the object, unless they have within the last ten minutes."""
    now = timezone.now()
    same = AuditEntry.objects.filter(
        at__gt=now - SAME_VISIT, kind=Kind.OPENED, username=user.get_username(), reference=_reference(subject)
    )
    if not same.exists():
        record(Kind.OPENED, user, subject, now)


def forget(model: type[models.Model], rows: Iterable[models.Model]) -> None:
    """Leave nothing that refers to these rows, which are being erased: what was done stays, to what doesn't."""
    rows = list(rows)
    keys = [str(row.pk) for row in rows]
    references = [*keys, *map(_reference, rows)]
    AuditEntry.objects.filter(model=model._meta.label_lower, reference__in=references).update(reference="")
    LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(model), object_id__in=keys).delete()


def delete_old(now: datetime) -> None:
    """Retention task: delete what is older than KEEP_DAYS, in Django's own log too."""
    moment = now - timedelta(days=KEEP_DAYS)
    AuditEntry.objects.all().delete_before(moment)
    LogEntry.objects.filter(action_time__lt=moment).delete()


def _reference(row: models.Model) -> str:
    return str(getattr(row, "reference", "") or row.pk)


# Signal handlers ------------------------------------------------------------------------------------


def on_signed_in(sender: Any, user: User, **kwargs: Any) -> None:
    record(Kind.SIGNED_IN, user)


def on_signed_out(sender: Any, user: User | None, **kwargs: Any) -> None:
    if user:  # nobody, where the session had ended before
        record(Kind.SIGNED_OUT, user)


def on_sign_in_failed(sender: Any, credentials: dict[str, Any], **kwargs: Any) -> None:
    """Add the name only if an account has it: people type their password into the wrong field.

    Of failures without an account, one in a minute is enough, so that nobody fills the table with them.
    """
    user = User.objects.filter(username=str(credentials.get("username", ""))).first()
    now = timezone.now()
    last_minute = AuditEntry.objects.filter(at__gt=now - timedelta(minutes=1), kind=Kind.SIGN_IN_FAILED, username="")
    if user or not last_minute.exists():
        record(Kind.SIGN_IN_FAILED, user, now=now)


def on_logged(sender: Any, instance: LogEntry, created: bool, raw: bool, **kwargs: Any) -> None:
    """Add what a form of the admin has saved or deleted."""
    if raw or not created or not instance.content_type:
        return
    AuditEntry.objects.create(
        at=instance.action_time,
        kind=LOGGED[instance.action_flag],
        username=instance.user.get_username(),
        model=f"{instance.content_type.app_label}.{instance.content_type.model}",
        reference=str(instance.object_id or "")[:60],
    )
