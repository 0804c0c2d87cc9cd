"""Rules for every message definition, whoever adds one."""

import re
from pathlib import Path

import pytest

from bookings.messages.automatic_words import PLACEHOLDER, default_words, fill, problems, sample_values
from bookings.messages.definitions import (
    Audience,
    MessageChannel,
    MessageDefinition,
    automatic_definitions,
    kind_choices,
    kinds_for,
)
from bookings.messages.to_person import ACKNOWLEDGE, REPLY
from bookings.messages.transports import TRANSPORTS
from bookings.models import Message
from practice.facts import practice_row

ROOT = Path(__file__).resolve().parents[3]
DEFINITIONS = automatic_definitions()
each_definition = pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda definition: definition.kind)
WRITES = re.compile(r"(Message\.objects|\.messages)\.\w*create|\bMessage\(.*\)\.save\(")


@each_definition
def test_a_definition_is_complete(definition):
    assert definition.audience in Audience
    assert definition.channel in TRANSPORTS
    assert definition.label
    assert definition.sent_when.endswith(".")
    assert callable(definition.is_obsolete)
    assert definition.placeholders
    for placeholder in definition.placeholders:
        assert placeholder.meaning.endswith(".")
        assert placeholder.sample
        assert callable(placeholder.value)


@each_definition
def test_default_words_keep_the_rules_that_changed_words_must_keep(definition, db):
    assert problems(definition, default_words(definition), practice_row()) == {"subject": [], "body": []}


@each_definition
def test_default_words_filled_with_samples_have_no_brace_left(definition):
    words = fill(default_words(definition), sample_values(definition))

    assert not PLACEHOLDER.findall(words.subject + words.body)
    assert len(words.subject.splitlines()) == 1


def test_each_file_of_default_words_belongs_to_a_definition():
    files = {path.stem for path in (ROOT / "templates/emails").iterdir()}

    assert files == {definition.kind for definition in DEFINITIONS}


def test_a_kind_is_defined_once_and_its_label_is_its_own():
    labels = [label for _, label in kind_choices()]

    assert len(set(labels)) == len(labels)
    with pytest.raises(ValueError, match="two definitions of “acknowledge”"):
        MessageDefinition(**vars(ACKNOWLEDGE))


def test_every_message_has_one_audience_and_only_the_reply_is_written_by_hand():
    kinds = {kind for kind, _ in kind_choices()}

    assert kinds == {*kinds_for(Audience.PERSON), *kinds_for(Audience.THERAPIST)}
    assert kinds - {definition.kind for definition in DEFINITIONS} == {REPLY.kind}


def test_there_is_a_transport_for_every_channel():
    assert set(TRANSPORTS) == set(MessageChannel)


def test_the_choices_of_the_model_are_the_definitions():
    assert Message._meta.get_field("kind").flatchoices == kind_choices()


def test_only_the_outbox_writes_messages():
    modules = (ROOT / "bookings").rglob("*.py")
    writers = [path.relative_to(ROOT).as_posix() for path in modules if WRITES.search(path.read_text(encoding="utf-8"))]

    assert writers == ["bookings/outbox.py"]
