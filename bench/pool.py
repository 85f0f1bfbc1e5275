"""Connections that threads share, under the load of the webhook's benchmark.

The same two processes of four threads: each thread with a connection of its own; with a
pool of as many as threads; and with half as many. Rounds interleave. How often a
connection was free, and how long PostgreSQL took for a statement, is read at /metrics, as
Prometheus reads it.
"""

import contextlib
import re
import statistics
import tempfile
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bench import load
from bench.sites import said
from bench.web import Web, serve
from bench.webhook import (
    REQUESTS,
    ROUNDS,
    answer_the_bell,
    build,
    installation,
    prepared,
)
from config.embedded import servers

POOL = "switchboard_database_pool"
SECONDS = "switchboard_database_statement_seconds"
SIZES = {"one of each thread": "0", "4 for 4 threads": "4", "2 for 4 threads": "2"}
# Of a hundred, such that had to wait; milliseconds of 19 of 20.
MOST_QUEUED, MOST_P95 = 20.0, 100.0
_LINE = re.compile(
    r'^(switchboard_\w+)(?:\{le="([^"]+)"\})? ([\d.e+-]+)$', re.MULTILINE
)
Told = dict[tuple[str, str], float]


@dataclass
class Figures:
    rate: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)
    told: Told = field(default_factory=dict)

    def add(self, result: load.Result, before: Told, after: Told) -> None:
        self.rate.append(result.rate)
        self.p99.append(result.percentile(0.99))
        for key, value in after.items():
            more = value - before.get(key, 0)
            self.told[key] = self.told.get(key, 0) + more

    def queued(self) -> float:
        """Percent of those who asked for a connection."""
        asked = self.told.get((f"{POOL}_requests_total", ""), 0)
        return 100 * self.told.get((f"{POOL}_queued_total", ""), 0) / (asked or 1)

    def p95(self) -> float:
        """Milliseconds, as Prometheus works them out."""
        buckets = sorted(
            (float(le), many)
            for (name, le), many in self.told.items()
            if name == f"{SECONDS}_bucket"
        )
        wanted, low, below = buckets[-1][1] * 0.95, 0.0, 0.0
        for high, many in buckets:
            if many >= wanted:
                return 1_000 * (low + (high - low) * (wanted - below) / (many - below))
            low, below = high, many
        raise ValueError("no statement was counted")


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="switchboard-bench-") as folder:
        with servers(Path(folder), "run") as urls:
            own = installation(urls, Path(folder))
            build(own)
            with contextlib.ExitStack() as stack:
                webs = {}
                for name, size in SIZES.items():
                    counts = Path(folder) / f"counts-{size}"
                    counts.mkdir()
                    more = {"PROMETHEUS_MULTIPROC_DIR": str(counts)}
                    place = own | more | {"DATABASE_POOL_SIZE": size}
                    log = Path(folder) / "web.log"
                    webs[name] = stack.enter_context(
                        serve("config.wsgi:application", place, log)
                    )
                _report(_measure(webs, own))


def _measure(webs: Mapping[str, Web], own: Mapping[str, str]) -> dict[str, Figures]:
    figures = {name: Figures() for name in webs}
    for round_ in range(-1, ROUNDS):
        for name, web in webs.items():
            before = _told(web)
            result = load.run(web.port, prepared(own["TWILIO_AUTH_TOKEN"]))
            if result.errors:
                raise SystemExit(f"{name}: {result.errors} errors")
            answer_the_bell(own)
            if round_ >= 0:  # the first is to warm up, and the pools grow in it
                figures[name].add(result, before, _told(web))
    return figures


def _told(web: Web) -> Told:
    address = f"http://127.0.0.1:{web.port}/metrics"
    with urllib.request.urlopen(address, timeout=30) as answer:
        lines = _LINE.findall(answer.read().decode())
    wanted = (POOL, SECONDS)
    return {(n, le): float(value) for n, le, value in lines if n.startswith(wanted)}


def _report(figures: Mapping[str, Figures]) -> None:
    print(f"\nConnections; {ROUNDS} rounds of {REQUESTS:,} webhooks, 16 at once\n")
    print(f"{'':22}{'req/s':>8}{'p99 ms':>9}{'free when asked %':>20}{'p95 ms':>9}")
    for name, own in figures.items():
        is_shared = name != "one of each thread"
        free = f"{100 - own.queued():.1f}" if is_shared else "-"
        rate, p99 = statistics.median(own.rate), statistics.median(own.p99)
        print(f"{name:22}{rate:>8,.0f}{p99:>9.1f}{free:>20}{own.p95():>9.2f}")
    print()
    shared = figures["4 for 4 threads"]
    said("queued of a hundred", shared.queued(), MOST_QUEUED)
    said("a statement, p95, milliseconds", shared.p95(), MOST_P95)


if __name__ == "__main__":
    main()
