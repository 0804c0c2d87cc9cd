"""A practice that has set up sealing, with as little ceremony as tests need."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User

from practice.sealing import account_keys, practice_keys


@dataclass
class SealedPractice:
    therapist: Any
    password: str
    recovery_key: str

    def keys_of(self, user: Any = None, password: str = "") -> dict[int, bytes]:
        """Return what the account opens with this password."""
        user = user or self.therapist
        private_key = account_keys.open_with(user, password or self.password)
        return practice_keys.held_by(user, private_key) if private_key else {}


def set_up_sealing(therapist, password):
    typed = practice_keys.new_recovery_key()
    practice_keys.confirm(typed, therapist, password, {})
    return SealedPractice(therapist, password, typed)


def make_therapist(username, password):
    return User.objects.create_superuser(username, password=password)
