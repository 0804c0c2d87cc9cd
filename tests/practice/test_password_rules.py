"""Passwords that are guessed first are refused; a passphrase is not."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from practice.facts import practice_row
from practice.management.commands.prepare import readable_password

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _practice():
    practice = practice_row()
    practice.name, practice.therapist_name = "Addiction Therapist London", "Marguerite Vandersteen"
    practice.save()


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("fourteen-chars", "password_too_short"),
        ("aaaaaaaaaaaaaaa", "repeated"),
        ("               ", "repeated"),
        ("passwordpassword", "repeated"),
        ("iloveyouiloveyou", "repeated"),
        ("therapist-therapist", "repeated"),
        ("Kettle7kettle7kettle", "repeated"),
        ("abcdabcdabcdabcdab", "repeated"),
        ("123456789012345", "digits"),
        ("07700 900123 2026", "digits"),
        ("qwertyuiopasdfg", "keyboard"),
        ("1qaz2wsx3edc4rfv", "keyboard"),
        ("poiuytrewqlkjhg", "keyboard"),
        ("abcdefghijklmnop", "keyboard"),
        ("qwerty-asdfgh-zxcvbn-2026", "keyboard"),
        ("harleystreet2026", "own_words"),
        ("Harley Street 1234!", "own_words"),
        ("addictiontherapistlondon", "own_words"),
        ("marguerite-vandersteen", "own_words"),
        ("St Pauls therapist 2026", "own_words"),
    ],
)
def test_what_is_guessed_first_is_refused(password, code):
    with pytest.raises(ValidationError) as refusal:
        validate_password(password)

    assert code in {error.code for error in refusal.value.error_list}


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "kettle violin orchard tuesday",
        "harley kettle violin orchard",
        "zwölf Boxkämpfer jagen Viktor",
        "T7#mq-pLw29x!rZv",
        "日本語の長いパスフレーズを使います",
    ],
)
def test_a_passphrase_is_accepted(password):
    validate_password(password)


def test_a_password_of_few_letters_without_such_a_word_is_accepted():
    validate_password("83d2-79t5-vr44-8s56-973g")


def test_the_password_that_a_new_site_prints_is_accepted():
    for _ in range(200):
        validate_password(readable_password())
