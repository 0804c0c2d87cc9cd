"""The keys of the practice, and who holds them, without a browser."""

import random

import pytest
from cryptography.fernet import Fernet

from practice import aead
from practice.models import AccountKey, HeldKey, PracticeKey, RecoveryKey
from practice.sealing import account_keys, envelopes, practice_keys, recovery_key
from practice.sealing.practice_keys import ClosedError, WrongRecoveryKeyError
from practice.sealing.recovery_key import MistypedError
from tests.practice.sealing.conftest import make_therapist, set_up_sealing

PASSWORD = "correct horse battery staple"
OTHER = "umbrella lantern pepper violin"
PLACE = aead.Place("table", "column", "row")


@pytest.fixture
def practice(db):
    return set_up_sealing(make_therapist("therapist", PASSWORD), PASSWORD)


@pytest.fixture
def colleague(practice):
    """Another therapist, who holds the keys too."""
    user = make_therapist("colleague", OTHER)
    account_keys.create(user, OTHER)
    practice_keys.give(user.account_key, practice.keys_of())
    return user


def sealed_now(text="words"):
    return practice_keys.seal(text, practice_keys.newest(), PLACE)


def can_read(sealed, keys):
    try:
        return practice_keys.unseal(sealed, keys, PLACE)
    except aead.CannotBeOpenedError:
        return None


def test_a_sealed_text_opens_only_with_its_key_and_in_its_place():
    private_key, other = envelopes.new_private_key(), envelopes.new_private_key()
    sealed = envelopes.seal(b"words", envelopes.public_half(private_key), PLACE)
    assert envelopes.open_sealed(sealed, private_key, PLACE) == b"words"
    for key, place in [(other, PLACE), *((private_key, aead.Place(*names)) for names in NEAR)]:
        with pytest.raises(aead.CannotBeOpenedError):
            envelopes.open_sealed(sealed, key, place)
    for damaged in ("", "x", sealed[:-4], sealed[4:], "é" + sealed):
        with pytest.raises(aead.CannotBeOpenedError):
            envelopes.open_sealed(damaged, private_key, PLACE)


NEAR = [("other", "column", "row"), ("table", "other", "row"), ("table", "column", "other")]


def test_a_recovery_key_is_read_however_it_is_typed():
    typed = recovery_key.new()
    assert len(typed.split(" ")) == 9
    ways = [typed.lower(), typed.replace(" ", ""), typed.replace(" ", "-"), f"  {typed}\n", typed.replace("O", "0")]
    ways += [typed.replace("B", "8").replace("I", "1")]
    assert {recovery_key.private_half(way) for way in ways} == {recovery_key.private_half(typed)}


def test_a_slip_in_a_recovery_key_is_noticed():
    dice = random.Random(1)  # noqa: S311 (to be repeated)
    typed = recovery_key.new().replace(" ", "")
    slips = ["", "abc", typed[:-1], typed + "A", typed[4:] + typed[:4], "é" * 36]
    for _ in range(200):
        at = dice.randrange(len(typed))
        slips.append(
            typed[:at] + dice.choice([letter for letter in "ACDE234" if letter != typed[at]]) + typed[at + 1 :]
        )
    for slip in slips:
        with pytest.raises(MistypedError):
            recovery_key.private_half(slip)


def test_nothing_is_sealed_before_the_recovery_key_is_typed_back(db):
    therapist = make_therapist("therapist", PASSWORD)
    typed = practice_keys.new_recovery_key()
    assert practice_keys.newest() is None
    for wrong, error in [(recovery_key.new(), WrongRecoveryKeyError), (typed[:-1], MistypedError)]:
        with pytest.raises(error):
            practice_keys.confirm(wrong, therapist, PASSWORD, {})
    assert practice_keys.newest() is None
    practice_keys.confirm(typed, therapist, PASSWORD, {})
    assert practice_keys.newest() is not None


def test_the_recovery_key_of_an_abandoned_sheet_is_worthless(db):
    therapist = make_therapist("therapist", PASSWORD)
    abandoned = practice_keys.new_recovery_key()
    practice_keys.new_recovery_key()
    with pytest.raises(WrongRecoveryKeyError):
        practice_keys.confirm(abandoned, therapist, PASSWORD, {})
    assert RecoveryKey.objects.count() == 1


def test_the_password_and_field_key_open_only_together(practice, settings):
    assert can_read(sealed_now(), practice.keys_of()) == "words"
    assert practice.keys_of(password=OTHER) == {}
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    assert practice.keys_of() == {}


