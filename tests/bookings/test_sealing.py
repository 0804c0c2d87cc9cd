"""What people write is sealed: only a request that brings the opened key reads it. Everything else goes on."""

import json
from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pytest
from cryptography.fernet import Fernet
from django.apps import apps
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import Error, connection
from django.utils import timezone

from bookings import additions, appointments, enquiries, rotation, sealing
from bookings.encryption import SealedText, UnreadableText
from bookings.enquiries import ReplyDraft
from bookings.exceptions import NotAllowed
from bookings.models import Appointment, Enquiry, Event, Message, Reply
from bookings.reply_deadline import ReplyPolicy
from bookings.slot import Slot
from bookings.worker import delivery
from practice.facts import practice_row
from practice.models import PracticeKey
from practice.sealing import opened, practice_keys, recovery_key
from tests.bookings.conftest import NOW
from tests.bookings.test_encryption import stored_of
from tests.practice.sealing.conftest import make_therapist, set_up_sealing

PASSWORD = "correct horse battery staple"
WORDS = "I drink in the evenings"


@pytest.fixture
def practice(db):
    return set_up_sealing(make_therapist("owner", PASSWORD), PASSWORD)


@pytest.fixture
def open_words(practice):
    """Return a function that opens the keys, as a request of the therapist does, until the test ends."""
    return lambda: opened.lent(practice.keys_of)


def message_of(enquiry):
    return Enquiry.objects.get(pk=enquiry.pk).message


def draft(subject="Your request", body="Dear Zoë"):
    return ReplyDraft(subject, body, uuid4())


def send(enquiry, words, actor, mailoutbox):
    """Reply, and let the worker deliver it."""
    written = enquiries.reply(enquiry, words, actor=actor, now=timezone.now())
    before = len(mailoutbox)
    delivery.send_due(timezone.now)
    assert len(mailoutbox) > before
    return Reply.objects.get(pk=written.pk)


def test_whoever_has_the_database_and_the_environment_reads_no_word(practice, make_enquiry, actor, harley_street):
    """All that they have is this process without an opened key: FIELD_KEY, SECRET_KEY and every row."""
    enquiry = make_enquiry(message=WORDS)
    enquiries.note(enquiry, WORDS, actor=actor, now=NOW)
    appointment = appointments.book_agreed(enquiry, Slot(NOW + timedelta(days=1), harley_street), NOW, actor=actor)
    appointment.notes = WORDS
    appointment.save()
    rows = [
        (Enquiry.objects.get(), "message"),
        (Event.objects.get(kind=Event.Kind.NOTE), "text"),
        (Appointment.objects.get(pk=appointment.pk), "notes"),
    ]
    for row, name in rows:
        assert stored_of(row, name).startswith("v3:")
        assert isinstance(getattr(row, name), SealedText)
    assert "a therapist’s password opens it" in str(rows[0][0].message)


def test_a_therapist_who_has_opened_them_reads_them(practice, open_words, make_enquiry):
    enquiry = make_enquiry(message=WORDS)
    with open_words():
        assert message_of(enquiry) == WORDS
    assert isinstance(message_of(enquiry), SealedText)


def test_writing_needs_no_key_and_reading_again_changes_nothing(practice, open_words, make_enquiry):
    enquiry = make_enquiry(message=WORDS)
    closed = Enquiry.objects.get(pk=enquiry.pk)
    assert closed.message
    stored = stored_of(closed, "message")
    closed.save()
    assert stored_of(closed, "message") == stored
    with open_words():
        again = Enquiry.objects.get(pk=enquiry.pk)
        assert again.message == WORDS
        again.save()
        assert stored_of(again, "message") != stored
        assert message_of(enquiry) == WORDS


def test_the_sentence_in_place_of_a_text_is_never_taken_for_one():
    sealed, other = SealedText("v3:a"), SealedText("v3:b")
    assert sealed != str.__str__(sealed)
    assert str.__str__(sealed) != sealed
    assert (sealed == SealedText("v3:a"), sealed == other) == (True, False)
    assert bool(sealed)


def test_names_and_addresses_stay_readable_for_the_site(practice, make_enquiry):
    make_enquiry(name="Zoë", message=WORDS)
    assert Enquiry.objects.get().person.name == "Zoë"


