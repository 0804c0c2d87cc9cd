"""Every address of the admin answers every role and method as tests/practice/role_matrix.py says.

An address that is missing there fails. No answer tells an assistant what people wrote, nor an editor who they are.
"""

import re
from html import unescape

import pytest
from django.db import transaction
from django.test import Client
from django.urls import resolve

from practice.models import DeskRole
from tests import soak
from tests.practice.desk import REACH, SEALED, SECRET, address, fill, routes
from tests.practice.role_matrix import ANSWERS

ROLES = ["anonymous", "no role", "editor", "assistant", "therapist"]
HIDDEN = {
    "anonymous": SEALED + REACH + SECRET,
    "no role": SEALED + REACH + SECRET,
    "editor": SEALED + REACH + SECRET,
    "assistant": SEALED + SECRET,
    "therapist": [],
}
OTHER_METHODS = ["PUT", "PATCH", "DELETE", "OPTIONS"] if soak.IS_ON else ["PUT"]


@pytest.fixture
def clients(therapist_client, client_as):
    return {
        "anonymous": Client(),
        "no role": client_as(None),
        "editor": client_as(DeskRole.EDITOR),
        "assistant": client_as(DeskRole.ASSISTANT),
        "therapist": therapist_client,
    }


@pytest.fixture
def numbers(clients):
    return fill()


def ask(client, method, path):
    """Return status and text of an answer, whose effects are undone."""
    cookies = client.cookies.copy()
    with transaction.atomic():
        response = client.generic(method, path, content_type="application/x-www-form-urlencoded")
        text = response.content.decode(errors="replace") + str(response.headers)
        transaction.set_rollback(True)
    client.cookies = cookies
    return response.status_code, text


def test_every_address_has_an_expected_answer():
    assert set(routes()) - set(ANSWERS) == set(), "say what each role may do there"
    assert set(ANSWERS) - set(routes()) == set(), "no longer an address"


@pytest.mark.timeout(0 if soak.IS_ON else 300)
def test_every_address_answers_each_role_as_expected(clients, numbers):
    wrong, leaks = [], []
    for route in routes():
        path, expected = address(route, numbers), dict(zip(("GET", "POST", "other"), ANSWERS[route], strict=True))
        for method in ("GET", "POST", *OTHER_METHODS):
            answers = [ask(clients[role], method, path) for role in ROLES]
            statuses = " ".join(str(status) for status, _ in answers)
            if statuses != expected.get(method, expected["other"]):
                wrong.append(f"{method} {route}: {statuses}")
            for role, (_, text) in zip(ROLES, answers, strict=True):
                leaks += [f"{role}, {method} {route}: {word}" for word in HIDDEN[role] if word in text]
    assert leaks == []
    assert wrong == [], "\n".join(wrong)


def test_the_therapist_reads_the_planted_words(clients, numbers):
    """Else the words that no other role reads were nowhere."""
    pages = [f"/admin/bookings/enquiry/{numbers['bookings/enquiry']}/change/", "/admin/bookings/enquiry/"]
    pages += [f"/admin/bookings/enquiry/{numbers['bookings/enquiry'] + 1}/change/"]
    pages += ["/admin/bookings/bookingsettings/1/change/"]
    text = " ".join(clients["therapist"].get(page).content.decode() for page in pages)
    assert [word for word in [*SEALED, *REACH, *SECRET] if word not in text] == []


@pytest.mark.parametrize("role", ["no role", "editor", "assistant", "therapist"])
def test_no_screen_offers_what_the_role_may_not_do(clients, numbers, role):
    """Follow every link and look at the address of every form, one for each route."""
    client, seen, refused, waiting = clients[role], set(), [], ["/admin/"]
    while waiting:
        path = waiting.pop()
        route = resolve(path.partition("?")[0]).route
        if route in seen or "logout" in path:
            continue
        seen.add(route)
        response = client.get(path, follow=True)
        if response.status_code == 403:
            refused.append(path)
        elif response.status_code == 200 and response.headers["Content-Type"].startswith("text/html"):
            found = re.findall(r'(?:href|action|formaction)="(/admin/[^"#]*)"', response.content.decode())
            waiting += [unescape(each) for each in found]
    assert refused == []
    assert len(seen) >= {"no role": 2, "editor": 20, "assistant": 15, "therapist": 60}[role], sorted(seen)
