from django.contrib.auth.models import User
from django.db import models


class DeskRole(models.TextChoices):
    """What somebody who works here does on the desk; see practice/roles.py."""

    THERAPIST = "therapist", "Therapist"
    ASSISTANT = "assistant", "Assistant"
    EDITOR = "editor", "Editor"


class StaffRole(models.Model):
    """The role of somebody who isn't a therapist; a therapist is Django's superuser and has no row here."""

    ROLES = (DeskRole.ASSISTANT, DeskRole.EDITOR)

    user = models.OneToOneField(
        User,
        on_delete=models.CASCADE,
        related_name="staff_role",
        db_constraint=False,  # the previous release deletes accounts without knowing of this row
    )
    role = models.CharField(max_length=10, choices=[(role.value, role.label) for role in ROLES])

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.user_id}"