def test_a_sealed_text_that_is_moved_is_not_read(practice, open_words, make_enquiry):
    first, second = make_enquiry(message=WORDS), make_enquiry(message="other")
    with connection.cursor() as cursor:
        stored = stored_of(first, "message")
        cursor.execute("UPDATE bookings_enquiry SET message = %s WHERE id = %s", [stored, second.pk])
    with open_words():
        assert isinstance(message_of(second), UnreadableText)


def test_erasing_a_person_takes_the_outer_layer(practice, open_words, make_enquiry):
    enquiry = make_enquiry(message=WORDS)
    key = enquiry.person.key
    key.wrapped = "v2:"
    key.save()
    with open_words():
        assert isinstance(message_of(enquiry), UnreadableText)


# Letters ------------------------------------------------------------------------------------------


def test_a_letter_waits_unsealed_and_is_sealed_once_the_server_has_it(
    practice, open_words, make_enquiry, actor, mailoutbox
):
    enquiry, words = make_enquiry(), draft()
    waiting = enquiries.reply(enquiry, words, actor=actor, now=timezone.now())
    assert Reply.objects.get(pk=waiting.pk).body == words.body
    assert sealing.seal_rest(NOW) == 0
    delivery.send_due(timezone.now)
    assert mailoutbox[-1].body == words.body
    sent = Reply.objects.get(pk=waiting.pk)
    assert stored_of(sent, "body").startswith("v3:")
    assert isinstance(sent.subject, SealedText)
    with open_words():
        assert Reply.objects.get(pk=waiting.pk).body == words.body


def test_trouble_with_sealing_sends_no_letter_twice(practice, make_enquiry, actor, mailoutbox, monkeypatch, caplog):
    def fail(*args):
        raise Error

    enquiry = make_enquiry()
    monkeypatch.setattr(sealing, "seal_row", fail)
    sent = send(enquiry, draft(), actor, mailoutbox)
    assert "could not be sealed yet" in caplog.text
    assert Message.objects.get(reply=sent).sent_at
    monkeypatch.undo()
    assert sealing.seal_rest(NOW) == 1
    assert isinstance(Reply.objects.get(pk=sent.pk).body, SealedText)


def test_a_letter_that_is_refused_can_still_be_sent_and_a_withdrawn_one_is_sealed(practice, make_enquiry, actor):
    refused, withdrawn = (enquiries.reply(make_enquiry(), draft(), actor=actor, now=NOW) for _ in range(2))
    Message.objects.filter(reply=refused).update(refused=True, stopped_at=NOW)
    Message.objects.filter(reply=withdrawn).delete()
    assert sealing.seal_rest(NOW) == 1
    assert Reply.objects.get(pk=refused.pk).body == "Dear Zoë"
    assert isinstance(Reply.objects.get(pk=withdrawn.pk).body, SealedText)


def test_a_second_click_on_send_is_known_while_open_and_said_while_closed(
    practice, open_words, make_enquiry, actor, mailoutbox
):
    enquiry, words = make_enquiry(), draft()
    sent = send(enquiry, words, actor, mailoutbox)
    with open_words():
        assert words.is_sent()
        assert enquiries.reply(enquiry, words, actor=actor, now=NOW) == sent
        with pytest.raises(NotAllowed, match="this one was not"):
            ReplyDraft("Other", "words", words.idempotency_key).is_sent()
    for act in (words.is_sent, lambda: enquiries.reply(enquiry, words, actor=actor, now=NOW)):
        with pytest.raises(NotAllowed, match="is sealed, so it can’t be compared"):
            act()
    assert Reply.objects.count() == 1


# What compares ------------------------------------------------------------------------------------


def test_a_note_that_is_written_twice(practice, open_words, make_enquiry, actor):
    """While closed, nothing can be compared, so both stay: a note is never lost."""
    enquiry = make_enquiry()
    notes = Event.objects.filter(kind=Event.Kind.NOTE)
    with open_words():
        for _ in range(2):
            enquiries.note(enquiry, "Call on Monday", actor=actor, now=NOW)
    assert notes.count() == 1
    enquiries.note(enquiry, SealedText.sentence, actor=actor, now=NOW)
    assert notes.count() == 2


