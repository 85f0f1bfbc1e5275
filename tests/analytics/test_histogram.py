"""Times that are kept in buckets say what the times themselves would, within 5 %."""

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from apps.analytics import histogram

TIMES = st.lists(st.integers(2, 3_600_000), min_size=1, max_size=200)


def counted(times: list[int]) -> list[tuple[int, int]]:
    found = [histogram.bucket(ms) for ms in times]
    return [(each, found.count(each)) for each in set(found)]


@given(TIMES, st.sampled_from([0.5, 0.95, 0.99, 1.0]))
def test_a_percentile_is_within_five_percent(times: list[int], share: float) -> None:
    rank = max(0, -(-share * len(times) // 1) - 1)
    exact = sorted(times)[int(rank)]
    said = histogram.percentile(counted(times), share)
    assert said == pytest.approx(exact, rel=0.05)


@given(TIMES, TIMES)
def test_two_histograms_add_up(one: list[int], other: list[int]) -> None:
    apart = histogram.percentile([*counted(one), *counted(other)], 0.5)
    together = histogram.percentile(counted([*one, *other]), 0.5)
    assert apart == together


def test_of_nothing_there_is_none() -> None:
    assert histogram.percentile([], 0.95) is None
    assert histogram.within([], 100) == 0


def test_within_counts_what_was_as_fast() -> None:
    assert histogram.within(counted([5, 50, 500, 5_000]), 600) == 3


@given(TIMES, st.integers(2, 60_000))
def test_within_is_never_kinder_than_the_times(times: list[int], ms: int) -> None:
    within = histogram.within(counted(times), ms)
    assert within <= sum(each <= ms for each in times)
    assert within >= sum(each <= ms / 1.11 for each in times)


@pytest.mark.django_db
def test_the_database_has_the_same_buckets() -> None:
    asked = [0, 1, 2, 9, 10, 11, 121, 999, 60_000, 86_400_000, 2_147_483_647]
    with connection.cursor() as cursor:
        cursor.execute("SELECT analytics_bucket(ms) FROM unnest(%s::int[]) ms", [asked])
        found = [bucket for (bucket,) in cursor.fetchall()]
    assert found == [histogram.bucket(ms) for ms in asked]
