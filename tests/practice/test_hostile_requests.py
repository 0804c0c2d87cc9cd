"""Whatever is sent to the site as it is served, it answers, and never with a failure of its own."""

import os
from collections import Counter

import pytest

from tests.hostile_requests import HostileRequests
from tests.served_site import served_site
from tests.soak import times

SEED = int(os.environ.get("SEED", "12"))


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with served_site(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.mark.timeout(0 if os.environ.get("SOAK") == "1" else 300)
def test_no_request_is_answered_with_a_failure_or_not_at_all(site):
    cookie, failures, statuses = site.sign_in(), [], Counter()
    hidden, _ = site.form("/consultation/", cookie)
    requests = HostileRequests(SEED, cookie, hidden["csrfmiddlewaretoken"])

    for _ in range(times(20_000)):
        request = next(requests)
        answer = site.send(request)  # fails if it takes longer than half a minute
        statuses[answer.status] += 1
        if answer.status >= 500:
            failures.append(f"{answer.status}: {request[:3000]!r}")

    assert failures == []
    assert statuses[200] > sum(statuses.values()) / 10, statuses  # the views were reached
    assert site.get("/").status == 200
