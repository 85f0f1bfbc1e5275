"""Webhook acknowledgements: ours beside the bare limit and the usual way.

    make bench            a short run
    make bench FULL=1     more numbers, more requests

Every variant proves the signature, looks the owner up, stores the text durably and
wakes a queue; the limit and ours keep the call as well. All stand behind the same
gunicorn, against the same servers. Rounds interleave (limit, ours, usual, limit, ...),
so a busy moment of the machine hits all alike. The usual way has Django's own defaults,
and once more a connection that is kept ("tuned").
"""

import contextlib
import json
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg
import redis

from apps.sms.signing import signature
from bench import inside, load
from bench.web import Web, serve
from config.embedded import servers

FULL = bool(os.environ.get("FULL"))
NUMBERS = 1_000_000 if FULL else 10_000
REQUESTS = 6_000 if FULL else 2_000
ROUNDS = 6 if FULL else 4
PATH = "/webhooks/twilio/sms/"
PUBLIC_URL = "https://switchboard.example"
VARIANTS = {
    "bare WSGI (limit)": ("bench.bare:application", "bare_inbox"),
    "Switchboard": ("config.wsgi:application", "sms_inboundtext"),
    "DRF, ORM, .delay()": ("bench.usual.wsgi:application", "usual_message"),
    "the same, tuned": ("bench.usual.wsgi:application", "usual_message"),
}
TUNED = {"USUAL_CONN_MAX_AGE": "60"}
OURS = """
CREATE TABLE bare_inbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, sid text UNIQUE,
    user_id bigint, number text, body text, received_at timestamptz DEFAULT now());
CREATE TABLE bare_journal (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, sid text, form text,
    called_at timestamptz DEFAULT now());
CREATE INDEX ON bare_journal (sid);
CREATE INDEX ON bare_journal (called_at);
INSERT INTO accounts_user (id, password, public_id, email, email_canonical, name,
    timezone, is_active, created_at)
SELECT n, '', gen_random_uuid(), n || '@bench', n || '@bench', '', 'UTC', true,
    now() FROM generate_series(1, {numbers}) n;
INSERT INTO user_phone_mappings (public_id, user_id, e164, label, status, is_primary,
    created_at)
SELECT gen_random_uuid(), n, '+1' || (2000000000 + n), '', 'verified', true, now()
FROM generate_series(1, {numbers}) n;
ANALYZE;
"""
USUAL = """
INSERT INTO auth_user (id, password, is_superuser, username, first_name, last_name,
    email, is_staff, is_active, date_joined)
SELECT n, '', false, n::text, '', '', '', false, true, now()
FROM generate_series(1, {numbers}) n;
INSERT INTO usual_phone (user_id, number)
SELECT n, '+1' || (2000000000 + n) FROM generate_series(1, {numbers}) n;
ANALYZE;
"""


@dataclass
class Figures:
    rate: list[float] = field(default_factory=list)
    p50: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)  # microseconds a request


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="switchboard-bench-") as folder:
        # The profile with durable commits: what a text is promised.
        with servers(Path(folder), "run") as urls:
            environment = installation(urls, Path(folder))
            build(environment)
            _build_usual(environment)
            with contextlib.ExitStack() as stack:
                log = Path(folder) / "web.log"
                webs = {
                    name: stack.enter_context(
                        serve(application, _place(name, environment), log)
                    )
                    for name, (application, _) in VARIANTS.items()
                }
                _report(_measure(webs, environment))


def installation(urls: Mapping[str, str], folder: Path) -> dict[str, str]:
    return dict(urls) | {
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "DATA_DIR": str(folder),
        "SECRET_KEY": secrets.token_hex(32),
        "FIELD_ENCRYPTION_KEYS": "k1:" + "A" * 43 + "=",
        "JWT_SIGNING_KEYS": "j1:" + "A" * 43 + "=",
        "PUBLIC_URL": PUBLIC_URL,
        "EMAIL_URL": "dummymail://",
        "ALLOWED_HOSTS": "127.0.0.1",
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
        "TWILIO_NUMBER": "+12025550100",
        "LOG_LEVEL": "INFO",
    }


def _place(name: str, environment: Mapping[str, str]) -> dict[str, str]:
    """The environment of a variant."""
    if not VARIANTS[name][1].startswith("usual"):
        return dict(environment)
    return _usual(environment) | (TUNED if name.endswith("tuned") else {})


def _usual(environment: Mapping[str, str]) -> dict[str, str]:
    """Django's own user table needs a database apart from ours, on the same server."""
    url = environment["DATABASE_URL"].rpartition("/")[0] + "/usual"
    return {
        **environment,
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "bench.usual.settings",
    }


def build(environment: Mapping[str, str]) -> None:
    """Ours: pages' files, tables, people with numbers."""
    gather = [sys.executable, "-m", "django", "collectstatic", "--no-input", "-v0"]
    subprocess.run(gather, env={**os.environ, **environment}, check=True)
    _migrate(environment, OURS)


