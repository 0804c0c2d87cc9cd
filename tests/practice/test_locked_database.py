"""While another process holds the write lock of SQLite, pages are shown, and a form that is sent costs no word."""

import re
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import pytest

from tests.bookings import texts
from tests.practice.test_stalled_database import MAX_SECONDS
from tests.served_site import ANSWERS, served_site

FIELD = r'<input type="\w+" name="(\w+)" value="([^"]*)"'
COMPLAINT = {
    "kind": "complaint",
    "name": "Zoë O’Hara",
    "channel": "email",
    "email": "zoe@example.org",
    "message": "Nobody rang me back.",
}


@contextmanager
def write_locked(path) -> Iterator[None]:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            other.execute("ROLLBACK")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("locked")
    with served_site(folder) as site:
        site.database = folder / "site.sqlite3"
        yield site


def test_forms_come_back_with_every_answer_and_can_be_sent_once_the_lock_is_gone(site):
    hidden, cookie = site.form("/consultation/")
    answers = ANSWERS | hidden | {"email": "zoe@example.org"}
    sent_before, other_cookie = site.form("/consultation/")
    complaint, complaint_cookie = site.form("/consultation/?kind=complaint")
    desk_cookies = site.sign_in()
    fee = dict(re.findall(FIELD, site.get("/admin/practice/fee/add/", Cookie=desk_cookies).text))
    fee |= {"name": "A fee in words"}
    words, words_cookie = site.form("/private/")
    words |= {"reference": "ABCD2345", "words": "one two three four"}
    time.sleep(3)  # a form that is sent at once is a robot's
    again = ANSWERS | sent_before | {"name": "Ann", "email": "ann@example.org"}
    assert site.post("/consultation/", again, other_cookie).status == 302
    posts = [
        ("/consultation/", answers, cookie),
        ("/consultation/", again | {"message": "I forgot to say that I work at night."}, other_cookie),
        ("/consultation/", COMPLAINT | complaint, complaint_cookie),
        ("/admin/practice/fee/add/", fee, desk_cookies),
        ("/private/", words, words_cookie),
    ]

    with write_locked(site.database), ThreadPoolExecutor() as browsers:
        page = site.get("/addictions/ketamine/")
        began = time.monotonic()
        pages = list(browsers.map(lambda post: site.post(*post), posts))
        took = time.monotonic() - began

    assert page.status == 200
    assert [page.status for page in pages] == [503] * 5
    assert [page.headers["Retry-After"] for page in pages] == ["30"] * 5
    assert took < MAX_SECONDS
    for answer in ("Zoë O’Hara", "zoe@example.org", "I would like to talk."):
        assert answer in pages[0].text
    assert "I forgot to say that I work at night." in pages[1].text
    assert "Nobody rang me back." in pages[2].text
    assert "A fee in words" in pages[3].text
    assert "one two three four" in pages[4].text
    for page in pages[:3]:
        assert texts.NOT_STORED in page.text
    for post in posts[:3]:
        assert site.post(*post).status == 302
