"""Whoever has the database and SECRET_KEY finds nobody by guessing."""

import hashlib
import hmac
import itertools
import json
from datetime import timedelta

import pytest
from django.apps import apps
from django.conf import settings
from django.utils.crypto import salted_hmac

from bookings import enquiries, private_links
from bookings.models import Enquiry
from tests.bookings.conftest import NOW

NAMES = [f"{first} {last}" for first in ("Zoë", "Ann", "Tom", "Kim", "Lee") for last in ("O’Hara", "Smith", "Jones")]
GUESSES = 100_000


def digest_columns():
    """Yield every stored value that looks like a digest."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if "digest" in field.name:
                yield from filter(None, model.objects.values_list(field.name, flat=True))


def likely_people():
    """Yield 100,000 names and addresses, the right one among them."""
    numbers = itertools.count()
    yield "Zoë O’Hara", "zoe@example.org"
    while (number := next(numbers)) < GUESSES - 1:
        yield f"{NAMES[number % len(NAMES)]} {number}", f"person{number}@example.org"


def plain_digests(name, email):
    """Yield what can be made of a guess without FIELD_KEY."""
    for word in (name, email, f"email:{email}", f"name:{name.casefold()[:3]}"):
        yield hashlib.sha256(word.encode()).hexdigest()
        yield hmac.new(settings.SECRET_KEY.encode(), word.encode(), hashlib.sha256).hexdigest()


def old_digest(answers):
    return salted_hmac("enquiry", json.dumps(answers, sort_keys=True), algorithm="sha256").hexdigest()


def guessed_names(stored):
    return [name for name, email in likely_people() if stored.intersection(plain_digests(name, email))]


def test_no_guess_meets_a_stored_digest(submit_form, answers):
    submit_form(answers)
    private_links.path(Enquiry.objects.get(), NOW)
    stored = set(digest_columns())
    assert len(stored) > 5

    assert guessed_names(stored) == []
    known = answers | {"token": ""}
    assert old_digest(known) not in stored


def test_the_search_would_find_a_digest_made_with_the_secret_key():
    assert guessed_names({hmac.new(settings.SECRET_KEY.encode(), b"zoe@example.org", hashlib.sha256).hexdigest()})


def test_no_link_is_made_with_the_secret_key(make_enquiry):
    enquiry = make_enquiry()
    path = private_links.path(enquiry, NOW)
    forged = salted_hmac("private link", f"{enquiry.reference}:1", algorithm="sha256").digest()

    assert forged[:24] not in path.encode()
    assert private_links.find(path.split("/")[2], NOW).enquiry == enquiry


@pytest.mark.parametrize(
    ("age", "is_form_known", "are_answers_known"),
    [(timedelta(minutes=29), True, True), (timedelta(minutes=31), True, False), (timedelta(hours=25), False, False)],
)
def test_digests_are_forgotten_once_they_are_not_asked_for(make_enquiry, age, is_form_known, are_answers_known):
    make_enquiry()

    enquiries.forget_digests(NOW + age)

    enquiry = Enquiry.objects.get()
    assert (enquiry.form_digest is not None, enquiry.answers_digest != "") == (is_form_known, are_answers_known)


def test_the_worker_forgets_them():
    assert "bookings.enquiries.forget_digests" in settings.RETENTION_TASKS