@pytest.mark.parametrize("message", ["sealed", "a", SealedText.sentence, f"{WORDS}, and more since"])
def test_what_a_person_adds_to_a_sealed_message_is_kept(practice, open_words, make_enquiry, details, message):
    enquiry = make_enquiry(message=WORDS)
    policy = ReplyPolicy.of(practice_row())
    answers = details | {"message": message, "person_knows": "", "email": enquiry.person.email}
    additions.add(enquiry, answers, [], answers_digest="x", suspicion="", policy=policy, now=NOW)
    with open_words():
        assert message_of(enquiry) == WORDS
        assert message in enquiry.events.get(kind=Event.Kind.ADDED).text


# Moving rows --------------------------------------------------------------------------------------


@pytest.fixture
def written_before(make_enquiry, actor):
    """Makes enquiries before sealing is set up."""
    made = [make_enquiry(message=f"{WORDS} {number}") for number in range(3)]
    enquiries.note(made[0], "note", actor=actor, now=NOW)
    return made


def test_what_was_written_before_is_sealed_by_the_command(written_before):
    assert sealing.seal_rest(NOW) == 0  # sealing isn't set up
    practice = set_up_sealing(make_therapist("owner", PASSWORD), PASSWORD)
    assert message_of(written_before[0]) == f"{WORDS} 0"
    out = StringIO()
    call_command("rotate_field_key", stdout=out)
    assert "6 of 6 texts are sealed." in out.getvalue()
    assert isinstance(message_of(written_before[0]), SealedText)
    with opened.lent(practice.keys_of):
        assert [message_of(enquiry) for enquiry in written_before] == [f"{WORDS} {number}" for number in range(3)]
    out = StringIO()
    call_command("rotate_field_key", stdout=out)
    assert "sealed" not in out.getvalue()


def test_sealing_that_is_interrupted_goes_on_where_it_was(written_before, monkeypatch):
    set_up_sealing(make_therapist("owner", PASSWORD), PASSWORD)

    def stop(done, of):
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sealing.seal_rest(NOW, stop)
    assert sealing.seal_rest(NOW) == 4


def test_another_field_key_leaves_sealed_words_sealed(practice, open_words, make_enquiry, settings):
    enquiry = make_enquiry(message=WORDS)
    settings.FIELD_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_KEYS]
    out = StringIO()
    call_command("rotate_field_key", stdout=out)
    assert "left as they are" not in out.getvalue()
    settings.FIELD_KEYS = settings.FIELD_KEYS[:1]
    assert isinstance(message_of(enquiry), SealedText)
    with open_words():
        assert message_of(enquiry) == WORDS


def test_the_way_back_needs_the_recovery_key(practice, make_enquiry, monkeypatch):
    enquiry = make_enquiry(message=WORDS)
    command = "bookings.management.commands.rotate_field_key"
    for wrong in ("nonsense", recovery_key.new()):
        monkeypatch.setattr(f"{command}.getpass", lambda question, wrong=wrong: wrong)
        with pytest.raises(CommandError, match="Nothing was changed"):
            call_command("rotate_field_key", undo=True, stdout=StringIO())
    assert isinstance(message_of(enquiry), SealedText)
    with pytest.raises(practice_keys.ClosedError):
        rotation.undo(apps, lambda done, of: None)
    assert stored_of(enquiry, "message").startswith("v3:")
    monkeypatch.setattr(f"{command}.getpass", lambda question: practice.recovery_key)
    call_command("rotate_field_key", undo=True, stdout=StringIO())
    assert stored_of(enquiry, "message").startswith("gAAAA")
    assert message_of(enquiry) == WORDS
    assert not PracticeKey.objects.exists()


def test_a_fixture_carries_sealed_words_to_another_site(practice, open_words, make_enquiry, tmp_path):
    enquiry = make_enquiry(message=WORDS)
    path = tmp_path / "site.json"
    call_command("dumpdata", "auth", "practice", "bookings", output=str(path), verbosity=0)
    assert WORDS not in path.read_text()
    Enquiry.objects.all().delete()
    PracticeKey.objects.all().delete()
    call_command("loaddata", str(path), verbosity=0)
    keys = practice_keys.opened_by_recovery_key(practice.recovery_key)
    with opened.lent(lambda: keys):
        assert message_of(enquiry) == WORDS
    assert isinstance(message_of(enquiry), SealedText)
    assert any(row["model"] == "practice.practicekey" for row in json.loads(path.read_text()))