def test_the_key_of_one_account_is_not_that_of_another(practice, colleague):
    own, other = practice.therapist.account_key, colleague.account_key
    AccountKey.objects.filter(pk=other.pk).update(stretching=own.stretching, wrapped=own.wrapped)
    assert account_keys.open_with(colleague, PASSWORD) is None
    HeldKey.objects.filter(account_key=other).update(sealed=own.held_keys.get().sealed)
    assert practice_keys.held_by(practice.therapist, account_keys.open_with(practice.therapist, PASSWORD))


def test_another_field_key_needs_no_password(practice, settings):
    new = Fernet.generate_key().decode()
    settings.FIELD_KEYS = [new, *settings.FIELD_KEYS]
    account_keys.encrypt_again()
    settings.FIELD_KEYS = [new]
    assert can_read(sealed_now(), practice.keys_of()) == "words"


def test_two_therapists_read_with_their_own_passwords(practice, colleague):
    sealed = sealed_now()
    assert can_read(sealed, practice.keys_of()) == "words"
    assert can_read(sealed, practice.keys_of(colleague, OTHER)) == "words"


def test_a_new_therapist_reads_nothing_until_somebody_gives_the_key(practice):
    user = make_therapist("colleague", OTHER)
    account_keys.create(user, OTHER)
    assert practice.keys_of(user, OTHER) == {}
    assert [waiting.user for waiting in practice_keys.without_key()] == [user]
    practice_keys.give(user.account_key, practice.keys_of())
    assert practice_keys.without_key() == []


@pytest.mark.parametrize("change", [{"is_superuser": False}, {"is_active": False}, {"is_staff": False}, None])
def test_whoever_is_no_therapist_any_more_reads_nothing_that_is_written_from_then_on(practice, colleague, change):
    before, known = sealed_now("before"), practice.keys_of(colleague, OTHER)
    if change:
        for name, value in change.items():
            setattr(colleague, name, value)
        colleague.save()
    else:
        colleague.delete()
    after = sealed_now("after")
    assert AccountKey.objects.count() == HeldKey.objects.values("account_key").distinct().count() == 1
    assert can_read(after, known) is None  # also if they have kept the key
    keys = practice.keys_of()
    assert (can_read(before, keys), can_read(after, keys)) == ("before", "after")
    keys = practice_keys.opened_by_recovery_key(practice.recovery_key)
    assert (can_read(before, keys), can_read(after, keys)) == ("before", "after")


def test_what_a_shell_or_the_previous_release_changes_is_seen_within_the_hour(practice, colleague):
    type(colleague).objects.filter(pk=colleague.pk).update(is_superuser=False)
    assert practice_keys.remove_former_therapists()
    assert not practice_keys.remove_former_therapists()
    assert PracticeKey.objects.count() == 2


def test_a_sign_in_or_another_account_changes_no_key(practice, django_user_model):
    practice.therapist.save()
    django_user_model.objects.create_user("editor", is_staff=True).delete()
    assert PracticeKey.objects.count() == 1


def test_after_a_new_key_a_new_therapist_gets_the_older_ones_too(practice, colleague):
    before = sealed_now("before")
    colleague.delete()
    user = make_therapist("third", OTHER)
    account_keys.create(user, OTHER)
    practice_keys.give(user.account_key, practice.keys_of())
    assert can_read(before, practice.keys_of(user, OTHER)) == "before"


def test_the_recovery_key_lets_a_reset_password_open_again(practice):
    sealed = sealed_now()
    with pytest.raises(WrongRecoveryKeyError):
        practice_keys.recover(recovery_key.new(), practice.therapist, OTHER)
    assert can_read(sealed, practice.keys_of()) == "words"  # a wrong one has changed nothing
    practice_keys.recover(practice.recovery_key, practice.therapist, OTHER)
    assert practice.keys_of() == {}
    assert can_read(sealed, practice.keys_of(password=OTHER)) == "words"


def test_a_new_recovery_key_takes_the_place_of_the_old_one(practice, colleague):
    sealed = sealed_now()
    typed = practice_keys.new_recovery_key()
    assert practice_keys.opened_by_recovery_key(practice.recovery_key)  # until the new one is typed back
    with pytest.raises(ClosedError):
        practice_keys.confirm(typed, practice.therapist, PASSWORD, {})
    practice_keys.confirm(typed, practice.therapist, PASSWORD, practice.keys_of())
    with pytest.raises(WrongRecoveryKeyError):
        practice_keys.opened_by_recovery_key(practice.recovery_key)
    assert can_read(sealed, practice_keys.opened_by_recovery_key(typed)) == "words"
    assert PracticeKey.objects.count() == 1
