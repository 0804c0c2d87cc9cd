"""The definition of a message. `to_person.py` and `to_therapist.py` hold one for each, registered when it is made."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import TextChoices
from django.template.loader import render_to_string

if TYPE_CHECKING:
    from bookings.messages.context import MessageContext
    from bookings.models import Message


class Audience(TextChoices):
    PERSON = "person", "The person"
    THERAPIST = "therapist", "You"


class MessageChannel(TextChoices):
    EMAIL = "email", "Email"


@dataclass(frozen=True)
class Placeholder:
    """A word in braces and what it becomes. An optional one may become nothing.

    One that `needs_own_paragraph` takes the words around it along where it becomes nothing.
    """

    name: str
    meaning: str
    sample: str
    value: Callable[["MessageContext"], str]
    is_required: bool = False
    needs_own_paragraph: bool = False
    fits_subject: bool = False

    def __str__(self) -> str:
        return f"{{{self.name}}}"


@dataclass(frozen=True)
class MessageDefinition:
    """Everything about one message. Its default body is `templates/emails/<kind>.txt`."""

    kind: str
    label: str
    sent_when: str
    audience: Audience
    subject: str
    placeholders: tuple[Placeholder, ...]
    is_obsolete: Callable[["Message", datetime], bool]
    respects_quiet_hours: bool = False
    carries_calendar_file: bool = False
    channel: MessageChannel = MessageChannel.EMAIL
    is_automatic: bool = True  # else the therapist writes the words of each one

    def __post_init__(self) -> None:
        if self.kind in _definitions:
            raise ValueError(f"There are two definitions of “{self.kind}”.")
        _definitions[self.kind] = self

    @property
    def default_body(self) -> str:
        return render_to_string(f"emails/{self.kind}.txt")


_definitions: dict[str, MessageDefinition] = {}


def definition_of(kind: str) -> MessageDefinition:
    return _definitions[kind]


def automatic_definitions() -> list[MessageDefinition]:
    return [definition for definition in _definitions.values() if definition.is_automatic]


def kinds_for(audience: Audience) -> list[str]:
    return [kind for kind, definition in _definitions.items() if definition.audience == audience]


def kind_choices() -> list[tuple[str, str]]:
    return [(kind, definition.label) for kind, definition in _definitions.items()]
