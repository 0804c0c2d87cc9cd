"""Two sites on one PostgreSQL, each of two processes, act as one: nothing that must be shared is kept in a process."""

import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.postgres import temporary_server
from tests.served_site import ANSWERS, ServedSite, served_site

LIMIT = 6

pytestmark = pytest.mark.any_database


@pytest.fixture(scope="module")
def sites():
    """Return two sites, and the cookies of the therapist who has signed in to the first."""
    with tempfile.TemporaryDirectory(prefix="two-") as name, ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o755)
        stack.enter_context(temporary_server(folder / "postgres"))
        env = {"DATABASE_URL": f"postgres:///{folder}/postgres/postgres", "PGUSER": "postgres"}
        env |= {"ENQUIRIES_PER_HOUR_ONE_CONNECTION": str(LIMIT)}
        sites = []
        for machine in ("first", "second"):
            (folder / machine).mkdir()
            sites.append(stack.enter_context(served_site(folder / machine, **env)))
        yield *sites, sites[0].sign_in()


def save(site: ServedSite, path: str, cookie: str, **fields: str):
    hidden, _ = site.form(path, cookie)
    return site.post(path, hidden | fields, cookie)


def test_who_has_signed_in_at_one_is_signed_in_at_the_other(sites):
    first, second, cookie = sites

    assert "Today and tomorrow" in first.get("/admin/", Cookie=cookie).text
    assert "Today and tomorrow" in second.get("/admin/", Cookie=cookie).text


def test_what_is_changed_at_one_is_shown_by_every_process_of_the_other_at_once(sites):
    first, second, cookie = sites
    for number in range(3):
        for _ in range(8):  # so that each process has read the facts
            second.get("/")
        location = {"name": f"Harley Street {number}", "slug": "harley-street", "kind": "room", "position": "1"}
        answer = save(first, "/admin/practice/location/1/change/", cookie, **location, is_active="on")
        assert answer.status == 302, answer.text
        assert [location["name"] in second.get("/consultation/").text for _ in range(8)] == [True] * 8


def test_one_connection_is_counted_at_both_together(sites):
    statuses = []
    for number in range(LIMIT + 2):
        site = sites[number % 2]
        hidden, cookie = site.form("/consultation/")
        answers = ANSWERS | {"token": hidden["token"], "csrfmiddlewaretoken": hidden["csrfmiddlewaretoken"]}
        statuses.append(site.post("/consultation/", answers | {"email": f"z{number}@example.org"}, cookie).status)

    assert statuses == [302] * LIMIT + [429] * 2
