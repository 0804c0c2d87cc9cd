"""The measure of effort that other tests use tells a lot of work from a little."""

import pytest

from tests.effort import assert_below, typical_ratio


def count_to(number):
    return lambda: sum(range(number))


def test_what_takes_more_work_than_it_may_is_told():
    with pytest.raises(AssertionError, match=r"times as much work, not fewer than 2\."):
        assert_below(2, count_to(2_000_000), count_to(200_000))


def test_what_takes_about_the_same_passes():
    assert_below(4, count_to(1_000_000), count_to(1_000_000))


def test_the_typical_ratio_tells_twice_the_work_from_the_same():
    assert typical_ratio(count_to(200_000), count_to(200_000), turns=21) < 1.6
    assert typical_ratio(count_to(400_000), count_to(200_000), turns=21) > 1.6