def _build_usual(environment: Mapping[str, str]) -> None:
    with psycopg.connect(environment["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("CREATE DATABASE usual")
    _migrate(_usual(environment), USUAL)


def _migrate(own: Mapping[str, str], rows: str) -> None:
    command = [sys.executable, "-m", "django", "migrate", "-v0"]
    # The usual app has no migrations, and its tables refer to migrated ones.
    for more in ([], ["--run-syncdb"]):
        subprocess.run([*command, *more], env={**os.environ, **own}, check=True)
    with psycopg.connect(own["DATABASE_URL"]) as connection:
        connection.execute(rows.format(numbers=NUMBERS).encode())


Request = tuple[str, str, dict[str, str]]  # path, body, headers


def _requests(token: str) -> list[Request]:
    """Signed texts of 19 fields, as Twilio sends them, from numbers all over."""
    return [_one(token, secrets.randbelow(NUMBERS) + 1) for _ in range(REQUESTS)]


def _one(
    token: str, person: int, words: str = "remind me to call Ana tomorrow at 9"
) -> Request:
    sid = "SM" + secrets.token_hex(16)
    fields = {
        "ToCountry": "US",
        "ToState": "DC",
        "SmsMessageSid": sid,
        "NumMedia": "0",
        "ToCity": "WASHINGTON",
        "FromZip": "20001",
        "SmsSid": sid,
        "FromState": "DC",
        "SmsStatus": "received",
        "FromCity": "WASHINGTON",
        "Body": words,
        "FromCountry": "US",
        "To": "+12025550100",
        "ToZip": "20001",
        "NumSegments": "1",
        "MessageSid": sid,
        "AccountSid": "AC" + "0" * 32,
        "From": f"+1{2_000_000_000 + person}",
        "ApiVersion": "2010-04-01",
    }
    headers = {
        "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
        "X-Twilio-Signature": signature(PUBLIC_URL + PATH, fields.items(), token),
        "X-Forwarded-Proto": "https",
    }
    return PATH, urlencode(fields), headers


def environs(token: str, many: int) -> Iterator[dict[str, Any]]:
    """The same, as the application is given them (bench/inside.py)."""
    for _ in range(many):
        yield inside.environ(*_one(token, secrets.randbelow(NUMBERS) + 1))


def _measure(
    webs: Mapping[str, Web], environment: Mapping[str, str]
) -> dict[str, Figures]:
    figures = {name: Figures() for name in VARIANTS}
    token = environment["TWILIO_AUTH_TOKEN"]
    for round_ in range(-1, ROUNDS):
        for name, web in webs.items():
            before = _stored(name, environment)
            result = load.run(web.port, prepared(token))
            stored = _stored(name, environment) - before
            if result.errors or stored != REQUESTS:
                raise SystemExit(f"{name}: {result.errors} errors, {stored} stored")
            answer_the_bell(environment)
            cpu = _inside(name, environment)
            answer_the_bell(environment)
            if round_ < 0:  # warm-up
                continue
            figures[name].rate.append(result.rate)
            figures[name].p50.append(result.percentile(0.5))
            figures[name].p99.append(result.percentile(0.99))
            figures[name].cpu.append(cpu)
    return figures


def prepared(token: str) -> list[bytes]:
    return [
        load.http_request(path, body.encode(), headers)
        for path, body, headers in _requests(token)
    ]


def _inside(name: str, environment: Mapping[str, str]) -> float:
    """Microseconds of CPU a request, without gunicorn, which is the same for all."""
    application, _ = VARIANTS[name]
    own = _place(name, environment)
    done = subprocess.run(
        [sys.executable, "-m", "bench.inside", application],
        env={**os.environ, **own},
        input=json.dumps(_requests(environment["TWILIO_AUTH_TOKEN"])).encode(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    return float(done.stdout)


def _stored(name: str, environment: Mapping[str, str]) -> int:
    table = VARIANTS[name][1]
    own = _place(name, environment)
    with psycopg.connect(own["DATABASE_URL"]) as connection:
        row = connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()
    return int(row[0]) if row else 0


def answer_the_bell(environment: Mapping[str, str]) -> None:
    """No worker runs, so that only the way in is measured; empty the queues."""
    redis.Redis.from_url(environment["REDIS_URL"]).flushdb()


def _report(figures: Mapping[str, Figures]) -> None:
    limit, ours, usual, _ = figures.values()
    print(f"\nWebhook: {NUMBERS:,} numbers, {ROUNDS} rounds of {REQUESTS:,} requests,")
    print("16 connections, gunicorn 2 x 4 threads; medians (spread of the rounds)\n")
    print(f"{'':22}{'req/s':>16}{'p50 ms':>9}{'p99 ms':>9}{'CPU us/req':>18}")
    for name, own in figures.items():
        print(
            f"{name:22}{_spread(own.rate):>16}{_middle(own.p50):>9.1f}"
            f"{_middle(own.p99):>9.1f}{_spread(own.cpu):>18}"
        )
    print("\nTarget                                     reached")
    cpu, rate = _middle(ours.cpu), _middle(ours.rate)
    for words, value, target, at_most in (
        ("CPU, times the limit", cpu / _middle(limit.cpu), 3.0, True),
        ("CPU, times cheaper than usual", _middle(usual.cpu) / cpu, 7.0, False),
        ("rate, share of the limit", rate / _middle(limit.rate), 0.6, False),
        ("rate, times the usual", rate / _middle(usual.rate), 5.0, False),
        ("p99, times the limit's", _middle(ours.p99) / _middle(limit.p99), 2.0, True),
    ):
        met = value <= target if at_most else value >= target
        sign = "<=" if at_most else ">="
        print(f"{words:32}{sign} {target:<5}  {value:6.2f}  {'yes' if met else 'NO'}")


def _middle(values: list[float]) -> float:
    return statistics.median(values)


def _spread(values: list[float]) -> str:
    return f"{_middle(values):,.0f} ({min(values):,.0f}-{max(values):,.0f})"


if __name__ == "__main__":
    main()
