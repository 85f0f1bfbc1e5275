"""Connections: the token on the hot path, what a call costs, who renews.

A call through `client.of(…).call` asks what was granted, opens the sealed token, checks
where it goes, and counts itself durably; it stands beside the same request made barely
by httpx and requests over a connection that is kept, and by `requests.get`, which most
people write. Rounds interleave. Then a token has run out, and 32 callers want it.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier
from typing import Any

import django
import httpx
import requests

from bench.webhook import FULL, installation
from config.embedded import servers

ROUNDS = 100 if FULL else 40
CALLS = 20  # a round
BEARERS = 5_000 if FULL else 1_000
CALLERS = 32
RENEWAL_SECONDS = 0.2
# Milliseconds. A provider takes a hundred and more.
TARGET_BEARER_P95, TARGET_OVERHEAD = 3.0, 10.0
PATH = "/calendar/v3/calendars/primary/events"
QUERY = {"timeMin": "2031-03-03T00:00:00Z", "timeMax": "2031-03-04T00:00:00Z"}


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="switchboard-bench-") as folder:
        with servers(Path(folder), "run") as urls, _provider() as origin:
            own = {
                **os.environ,
                **installation(urls, Path(folder)),
                "LOG_LEVEL": "WARNING",
                "GOOGLE_CLIENT_ID": "bench-client",
                "GOOGLE_CLIENT_SECRET": "bench-secret",
                "GOOGLE_BASE_URL": origin,
            }
            for command in (
                ["django", "migrate", "-v0"],
                ["bench.connections", "compare"],
            ):
                subprocess.run([sys.executable, "-m", *command], env=own, check=True)


@contextmanager
def _provider() -> Iterator[str]:
    command = [sys.executable, "-m", "bench.provider", str(RENEWAL_SECONDS)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()


# A process of its own, with Django set up (see the end of the page).


def compare() -> None:
    row = _connected()
    bearer(row)
    overhead(row)
    renewal(row)


def bearer(row: Any) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from apps.integrations import tokens

    with CaptureQueriesContext(connection) as caught:
        tokens.bearer(row)
    taken = [_timed(lambda: tokens.bearer(row)) for _ in range(BEARERS)]
    p50, p95 = statistics.median(taken), statistics.quantiles(taken, n=20)[-1]
    print(f"\nThe token on the hot path, {BEARERS:,} times, milliseconds\n")
    print(f"{'p50':36}{p50:10.2f}")
    _said("p95", p95, TARGET_BEARER_P95)
    _said("queries", len(caught), 1)


def overhead(row: Any) -> None:
    from django.conf import settings

    from apps.integrations import client

    url = settings.PROVIDER_BASE_URLS["google"] + PATH
    headers = {"Authorization": "Bearer token"}
    kept, session = httpx.Client(), requests.Session()
    session.trust_env = False
    ways: Mapping[str, Callable[[], Any]] = {
        "httpx, kept": lambda: kept.get(url, params=QUERY, headers=headers).json(),
        "requests, kept": lambda: session.get(
            url, params=QUERY, headers=headers, timeout=10
        ).json(),
        "requests.get": lambda: requests.get(
            url, params=QUERY, headers=headers, timeout=10
        ).json(),
        "Switchboard": lambda: client.of(row, "calendar.list").call(query=QUERY),
    }
    found: dict[str, list[float]] = {name: [] for name in ways}
    cpu: dict[str, list[float]] = {name: [] for name in ways}
    for round_ in range(-1, ROUNDS):
        for name, way in ways.items():
            before = time.process_time()
            taken = [_timed(way) for _ in range(CALLS)]
            if round_ >= 0:  # the first is to warm up
                found[name] += taken
                cpu[name].append((time.process_time() - before) * 1_000 / CALLS)
    kept.close()
    middle = {name: statistics.median(taken) for name, taken in found.items()}
    print(f"\nThe same request on loopback, {ROUNDS} × {CALLS}, milliseconds\n")
    print(f"{'':36}{'p50':>10}{'p95':>10}{'times httpx':>14}{'CPU':>8}")
    for name, taken in found.items():
        p95 = statistics.quantiles(taken, n=20)[-1]
        ratio = middle[name] / middle["httpx, kept"]
        print(
            f"{name:36}{middle[name]:10.2f}{p95:10.2f}{ratio:14.2f}"
            f"{statistics.median(cpu[name]):8.2f}"
        )
    ours = middle["Switchboard"]
    _said("more than httpx, p50", ours - middle["httpx, kept"], TARGET_OVERHEAD)
    _said("more than requests, p50", ours - middle["requests, kept"], TARGET_OVERHEAD)


def renewal(row: Any) -> None:
    from django.conf import settings
    from django.db import connection
    from django.utils import timezone

    from apps.integrations import tokens
    from apps.integrations.models import Token

    Token.objects.filter(pk=row.pk).update(expires_at=timezone.now())
    gate = Barrier(CALLERS)

    def ask(_: int) -> tuple[str, float]:
        gate.wait()
        started = time.perf_counter()
        try:
            value = tokens.bearer(row).value
            return value, (time.perf_counter() - started) * 1_000
        finally:
            connection.close()

    with ThreadPoolExecutor(CALLERS) as pool:
        said = list(pool.map(ask, range(CALLERS)))
    origin = settings.PROVIDER_BASE_URLS["google"]
    renewals = json.loads(httpx.get(f"{origin}/renewals").text)
    longest = max(took for _, took in said)
    print(f"\n{CALLERS} callers, a renewal takes {RENEWAL_SECONDS * 1_000:.0f} ms\n")
    print(f"{'the last has it after, milliseconds':36}{longest:10.0f}")
    _said("renewals", renewals, 1)
    _said("different tokens", len({value for value, _ in said}), 1)


def _connected() -> Any:
    from datetime import timedelta

    from django.utils import timezone

    from apps.accounts.models import User
    from apps.integrations import granted
    from apps.integrations import provider as shelf
    from apps.integrations.models import Connection, Token
    from apps.integrations.models.token import Secrets

    now, google = timezone.now(), shelf.named("google")
    row = Connection.objects.create(
        user=User.objects.create_user("alice@example.com", name="Alice"),
        provider="google",
        uid="alice",
        features=["calendar.read"],
        connected_at=now,
    )
    token = Token(connection=row, expires_at=now + timedelta(days=1), refreshed_at=now)
    token.seal(Secrets("token", "renewal"))
    token.save()
    granted.record(row, google.scopes_for(row.features))
    return row


def _timed(way: Callable[[], Any]) -> float:
    started = time.perf_counter()
    way()
    return (time.perf_counter() - started) * 1_000


def _said(words: str, reached: float, most: float) -> None:
    verdict = "met" if reached <= most else "MISSED"
    print(f"{words:36}{reached:10.2f}   target <= {most:g}: {verdict}")


if __name__ == "__main__":
    if sys.argv[1:] == ["compare"]:
        django.setup()
        compare()
    else:
        main()
