import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import RequestFactory

from practice import rate_limits
from practice.models import CountedAct
from practice.rate_limits import Origin, RateLimit

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
LIMIT = RateLimit("test", timedelta(hours=1), from_one_origin=2)


def origin(address, **headers):
    return Origin.connection(RequestFactory().get("/", REMOTE_ADDR=address, **headers))


def take_from(*addresses, limit=LIMIT, now=NOW):
    return [limit.take(origin(address), now) for address in addresses]


def test_the_limit_is_that_of_one_origin(db):
    assert take_from("192.0.2.1", "192.0.2.1", "192.0.2.1", "192.0.2.2") == [True, True, False, True]


def test_what_is_refused_is_not_counted(db):
    take_from(*["192.0.2.1"] * 9)

    assert LIMIT.count(origin("192.0.2.1"), NOW).by_network == (2,)


def test_everybody_together_may_have_a_limit_too(db):
    limit = RateLimit("test", timedelta(hours=1), from_one_origin=2, from_everyone=3)

    assert take_from(*[f"192.0.2.{number}" for number in range(5)], limit=limit) == [True] * 3 + [False] * 2


def test_another_kind_is_counted_apart(db):
    take_from(*["192.0.2.1"] * 2)

    assert take_from("192.0.2.1", limit=RateLimit("other", timedelta(hours=1), from_one_origin=1)) == [True]


def test_an_act_that_is_taken_back_no_longer_counts(db):
    LIMIT.reserve(origin("192.0.2.1"), NOW).delete()

    assert take_from(*["192.0.2.1"] * 3) == [True, True, False]


def test_what_is_beyond_the_limit_is_neither_reserved_nor_counted(db):
    take_from("192.0.2.1", "192.0.2.1")

    assert LIMIT.reserve(origin("192.0.2.1"), NOW) is None
    assert LIMIT.count(origin("192.0.2.1"), NOW).by_network == (2,)


def test_an_act_counts_until_its_window_has_passed_and_is_then_deleted(db):
    take_from("192.0.2.1", "192.0.2.1")
    an_hour_later = NOW + timedelta(hours=1)

    assert take_from("192.0.2.1", now=an_hour_later - timedelta(seconds=1)) == [False]
    assert take_from("192.0.2.1", now=an_hour_later) == [True]
    rate_limits.delete_past_acts(an_hour_later)
    assert CountedAct.objects.count() == 1


@pytest.mark.parametrize(("length", "taken"), [(64, 2), (56, 4), (48, 8)])
def test_each_prefix_of_ipv6_has_an_allowance(db, length, taken):
    """Of addresses that share no more than this prefix, so many may act."""
    step = {64: 0, 56: 1, 48: 0x100}[length]
    addresses = [f"2001:db8:1:{number * step:x}::{number + 1:x}" for number in range(20)]

    assert take_from(*addresses) == [True] * taken + [False] * (20 - taken)
    assert take_from("2001:db8:2::1") == [True]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1:5000", "192.0.2.1:5001", True),
        ("[2001:db8:1:2::1]:55", "2001:db8:1:2::2", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("fe80::1%eth0", "fe80::2%eth1", True),
        ("", "", True),
    ],
)
def test_a_connection_is_an_ipv4_address_or_a_network_of_ipv6(one, other, same):
    assert (origin(one).networks == origin(other).networks) is same


@pytest.mark.parametrize(("behind_proxy", "same"), [(False, True), (True, False)])
def test_a_forwarded_address_counts_only_behind_our_proxy(settings, behind_proxy, same):
    settings.BEHIND_PROXY = behind_proxy
    one = origin("192.0.2.1", HTTP_X_FORWARDED_FOR="198.51.100.1")
    other = origin("192.0.2.1", HTTP_X_FORWARDED_FOR="198.51.100.2")

    assert (one == other) is same


def test_a_sender_cannot_forge_an_address_behind_our_proxy(settings):
    settings.BEHIND_PROXY = True

    assert origin("192.0.2.1", HTTP_X_FORWARDED_FOR="1.1.1.1, 198.51.100.1") == origin(
        "192.0.2.1", HTTP_X_FORWARDED_FOR="2.2.2.2, 198.51.100.1"
    )


def test_the_digest_of_an_address_is_another_one_every_day_and_with_another_key(db, settings):
    LIMIT.reserve(origin("203.0.113.99"), NOW)
    LIMIT.reserve(origin("203.0.113.99"), NOW + timedelta(days=1))
    settings.FIELD_KEYS = ["another key", *settings.FIELD_KEYS]
    LIMIT.reserve(origin("203.0.113.99"), NOW)

    rows = list(CountedAct.objects.values())
    assert len({row["network"] for row in rows}) == 3
    assert "203.0.113" not in str(rows)


@pytest.mark.django_db(transaction=True)
def test_several_at_once_never_let_through_more_than_the_limit():
    """Each thread has a connection of its own, as each process and machine has."""
    barrier, results = threading.Barrier(8), []

    def take():
        barrier.wait()
        try:
            results.append(LIMIT.take(origin("192.0.2.1"), NOW))
        finally:
            connection.close()

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(results) == 8
    assert sum(results) <= 2
    assert LIMIT.count(origin("192.0.2.1"), NOW).by_network == (sum(results),)
