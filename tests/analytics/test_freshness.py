"""A text is in its person's figures within five seconds: with a web server, workers and a
beat of their own, as they run."""

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from tests.sms.installation import Installation, installation, number_of, wait_until

# What is promised (docs/analytics.md).
SECONDS = 5
ROUNDS = 3


@pytest.fixture(scope="module")
def running(
    tmp_path_factory: pytest.TempPathFactory, migrated: str
) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("installation")
    # This one's threads share their connections, which nobody may notice.
    with installation(folder, 1, migrated, DATABASE_POOL_SIZE="2") as whole:
        yield whole


def test_a_text_is_in_its_persons_usage_within_five_seconds(
    running: Installation,
) -> None:
    number = number_of(0)
    cookie = running.run("tests.analytics.sign_in", number).strip()

    def is_there(texts: int) -> bool:
        headers = {"Cookie": cookie}
        status, body = running.request(
            "GET", "/api/v1/usage?period=7d", headers=headers
        )
        assert status == 200, body
        volume: dict[str, Any] = json.loads(body)["volume"]
        # Its answer is there as soon as it is.
        return bool(volume["came"] == volume["went"] == texts)

    # What is slow once: each process reads its words.
    assert running.text("hello", number=number) == 200
    first = partial(is_there, 1)
    wait_until(first, seconds=30, what="the first text in the figures")
    for n in range(ROUNDS):
        # Right after a drain: the longest way to the next.
        assert running.text(f"note {n}", number=number) == 200
        there = partial(is_there, n + 2)
        wait_until(there, seconds=SECONDS, what="a text in the figures")


def test_how_long_its_webhooks_took_is_as_well(running: Installation) -> None:
    """Each process writes what it counted, and what is told to end loses nothing."""

    def told() -> int:
        ((times,),) = running.rows(
            "SELECT coalesce(sum(times), 0) FROM analytics_speedday"
            " WHERE stage = 'webhook'"
        )
        return int(times)

    number = number_of(0)
    before = ROUNDS + 1
    wait_until(lambda: told() == before, seconds=15, what="times of calls")
    assert running.text("hello", number=number) == 200
    web = running.processes["web"]
    web.terminate()
    web.wait(timeout=30)
    wait_until(lambda: told() == before + 1, seconds=15, what="the time of the last")
