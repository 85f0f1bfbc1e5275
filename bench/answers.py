"""Answers: how fast a backlog is answered, how soon after everything was killed, and how
long one person waits for one answer.

Each text is of a person of their own, so nothing is answered together. "Answered" is:
the carrier has taken the reply. The limit claims a row, hands words over and marks the
row; the usual way is a Celery task for each text, with the ORM and Twilio's SDK. All
have two processes, the same carrier on loopback, and durable commits.
"""

import contextlib
import os
import secrets
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import redis

from bench import load
from bench.carrier import Carrier
from bench.web import Web, serve
from bench.webhook import FULL, _one, _usual, installation
from config.embedded.folder import Folder
from config.embedded.postgres import Postgres
from config.embedded.redis import Redis
from config.embedded.stack import running, urls

TEXTS = 10_000 if FULL else 1_000
ROUNDS = 3
IDLE = 200 if FULL else 100
# Those who text one at a time wait behind nothing of their own.
WARM, PEOPLE = 5, TEXTS + 5 + IDLE
TARGET_RATE, TARGET_P50, TARGET_P95 = 200, 150, 400
# How long any of it may take.
PATIENCE = 900
_TICKS = os.sysconf("SC_CLK_TCK")
# As many people as texts. Limits meant for people are out of the way: all of this is
# within a minute, and of one area.
OURS = f"""
CREATE TABLE bare_inbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, sid text UNIQUE, number text,
    body text, reply text, reply_sid text, received_at timestamptz DEFAULT now());
INSERT INTO accounts_user (id, password, public_id, email, email_canonical, name,
    timezone, is_active, created_at)
SELECT n, '', gen_random_uuid(), n || '@bench', n || '@bench', '', 'UTC', true,
    now() FROM generate_series(1, {PEOPLE}) n;
INSERT INTO accounts_user_groups (user_id, group_id)
SELECT n, (SELECT group_id FROM rbac_role WHERE slug = 'user')
FROM generate_series(1, {PEOPLE}) n;
INSERT INTO user_phone_mappings (public_id, user_id, e164, label, status, is_primary,
    created_at)
SELECT gen_random_uuid(), n, '+1' || (2025000000 + n), '', 'verified', true, now()
FROM generate_series(1, {PEOPLE}) n;
UPDATE sms_router_configs SET config_value = '1000000'
WHERE config_key LIKE 'budgets.answers\\_%';
UPDATE sms_router_configs SET config_value = '600'
WHERE config_key = 'pace.answers_a_minute';
ANALYZE;
"""
USUAL = f"""
INSERT INTO auth_user (id, password, is_superuser, username, first_name, last_name,
    email, is_staff, is_active, date_joined)
SELECT n, '', false, n::text, '', '', '', false, true, now()
FROM generate_series(1, {PEOPLE}) n;
INSERT INTO usual_phone (id, user_id, number)
SELECT n, n, '+1' || (2025000000 + n) FROM generate_series(1, {TEXTS}) n;
ANALYZE;
"""
WORDS = "remind me to call Ana {round} tomorrow at 9"
FILL = {
    "bare": (
        "INSERT INTO bare_inbox (sid, number, body)"
        " SELECT 'SM' || %(round)s || '-' || n, '+1' || (2025000000 + n), %(words)s"
        " FROM generate_series(1, %(texts)s) n"
    ),
    "ours": (
        "SELECT count(r.outcome) FROM generate_series(1, %(texts)s) n,"
        " sms_receive('SM' || %(round)s || '-' || n, '+1' || (2025000000 + n),"
        " '+12025550100', %(words)s, '', 0::smallint, '[]'::jsonb, '') r"
    ),
    "usual": (
        "INSERT INTO usual_message (sid, user_id, phone_id, from_number, to_number,"
        " body, created_at, reply, reply_sid)"
        " SELECT 'SM' || %(round)s || '-' || n, n, n, '+1' || (2025000000 + n),"
        " '+12025550100', %(words)s, now(), '', '' FROM generate_series(1, %(texts)s) n"
    ),
}
CELERY = [sys.executable, "-W", "ignore::UserWarning", "-m", "celery", "-q", "-A"]
_TWO = ["worker", "--concurrency", "2", "-l", "error"]
_TWO += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
COMMANDS = {
    "bare": [[sys.executable, "-m", "bench.bare_drain"]] * 2,
    "ours": [
        # The sweep, for what falls due when nobody is awake.
        [*CELERY, "config", "beat", "-l", "error"],
        [*CELERY, "config", *_TWO, "-n", "ours@%h", "-Q", "messages"],
    ],
    "usual": [[*CELERY, "bench.usual.worker", *_TWO, "-n", "usual@%h"]],
}
NAMES = {
    "bare": "bare SKIP LOCKED loop (limit)",
    "ours": "Switchboard",
    "usual": "a Celery task a text, ORM",
}


@dataclass
class Place:
    """Where one variant works."""

    environment: dict[str, str]
    carrier: Carrier
    log: Path
    postgres: int


