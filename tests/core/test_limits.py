"""A limit counts before the work, for all processes together."""

import threading

import pytest
from pytest_django import Settings

from apps.core.errors import TooMany, Unavailable
from apps.core.limits import Limit

pytestmark = pytest.mark.usefixtures("db")
LIMIT = Limit("test", times=3, seconds=60)


def test_the_try_after_the_last_is_refused_with_a_time() -> None:
    for _ in range(3):
        LIMIT.charge("alice")
    with pytest.raises(TooMany) as refusal:
        LIMIT.charge("alice")
    assert 1 <= refusal.value.retry_after <= 60
    LIMIT.charge("bob")


def test_a_good_try_is_given_back() -> None:
    for _ in range(10):
        LIMIT.give_back("alice", LIMIT.charge("alice"))
    for _ in range(3):
        LIMIT.charge("alice")
    with pytest.raises(TooMany):
        LIMIT.charge("alice")


def test_parallel_tries_do_not_slip_through() -> None:
    passed: list[int] = []

    def one() -> None:
        try:
            LIMIT.charge("crowd")
            passed.append(1)
        except TooMany:
            pass

    threads = [threading.Thread(target=one) for _ in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(passed) == 3


def test_without_redis_nothing_is_let_through(settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    with pytest.raises(Unavailable):
        LIMIT.charge("alice")
    with pytest.raises(Unavailable):
        LIMIT.give_back("alice", "ticket")
