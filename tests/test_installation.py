"""A whole installation, where every part is a process of its own: a text that arrives is
told to its owner's program, and is in its person's figures within five seconds."""

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from tests.sms.installation import Installation, installation, number_of, wait_until
from tests.webhooks.receiver import Receiver, listening
from tests.webhooks.verifying import is_genuine

# Two rounds of beat and a busy machine.
SECONDS = 30
# What is promised of figures (docs/analytics.md).
PROMISED = 5
ROUNDS = 3


@pytest.fixture(scope="module")
def running(
    tmp_path_factory: pytest.TempPathFactory, migrated: str
) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("installation")
    # This one's threads share their connections, which nobody may notice.
    with installation(folder, 2, migrated, DATABASE_POOL_SIZE="2") as whole:
        yield whole


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as found:
        yield found


def told(receiver: Receiver) -> list[str]:
    return [json.loads(each.body)["type"] for each in receiver.seen]


def test_a_text_is_told_to_its_owners_program_signed_seconds_later(
    running: Installation, receiver: Receiver
) -> None:
    secret = running.run("tests.webhooks.subscribed", receiver.url).strip()
    assert running.text("note the gate sticks", number=number_of(0)) == 200
    wait_until(
        lambda: {"message.received", "message.sent"} <= set(told(receiver)),
        seconds=SECONDS,
        what="telling of a text and of its answer",
    )
    for seen in receiver.seen:
        assert is_genuine(secret, seen.headers, seen.body)
        assert b"gate" not in seen.body
    ((came, went),) = running.rows(
        "SELECT i.id, o.id FROM sms_inboundtext i"
        " JOIN sms_outboundtext o ON o.turn_id = i.turn_id"
    )
    ids = {json.loads(each.body)["data"]["id"] for each in receiver.seen}
    named = running.run("tests.webhooks.named", str(came), str(went))
    assert ids == {*named.split()}
    assert len(receiver.seen) == len(set(receiver.ids())) == 2
    wait_until(
        lambda: running.rows("SELECT state, status_code FROM webhooks_delivery")
        == [("delivered", 200)] * 2,
        seconds=SECONDS,
        what="keeping how it went",
    )


def test_what_came_while_nobody_could_tell_is_told_by_whoever_comes_back(
    running: Installation, receiver: Receiver
) -> None:
    for name in ("worker1", "worker2", "beat"):
        running.kill(name)
    running.run("tests.webhooks.subscribed", receiver.url)
    assert running.text("note the bell is broken", number=number_of(0)) == 200
    assert receiver.seen == []
    for name in ("worker1", "beat"):
        running.start(name)
    wait_until(
        lambda: {"message.received", "message.sent"} <= set(told(receiver)),
        seconds=2 * SECONDS,
        what="telling after everything was killed",
    )
    running.start("worker2")


def test_a_text_is_in_its_persons_usage_within_five_seconds(
    running: Installation,
) -> None:
    number = number_of(1)
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
        wait_until(there, seconds=PROMISED, what="a text in the figures")


def test_how_long_its_webhooks_took_is_as_well(running: Installation) -> None:
    """Each process writes what it counted, and what is told to end loses nothing."""

    def counted() -> int:
        ((times,),) = running.rows(
            "SELECT coalesce(sum(times), 0) FROM analytics_speedday"
            " WHERE stage = 'webhook'"
        )
        return int(times)

    number = number_of(1)
    ((before,),) = running.rows("SELECT count(*) FROM sms_inboundtext")
    wait_until(lambda: counted() == before, seconds=15, what="times of calls")
    assert running.text("hello", number=number) == 200
    web = running.processes["web"]
    web.terminate()
    web.wait(timeout=30)
    wait_until(lambda: counted() == before + 1, seconds=15, what="the time of the last")
