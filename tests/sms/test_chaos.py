"""A thousand texts on the worst of days: nothing lost, nothing twice, always in order.

Two hundred people text; Twilio brings each text one to three times, and again to whoever
did not answer. Meanwhile whole process groups are killed, Redis is emptied and killed,
PostgreSQL breaks down, and the gateway has its moods.
"""

import json
import random
import signal
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
import redis

from tests.sms.installation import (
    Installation,
    installation,
    number_of,
    wait_until,
)
from tests.sms.test_accidents import assert_answered_once_in_order, assert_paid_once

PEOPLE, TEXTS_EACH, KILLS = 200, 5, 20
SEED = 20261126
# Twilio's own are fewer, over a longer time.
TRIES = 400
# How often each is killed: a web server that is always down takes no text to lose.
VICTIMS = {"web": 1, "worker1": 3, "worker2": 3, "beat": 1}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installation(tmp_path_factory.mktemp("chaos"), PEOPLE) as whole:
        yield whole


def deliver(running: Installation, person: int, number: int) -> None:
    """As Twilio does: until somebody has thanked, and then perhaps once more."""
    chance = random.Random(f"{SEED}:{person}:{number}")
    item = f"chaos-{person}-{number}"
    sid = f"SM{item.encode().hex():0>32}"
    thanked, wanted = 0, chance.choice([1, 1, 2, 3])
    for attempt in range(TRIES):
        try:
            status = running.text(
                f"remind me to {item} tomorrow at 9",
                number=number_of(person),
                sid=sid,
                by_fallback=attempt % 2 == 1,
            )
        except OSError:
            status = 0
        if status != 200:
            time.sleep(0.25)
            continue
        thanked += 1
        if thanked == wanted:
            return
    assert thanked, f"{item} was never taken"


def talk(running: Installation) -> None:
    """Of one person in order, of different people side by side."""
    with ThreadPoolExecutor(4) as phones:
        for number in range(TEXTS_EACH):
            list(phones.map(lambda p, n=number: deliver(running, p, n), range(PEOPLE)))


def havoc(running: Installation, talking: Future[None]) -> int:
    """How many process groups were killed."""
    chance = random.Random(SEED)
    kills = 0
    while kills < KILLS or not talking.done():
        (victim,) = chance.choices(list(VICTIMS), weights=list(VICTIMS.values()))
        running.kill(victim)
        running.start(victim)
        kills += 1
        if kills == KILLS // 4:
            redis.Redis.from_url(running.environment["REDIS_URL"]).flushdb()
        elif kills == KILLS // 2:
            break_down(running, "redis", signal.SIGKILL)
        elif kills == 3 * KILLS // 4:
            break_down(running, "postgres", signal.SIGQUIT)
        # Long enough for work to be under way, and in all for a minute of it.
        time.sleep(chance.uniform(1.0, 3.0))
    return kills


def break_down(running: Installation, name: str, how: signal.Signals) -> None:
    server = running.servers[name]
    server.process.send_signal(how)
    server.process.wait()
    time.sleep(1)
    server.launch()
    server.wait()


def test_a_thousand_texts_on_the_worst_of_days(running: Installation) -> None:
    chance = random.Random(SEED)
    moods: list[int | str] = ["accept"] * 600 + [429] * 60 + [500] * 30
    moods += ["accept and drop"] * 50 + ["accept and 500"] * 20 + ["drop"] * 20
    chance.shuffle(moods)
    running.twilio.behave(*moods)
    with ThreadPoolExecutor(1) as world:
        talking = world.submit(talk, running)
        # Here, for servers die with the thread that has started them.
        kills = havoc(running, talking)
        talking.result()
    assert kills >= KILLS
    wait_until(running.is_settled, seconds=120, what="settling after the havoc")
    running.twilio.calm()
    assert_answered_once_in_order(running, PEOPLE * TEXTS_EACH)
    assert_paid_once(running)
    # What operators are told says the same.
    told = json.loads(running.run("tests.sms.audited").splitlines()[-1])
    assert (told["lost"], told["doubled"], told["unordered"]) == (0, 0, 0)
    assert told["texts"] == PEOPLE * TEXTS_EACH
