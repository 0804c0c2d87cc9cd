"""Who acts on an enquiry or an appointment."""

from dataclasses import dataclass
from typing import ClassVar

from django.contrib.auth.models import User
from django.db import models


class ActorRole(models.TextChoices):
    THERAPIST = "therapist", "by the practice"
    PERSON = "person", "by them"
    SYSTEM = "system", "not taken up in time"


@dataclass(frozen=True)
class Actor:
    """The therapist with an account, the person who wrote, or the site by itself when a time has passed."""

    role: ActorRole
    user: User | None = None

    PERSON: ClassVar["Actor"]
    SYSTEM: ClassVar["Actor"]

    @classmethod
    def therapist(cls, user: User) -> "Actor":
        return cls(ActorRole.THERAPIST, user)

    @property
    def is_therapist(self) -> bool:
        return self.role == ActorRole.THERAPIST


Actor.PERSON = Actor(ActorRole.PERSON)
Actor.SYSTEM = Actor(ActorRole.SYSTEM)
