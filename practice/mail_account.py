"""Whether the mail server has accepted a message from the account that is set now.

A keyed digest of the settings is kept from the last message that was accepted. It is made by the process that sent it,
which may not have been restarted since they were changed.
"""

from django.conf import settings

from practice import keys
from practice.keys import KeyLabel
from practice.models import SiteState

SETTINGS = (
    "EMAIL_HOST", "EMAIL_PORT", "EMAIL_HOST_USER", "EMAIL_HOST_PASSWORD", "EMAIL_USE_TLS", "EMAIL_USE_SSL",
    "DEFAULT_FROM_EMAIL",
)  # fmt: skip


def remember() -> None:
    """Keep that the mail server accepted a message just now."""
    digest = keys.digest(KeyLabel.MAIL_ACCOUNT, _account())
    SiteState.objects.exclude(mail_account_digest=digest).update(mail_account_digest=digest)


def renew() -> None:
    """Keep the same under the newest key, so that the older ones can be dropped."""
    if SiteState.objects.filter(mail_account_digest__in=keys.digests(KeyLabel.MAIL_ACCOUNT, _account())).exists():
        remember()


def is_changed() -> bool:
    """Return whether the last message was accepted from another account, or for another sender.

    One that a version before 0.2 sent counts as from this account.
    """
    stored = SiteState.objects.values_list("mail_account_digest", flat=True).first()
    return bool(stored) and stored not in keys.digests(KeyLabel.MAIL_ACCOUNT, _account())


def _account() -> str:
    return repr([getattr(settings, name) for name in SETTINGS])
