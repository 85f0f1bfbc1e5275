"""From a text that arrives to somebody's own program that knows of it: through a whole
installation, where every part is a process of its own."""

import json
from collections.abc import Iterator

import pytest

from tests.sms.installation import Installation, installation, number_of, wait_until
from tests.webhooks.receiver import Receiver
from tests.webhooks.verifying import is_genuine

# Two rounds of beat and a busy machine.
SECONDS = 30


@pytest.fixture(scope="module")
def running(
    tmp_path_factory: pytest.TempPathFactory, migrated: str
) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("installation")
    with installation(folder, 1, migrated) as whole:
        yield whole


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
