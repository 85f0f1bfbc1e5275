"""The worst of days: everybody texts, Twilio repeats itself, and everything is killed.

Twilio brings each text one to three times, and again to whoever did not answer.
"""

import itertools
import random
import signal
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import redis

from tests.sms.installation import Installation, number_of, wait_until

SEED = 20261126
KILLS = 20
# How often each is killed: a web server that is always down takes no text to lose.
VICTIMS = {"web": 1, "worker1": 3, "worker2": 3, "beat": 1}
# Seconds. Twilio's own patience is longer; a database recovers from a crash in a few.
PATIENCE = 60
# After so many kills.
REDIS_EMPTIED, REDIS_KILLED, POSTGRES_CRASHED = KILLS // 4, KILLS // 2, 3 * KILLS // 4


@dataclass
class Day:
    running: Installation
    people: int
    texts_each: int
    taken: list[str] = field(default_factory=list)

    @property
    def texts(self) -> int:
        return self.people * self.texts_each

    def pass_by(self) -> None:
        """Returns when every text was taken and `KILLS` process groups were killed."""
        with ThreadPoolExecutor(1) as world:
            talking = world.submit(self._talk)
            # Here, for servers die with the thread that has started them.
            self._wreak(talking)
            talking.result()

    def _talk(self) -> None:
        """Of one person in order, of different people side by side."""
        with ThreadPoolExecutor(4) as phones:
            for number in range(self.texts_each):
                list(
                    phones.map(lambda p, n=number: self._text(p, n), range(self.people))
                )

    def _text(self, person: int, number: int) -> None:
        chance = random.Random(f"{SEED}:{person}:{number}")
        item = f"chaos-{person}-{number}"
        sid = f"SM{item.encode().hex():0>32}"
        roads = itertools.cycle([False, True])

        def is_taken() -> bool:
            status = self.running.try_to_text(
                f"remind me to {item} tomorrow at 9",
                number=number_of(person),
                sid=sid,
                by_fallback=next(roads),
            )
            return status == 200

        for _ in range(chance.choice([1, 1, 2, 3])):
            wait_until(is_taken, seconds=PATIENCE, what=f"taking {item}")
        self.taken.append(item)

    def _wreak(self, talking: "Future[None]") -> None:
        """Evenly over the day, as it goes on."""
        chance = random.Random(SEED)
        for kill in range(1, KILLS + 1):
            share = self.texts * kill // (KILLS + 1)
            self._wait_for(share, talking)
            (victim,) = chance.choices(list(VICTIMS), weights=list(VICTIMS.values()))
            self.running.kill(victim)
            self.running.start(victim)
            if kill == REDIS_EMPTIED:
                redis.Redis.from_url(self.running.environment["REDIS_URL"]).flushdb()
            elif kill == REDIS_KILLED:
                self._break_down("redis", signal.SIGKILL)
            elif kill == POSTGRES_CRASHED:
                self._break_down("postgres", signal.SIGQUIT)

    def _wait_for(self, texts: int, talking: "Future[None]") -> None:
        wait_until(
            lambda: talking.done() or len(self.taken) >= texts,
            seconds=120,
            what=f"taking {texts} texts",
        )

    def _break_down(self, name: str, how: signal.Signals) -> None:
        server = self.running.servers[name]
        server.process.send_signal(how)
        server.process.wait()
        server.launch()
        server.wait()
