"""What happens to the keys when somebody signs in, types or changes a password, or loses access."""

from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables

from practice import accounts
from practice.models import AccountKey
from practice.sealing import account_keys, opened, practice_keys


@sensitive_variables()
def open_at_sign_in(request: HttpRequest, user: User, password: str | None, **kwargs: Any) -> None:
    """Receiver of `completed` and `password_confirmed`: open what the account holds, for this session.

    A therapist who has no key pair yet gets one, so that somebody who holds the practice's keys can give them.
    """
    if password is None or not accounts.is_therapist(user) or practice_keys.newest() is None:
        return
    if AccountKey.objects.filter(user=user).exists():
        private_key = account_keys.open_with(user, password)
    else:
        private_key = account_keys.create(user, password)
    if private_key:
        opened.remember(request, private_key)
    else:
        opened.note_unopened(request, user)


@sensitive_variables()
def wrap_again(user: User, password: str | None, old_password: str | None, **kwargs: Any) -> None:
    """Receiver of `password_changed`: let the new password open the account's key, if the former one is known.

    It is called in the transaction that stores the password, so that the two always fit. After a reset, the key stays
    under the former password, and the desk asks for the recovery key or for that.
    """
    if password is not None and old_password is not None:
        private_key = account_keys.open_with(user, old_password)
        if private_key:
            account_keys.wrap_again(user, private_key, password)


def look_at_holders(**kwargs: Any) -> None:
    """Receiver of every change of an account: whoever is no therapist any more holds no keys."""
    practice_keys.remove_former_therapists()
