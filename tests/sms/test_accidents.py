"""Nothing lost, nothing answered twice, always in order: with real processes killed.

One installation for the whole file, against a loopback server that speaks Twilio's
REST and has its moods.
"""

import json
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sms.havoc import SEED, Day
from tests.sms.installation import Installation, installation, number_of, wait_until

PEOPLE = 200
# What the issue allows after a recovery.
RECOVERY_SECONDS = 30


@pytest.fixture(scope="module")
def running(
    tmp_path_factory: pytest.TempPathFactory, migrated: str
) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("installation")
    with installation(folder, PEOPLE, migrated) as whole:
        yield whole


def say(running: Installation, person: int, item: str) -> None:
    sid = f"SM{item.encode().hex():0>32}"
    body = f"remind me to {item} tomorrow at 9"
    assert running.text(body, number=number_of(person), sid=sid) == 200


def assert_answered_once_in_order(running: Installation, items: int) -> None:
    """DESIGN's definition of answered, from the rows and from what Twilio accepted."""
    remembered = running.rows(
        "SELECT text, count(*) FROM assistant_reminder GROUP BY 1"
    )
    assert len(remembered) == items
    assert all(count == 1 for _, count in remembered)
    assert (
        running.rows(
            "SELECT t.id FROM sms_turn t LEFT JOIN sms_outboundtext o ON o.turn_id = t.id"
            " WHERE (o.id IS NULL) = (t.silence = '')"
        )
        == []
    )
    accepted = [(sent.to, sent.body) for sent in running.twilio.sent]
    replies = running.rows(
        "SELECT number, body FROM sms_outboundtext WHERE state = 'sent' ORDER BY id"
    )
    for number in {to for to, _ in accepted + replies}:
        assert [body for to, body in accepted if to == number] == [
            body for to, body in replies if to == number
        ]
    assert (
        running.rows(
            "SELECT a.id FROM sms_inboundtext a JOIN sms_inboundtext b"
            " ON a.lane_id = b.lane_id AND a.id < b.id AND a.turn_id > b.turn_id"
        )
        == []
    )


def assert_paid_once(running: Installation) -> None:
    """Killed between setting aside, sending and booking: every text that came, and
    every text that Twilio took, costs once; nothing else costs."""
    assert (
        running.rows(
            "SELECT i.id FROM sms_inboundtext i LEFT JOIN sms_charge c"
            " ON c.inbound_id = i.id WHERE c.id IS NULL OR c.state <> 'spent'"
        )
        == []
    )
    assert (
        running.rows(
            "SELECT o.id FROM sms_outboundtext o LEFT JOIN sms_charge c"
            " ON c.text_id = o.id WHERE c.id IS NULL OR c.sid <> o.provider_sid"
            " OR c.state <> (CASE o.state WHEN 'sent' THEN 'spent' ELSE 'released' END)"
        )
        == []
    )
    ((charged, by_lines, by_budget),) = running.rows(
        "SELECT (SELECT sum(micros) FROM sms_charge),"
        " (SELECT sum(micros) FROM sms_entry),"
        " (SELECT sum(long_micros) FROM sms_spending WHERE scope = 'answers:all')"
    )
    assert charged == by_lines == by_budget
    accepted = {sent.sid for sent in running.twilio.sent}
    paid = running.rows("SELECT sid FROM sms_charge WHERE what = 'out' AND sid <> ''")
    assert {sid for (sid,) in paid} == accepted


def test_a_thousand_texts_on_the_worst_of_days(running: Installation) -> None:
    chance = random.Random(SEED)
    moods: list[int | str] = ["accept"] * 600 + [429] * 60 + [500] * 30
    moods += ["accept and drop"] * 50 + ["accept and 500"] * 20 + ["drop"] * 20
    chance.shuffle(moods)
    running.twilio.behave(*moods)
    day = Day(running, people=PEOPLE, texts_each=5)
    day.pass_by()
    wait_until(running.is_settled, seconds=120, what="settling after the havoc")
    running.twilio.calm()
    assert_answered_once_in_order(running, day.texts)
    assert_paid_once(running)
    # What operators are told says the same.
    told = json.loads(running.run("tests.sms.audited").splitlines()[-1])
    assert (told["lost"], told["doubled"], told["unordered"]) == (0, 0, 0)
    assert told["texts"] == day.texts == 1_000