@dataclass
class Figures:
    rate: list[float] = field(default_factory=list)
    worker: list[float] = field(default_factory=list)  # milliseconds of CPU an answer
    database: list[float] = field(default_factory=list)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="switchboard-bench-") as name:
        folder = Path(name)
        with running(Folder(folder), "run", [Postgres, Redis]) as servers:
            carrier = Carrier()
            environment = installation(urls(servers), folder) | {
                "SMS_GATEWAY": "twilio",
                "TWILIO_API_BASE": carrier.url,
                "SMS_UNKNOWN_GRACE": "5",
                "LOG_LEVEL": "WARNING",
            }
            (postgres,) = (one for one in servers if one.name == "postgres")
            log, pid = folder / "workers.log", postgres.process.pid
            places = {
                "bare": Place(environment, carrier, log, pid),
                "ours": Place(environment, carrier, log, pid),
                "usual": Place(_usual(environment), carrier, log, pid),
            }
            try:
                _build(places)
                draining(places)
                recovering(places["ours"])
                waiting(places["ours"])
            except BaseException:
                if log.exists():
                    print(log.read_text(errors="replace")[-3000:], file=sys.stderr)
                raise


def _build(places: Mapping[str, Place]) -> None:
    own = places["ours"].environment
    with psycopg.connect(own["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("CREATE DATABASE usual")
    set_up(places["ours"], OURS)
    set_up(places["usual"], USUAL, gather=False)


def set_up(place: Place, rows: str, *, gather: bool = True) -> None:
    """An installation with these rows."""
    own = place.environment
    steps = [["migrate", "-v0"], ["migrate", "-v0", "--run-syncdb"]]
    if gather:
        steps.append(["collectstatic", "--no-input", "-v0"])
    for step in steps:
        command = [sys.executable, "-m", "django", *step]
        subprocess.run(command, env={**os.environ, **own}, check=True)
    with psycopg.connect(own["DATABASE_URL"]) as connection:
        connection.execute(rows.encode())


def draining(places: Mapping[str, Place]) -> None:
    figures = {name: Figures() for name in places}
    for round_ in range(ROUNDS):
        for name, place in places.items():
            _drain(name, place, round_, figures[name])
    print(f"\nA backlog of {TEXTS:,} texts of as many people, two worker processes;")
    print(f"medians of {ROUNDS} rounds (spread); CPU in ms an answer\n")
    print(f"{'':32}{'answers/s':>18}{'of workers':>16}{'of PostgreSQL':>18}")
    for name, own in figures.items():
        print(
            f"{NAMES[name]:32}{_spread(own.rate, 0):>18}"
            f"{_spread(own.worker, 1):>16}{_spread(own.database, 1):>18}"
        )
    rate, usual = (statistics.median(figures[n].rate) for n in ("ours", "usual"))
    limit = statistics.median(figures["bare"].rate)
    print(f"\nof the limit {rate / limit:.2f}, times the usual {rate / usual:.2f}")
    _said("answers a second", rate, TARGET_RATE, is_least=True)


def _drain(name: str, place: Place, round_: int, own: Figures) -> None:
    _fill(name, place, f"d{round_}")
    place.carrier.forget()
    before = _cpu(place.postgres)
    with _workers(name, place) as processes:
        place.carrier.wait_for(1, PATIENCE)
        idle = sum(_cpu(process.pid) for process in processes)
        place.carrier.wait_for(TEXTS, PATIENCE)
        # A bare worker may be gone by now; what it took is left in ours.
        spent = sum(_cpu(process.pid) for process in processes) - idle
        if name == "ours":
            _settle(place)
    moments = [at for at, _, _ in place.carrier.taken]
    if len({number for _, number, _ in place.carrier.taken}) != TEXTS:
        raise SystemExit(f"{name}: somebody was answered twice, or nobody")
    if name == "ours":
        _prove(place, round_)
    own.rate.append((TEXTS - 1) / (moments[-1] - moments[0]))
    own.worker.append(spent / TEXTS * 1e3)
    own.database.append((_cpu(place.postgres) - before) / TEXTS * 1e3)


def _settle(place: Place) -> None:
    """Whoever is killed with a lane in hand leaves it to the next round."""
    held = "SELECT count(*) FROM sms_lane WHERE due_at IS NOT NULL"
    deadline = time.monotonic() + PATIENCE
    with psycopg.connect(place.environment["DATABASE_URL"], autocommit=True) as own:
        while own.execute(held).fetchone() != (0,):
            if time.monotonic() > deadline:
                raise SystemExit("lanes are due and nobody works them")
            time.sleep(0.05)


def _prove(place: Place, round_: int) -> None:
    """That each was really understood."""
    with psycopg.connect(place.environment["DATABASE_URL"]) as connection:
        asked = "SELECT count(*) FROM assistant_reminder WHERE text = %s"
        row = connection.execute(asked, [f"call Ana d{round_}"]).fetchone()
    if row != (TEXTS,):
        raise SystemExit(f"{row} reminders; {place.carrier.taken[0]}")


def _fill(name: str, place: Place, round_: str) -> None:
    values = {"round": round_, "texts": TEXTS, "words": WORDS.format(round=round_)}
    url = place.environment["DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(FILL[name].encode(), values)
        connection.execute("ANALYZE")
    if name == "usual":
        own = {**os.environ, **place.environment}
        ask = [sys.executable, "-m", "bench.usual.ask", f"SM{round_}-"]
        subprocess.run(ask, env=own, check=True)


@contextlib.contextmanager
def _workers(name: str, place: Place) -> Iterator[list[subprocess.Popen[bytes]]]:
    processes: list[subprocess.Popen[bytes]] = []
    with place.log.open("ab") as log:
        for command in COMMANDS[name]:
            if name == "ours" and processes:
                # Until it rings: what it takes to start is nobody's answer.
                _wait_for_bell(place)
            processes.append(
                subprocess.Popen(
                    command,
                    env={**os.environ, **place.environment},
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            )
    try:
        yield processes
    finally:
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        redis.Redis.from_url(place.environment["REDIS_URL"]).flushdb()


def _wait_for_bell(place: Place) -> None:
    with redis.Redis.from_url(place.environment["REDIS_URL"]) as queues:
        deadline = time.monotonic() + PATIENCE
        while not queues.llen("celery:messages"):
            if time.monotonic() > deadline:
                raise SystemExit("nothing rings")
            time.sleep(0.05)


def recovering(place: Place) -> None:
    """Everything that works is killed in the middle of a backlog."""
    _fill("ours", place, "r")
    place.carrier.forget()
    with _workers("ours", place):
        place.carrier.wait_for(TEXTS // 10, PATIENCE)
    killed = time.monotonic()
    done = len(place.carrier.taken)
    with _workers("ours", place):
        place.carrier.wait_for(TEXTS, PATIENCE)
    moments = [at - killed for at, _, _ in place.carrier.taken[done:]]
    # What two workers held at the kill comes last, when its lease has ended.
    steady = moments[int(len(moments) * 0.95)]
    twice = len(place.carrier.taken) - len({n for _, n, _ in place.carrier.taken})
    print(f"\nAll workers killed with {TEXTS - done:,} texts left; seconds until\n")
    print(f"{'the first answer':32}{moments[0]:10.1f}")
    print(f"{'19 of 20 answers':32}{steady:10.1f}")
    print(f"{'the last answer':32}{moments[-1]:10.1f}")
    print(f"{'answered twice':32}{twice:10}")
    if twice:
        raise SystemExit("somebody was answered twice")


def waiting(place: Place) -> None:
    """One text after the other, from the webhook's call to the carrier's."""
    place.carrier.forget()
    token = place.environment["TWILIO_AUTH_TOKEN"]
    spent = []
    log = place.log
    own = place.environment
    with _workers("ours", place), serve("config.wsgi:application", own, log) as web:
        for number in range(-WARM, IDLE):
            taken = len(place.carrier.taken)
            # Nobody is awake for the last one any more, and no beat is the same.
            time.sleep(0.1 + secrets.randbelow(100) / 1_000)
            start = time.monotonic()
            _text(web, token, TEXTS + WARM + number + 1)
            place.carrier.wait_for(taken + 1, PATIENCE)
            if number >= 0:  # warm
                spent.append((place.carrier.taken[-1][0] - start) * 1e3)
    spent.sort()
    print(f"\nOne text at a time, {IDLE} of them, until the carrier has the reply\n")
    _said("p50, ms", statistics.median(spent), TARGET_P50)
    _said("p95, ms", spent[int(len(spent) * 0.95)], TARGET_P95)


def _text(web: Web, token: str, person: int) -> None:
    path, body, headers = _one(token, 25_000_000 + person)
    result = load.run(
        web.port, [load.http_request(path, body.encode(), headers)], connections=1
    )
    if result.errors:
        raise SystemExit("the webhook did not take a text")


def _cpu(pid: int) -> float:
    """Seconds of a process, of its children, and of those it has buried."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except FileNotFoundError:
        return 0.0
    own = sum(map(int, stat[11:15])) / _TICKS
    return own + sum(_cpu(int(child)) for child in children)


def _said(words: str, reached: float, target: float, is_least: bool = False) -> None:
    met = reached >= target if is_least else reached <= target
    sign = ">=" if is_least else "<="
    print(f"{words:32}{reached:10.1f}   target {sign} {target:g}: {_verdict(met)}")


def _verdict(met: bool) -> str:
    return "met" if met else "MISSED"


def _spread(values: list[float], digits: int) -> str:
    middle = statistics.median(values)
    return f"{middle:,.{digits}f} ({min(values):,.{digits}f}-{max(values):,.{digits}f})"


if __name__ == "__main__":
    main()
