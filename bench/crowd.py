"""Fifty people who text at once, each waiting for an answer before they text again.

From the webhook's call to the carrier having the reply. Beside it the same words one
person after the other, which is the least that they can take.
"""

import statistics
import tempfile
import threading
import time
from pathlib import Path

from bench import load
from bench.answers import (
    OURS,
    PATIENCE,
    Place,
    _said,
    _workers,
    set_up,
)
from bench.carrier import Carrier
from bench.web import Web, serve
from bench.webhook import _one, installation
from config.embedded.folder import Folder
from config.embedded.postgres import Postgres
from config.embedded.redis import Redis
from config.embedded.stack import running, urls

PEOPLE, TEXTS, WARM = 50, 10, 2
TARGET_P95 = 1_000
SAID = (
    "remind me to call Ana {n} tomorrow at 9",
    "buy milk {n}, eggs and bread",
    "shopping",
    "note the gate sticks {n}",
    "18% of {n}",
    "reminders",
    "remember my shoe size is {n}",
    "what did I say about the gate",
    "time in Tokyo",
    "undo",
)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="switchboard-bench-") as name:
        folder = Path(name)
        with running(Folder(folder), "run", [Postgres, Redis]) as servers:
            carrier = Carrier()
            environment = installation(urls(servers), folder) | {
                "SMS_GATEWAY": "twilio",
                "TWILIO_API_BASE": carrier.url,
                "LOG_LEVEL": "WARNING",
            }
            (postgres,) = (one for one in servers if one.name == "postgres")
            log = folder / "workers.log"
            place = Place(environment, carrier, log, postgres.process.pid)
            set_up(place, OURS)
            web = serve("config.wsgi:application", environment, log)
            with _workers("ours", place), web as site:
                alone = _crowd(place, site, people=1, first=PEOPLE + 1)
                crowd = _crowd(place, site, people=PEOPLE, first=1)
    print(f"\n{PEOPLE} people at once, {TEXTS} texts each; until the carrier has it\n")
    print(
        f"{'one alone: p50, p95, ms':32}{_p(alone, 0.5):10.1f}{_p(alone, 0.95):10.1f}"
    )
    print(f"{'each of all: p50, ms':32}{_p(crowd, 0.5):10.1f}")
    _said("each of all: p95, ms", _p(crowd, 0.95), TARGET_P95)


def _crowd(place: Place, web: Web, *, people: int, first: int) -> list[float]:
    """Milliseconds of each answer but the first ones."""
    place.carrier.forget()
    spent: list[float] = []
    threads = [
        threading.Thread(target=_talk, args=[place, web, person, spent])
        for person in range(first, first + people)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(spent) != people * (TEXTS - WARM):
        raise SystemExit("somebody was not answered")
    return spent


def _talk(place: Place, web: Web, person: int, spent: list[float]) -> None:
    token = place.environment["TWILIO_AUTH_TOKEN"]
    number = f"+1{2_025_000_000 + person}"
    for turn in range(TEXTS):
        words = SAID[(turn + person) % len(SAID)].format(n=turn + 2)
        path, body, headers = _one(token, 25_000_000 + person, words)
        start = time.monotonic()
        request = load.http_request(path, body.encode(), headers)
        if load.run(web.port, [request], connections=1).errors:
            raise SystemExit("the webhook did not take a text")
        at = place.carrier.wait_for_reply(number, turn + 1, PATIENCE)
        if turn >= WARM:
            spent.append((at - start) * 1e3)


def _p(spent: list[float], share: float) -> float:
    if share == 0.5:
        return statistics.median(spent)
    return sorted(spent)[int(len(spent) * share)]


if __name__ == "__main__":
    main()