def test_a_worker_killed_alone_is_replaced_within_the_time_allowed(
    running: Installation,
) -> None:
    before = running.rows("SELECT count(*) FROM assistant_reminder")[0][0]
    say(running, 0, "killed-twice")
    for name in ("worker1", "worker2"):
        running.kill(name)
    for name in ("worker1", "worker2"):
        running.start(name)
    wait_until(running.is_settled, seconds=RECOVERY_SECONDS, what="settling")
    assert_answered_once_in_order(running, before + 1)


def test_redis_emptied_in_the_middle_loses_nothing(running: Installation) -> None:
    import redis

    before = running.rows("SELECT count(*) FROM assistant_reminder")[0][0]
    client = redis.Redis.from_url(running.environment["REDIS_URL"])
    for n in range(10):
        say(running, n % PEOPLE, f"flushed-{n}")
        client.flushdb()
    wait_until(running.is_settled, seconds=RECOVERY_SECONDS, what="settling")
    assert_answered_once_in_order(running, before + 10)


def test_redis_stopped_for_a_while_loses_nothing(running: Installation) -> None:
    before = running.rows("SELECT count(*) FROM assistant_reminder")[0][0]
    redis = running.servers["redis"]
    redis.process.send_signal(signal.SIGKILL)
    redis.process.wait()
    for n in range(10):
        say(running, n % PEOPLE, f"without-redis-{n}")
    status, body = running.request("GET", "/health/ready")
    assert status == 503 and '"redis": "not reachable' in body
    redis.launch()
    redis.wait()
    wait_until(running.is_settled, seconds=RECOVERY_SECONDS, what="settling")
    assert_answered_once_in_order(running, before + 10)


def test_redis_that_hangs_keeps_nobody_waiting(running: Installation) -> None:
    """Bell, beat and the workers' broker are all that Redis."""
    before = running.rows("SELECT count(*) FROM assistant_reminder")[0][0]
    wait_until(running.is_settled, seconds=RECOVERY_SECONDS, what="settling")
    redis = running.servers["redis"]
    redis.process.send_signal(signal.SIGSTOP)
    try:
        for n in range(5):
            say(running, n, f"hung-redis-{n}")
        took = wait_until(running.is_settled, seconds=20, what="an answer")
        say(running, 0, "hung-redis-later")
        wait_until(running.is_settled, seconds=20, what="another answer")
    finally:
        redis.process.send_signal(signal.SIGCONT)
    print(f"answered without Redis after {took:.1f} s")
    wait_until(running.is_settled, seconds=RECOVERY_SECONDS, what="settling")
    assert_answered_once_in_order(running, before + 6)


def test_postgresql_away_for_a_moment_is_503_and_recovers_without_restart(
    running: Installation,
) -> None:
    before = running.rows("SELECT count(*) FROM assistant_reminder")[0][0]
    postgres = running.servers["postgres"]
    postgres.process.send_signal(signal.SIGQUIT)
    postgres.process.wait()
    assert running.text("hello", number=number_of(0)) == 503
    started = time.monotonic()
    status, body = running.request("GET", "/health/ready")
    assert status == 503 and '"database": "not reachable' in body
    assert time.monotonic() - started < 3
    postgres.launch()
    postgres.wait()
    for n in range(4):
        say(running, n, f"postgres-{n}")
    wait_until(running.is_settled, seconds=RECOVERY_SECONDS, what="settling")
    assert_answered_once_in_order(running, before + 4)


def test_every_log_line_of_a_text_carries_its_request_id(
    running: Installation, tmp_path: Path
) -> None:
    say(running, 1, "trace-me")
    wait_until(running.is_settled, seconds=RECOVERY_SECONDS, what="settling")
    ((request_id,),) = running.rows(
        "SELECT request_id FROM sms_inboundtext WHERE body LIKE '%trace-me%'"
    )
    lines = [
        line
        for path in running.logs.glob("*.log")
        for line in path.read_text(errors="replace").splitlines()
        if request_id in line
    ]
    for event in ("sms_received", "turn_began", "turn_finished", "sms_sent"):
        assert any(f'"{event}"' in line for line in lines), event
    everything = "".join(path.read_text() for path in running.logs.glob("*.log"))
    assert "trace-me" not in everything
    assert number_of(1) not in everything
