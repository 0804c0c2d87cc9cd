"""Whatever is sent to the site as it is served, it answers, and never with a failure of its own."""

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

import pytest

from practice.models import DeskRole, StaffRole
from tests.hostile_requests import HostileRequests
from tests.served_site import served_site
from tests.soak import times

CLIENTS = 8
SEED = int(os.environ.get("SEED", "12"))


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with served_site(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.mark.timeout(0 if os.environ.get("SOAK") == "1" else 300)
@pytest.mark.parametrize("role", DeskRole)
def test_no_request_is_answered_with_a_failure_or_not_at_all(site, role):
    if role in StaffRole.ROLES:
        site.add_account(role)
    cookie, failures, statuses = site.sign_in(role), [], Counter()
    hidden, _ = site.form("/consultation/", cookie)
    reference, open_page = site.open_private_page()
    cookie = f"{cookie}; {open_page}"
    requests = list(islice(HostileRequests(SEED, cookie, hidden["csrfmiddlewaretoken"], reference), times(20_000)))

    with ThreadPoolExecutor(CLIENTS) as clients:  # some requests stop in the middle and wait for their deadline
        answers = clients.map(site.send, requests)  # fails if one takes longer than half a minute
        for request, answer in zip(requests, answers, strict=True):
            statuses[answer.status] += 1
            if answer.status >= 500:
                failures.append(f"{answer.status}: {request[:3000]!r}")

    assert failures == []
    assert statuses[200] > sum(statuses.values()) / 10, statuses  # the views were reached
    assert site.get("/").status == 200
