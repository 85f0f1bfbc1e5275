"""Sites in processes of their own, each asked in turn: time, CPU and queries.

CPU is that of the application, without the web server and the database. Rounds
interleave, so a busy moment of the machine hits all alike.
"""

import contextlib
import io
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import django
import psycopg

from bench.webhook import installation

NO_WORK = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
OURS = {"DJANGO_SETTINGS_MODULE": "bench.counted.settings"}
STOCK = {"DJANGO_SETTINGS_MODULE": "bench.stock.settings"}
Ask = Callable[[], None]
Place = Mapping[str, str]


@dataclass
class Site:
    """A process that asks itself, as often as it is told."""

    process: "subprocess.Popen[str]"
    ms: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    work: dict[str, int] = field(default_factory=dict)

    def round(self, times: int) -> None:
        assert self.process.stdin and self.process.stdout
        print(times, file=self.process.stdin, flush=True)
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit("a site has failed")
        told = json.loads(line)
        self.ms.append(told["ms"])
        self.cpu.append(told["cpu"])
        self.work = told["work"]


def built(
    urls: Mapping[str, str], folder: Any
) -> tuple[dict[str, str], dict[str, str]]:
    """The environments of ours and of the stock site, with a database each."""
    own = installation(urls, folder)
    (folder / "static").mkdir()
    with psycopg.connect(own["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("CREATE DATABASE stock")
    url = own["DATABASE_URL"].rpartition("/")[0] + "/stock"
    ours, stock = own | OURS, own | STOCK | {"DATABASE_URL": url}
    for place in (ours, stock):
        # The stock site has tables without migrations, which refer to migrated ones.
        for more in ([], ["--run-syncdb"]):
            command = [sys.executable, "-m", "django", "migrate", "-v0", *more]
            subprocess.run(command, env={**os.environ, **place}, check=True)
    return ours, stock


def asked(
    module: str,
    kind: str,
    places: Mapping[str, Place],
    rounds: int,
    times: int,
    log: str = os.devnull,
) -> dict[str, Site]:
    """The sites of `ASKS` in this module, "KIND, NAME" each, after so many rounds. Lines
    of their logs are written like on a server, to a file that nobody reads."""
    with contextlib.ExitStack() as stack:
        output = stack.enter_context(open(log, "ab"))
        sites = {
            name: stack.enter_context(_site(module, f"{kind}, {name}", place, output))
            for name, place in places.items()
        }
        for round_ in range(-1, rounds):
            for site in sites.values():
                site.round(times)
                if round_ < 0:  # the first is to warm up
                    site.ms, site.cpu = [], []
    return sites


@contextlib.contextmanager
def _site(module: str, name: str, place: Place, log: BinaryIO) -> Iterator[Site]:
    process = subprocess.Popen(
        [sys.executable, "-m", module, name],
        env={**os.environ, **place},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
    )
    try:
        yield Site(process)
    finally:
        assert process.stdin
        process.stdin.close()
        process.wait()


def show(kind: str, sites: Mapping[str, Site]) -> None:
    """How many one caller is answered in a second, and what each answer takes."""
    print(
        f"{kind:14}{'a second':>10}{'ms':>22}{'CPU ms':>22}{'queries':>9}{'BEGIN…':>8}"
        f"{'hashes':>8}"
    )
    for name, site in sites.items():
        work, rate = site.work, 1_000 / statistics.median(site.ms)
        cpu = [each / 1_000 for each in site.cpu]
        print(
            f"{name:14}{rate:>10,.0f}{_spread(site.ms, 2):>22}{_spread(cpu, 2):>22}"
            f"{work['queries']:>9}{work['other']:>8}{work['hashes']:>8}"
        )


def compare(mine: Site, theirs: Site, most: float, whose: str = "the other") -> None:
    """Time and CPU, in times the other's."""
    for words, own, others in (
        ("time", mine.ms, theirs.ms),
        ("CPU", mine.cpu, theirs.cpu),
    ):
        times = statistics.median(own) / statistics.median(others)
        said(f"{words}, times that of {whose}", times, most)


def _spread(values: list[float], places: int) -> str:
    middle, low, high = statistics.median(values), min(values), max(values)
    places = places if high < 100 else 0
    return f"{middle:.{places}f} ({low:.{places}f}-{high:.{places}f})"


def said(words: str, reached: float, most: float) -> None:
    met = "yes" if reached <= most else "NO"
    print(f"{words:32}<= {most:<6.3g}{reached:7.3g}  {met}")


# In a site's own process.


def answer(ask_of: Callable[[], Ask]) -> None:
    """Ask as often as each line of the input says, and tell what it took."""
    django.setup()
    ask = ask_of()
    for line in sys.stdin:
        taken = []
        cpu = time.process_time()
        for _ in range(int(line)):
            started = time.perf_counter()
            ask()
            taken.append(time.perf_counter() - started)
        cpu = time.process_time() - cpu
        told = {
            "ms": statistics.median(taken) * 1_000,
            "cpu": cpu / len(taken) * 1_000_000,
            "work": _work(ask),
        }
        print(json.dumps(told), flush=True)


def _work(ask: Ask) -> dict[str, int]:
    """Queries and password hashes of one call."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from bench.counted.hashers import HASHED

    HASHED.clear()
    with CaptureQueriesContext(connection) as caught:
        ask()
    done = [each for each in caught if not each["sql"].startswith(NO_WORK)]
    return {
        "queries": len(done),
        "other": len(caught) - len(done),
        "hashes": len(HASHED),
    }


class Server:
    """What a web server does with a request, for one caller (PEP 3333)."""

    def __init__(self, application: Any = None) -> None:
        from django.core.wsgi import get_wsgi_application

        self.application: Any = application or get_wsgi_application()

    def __call__(self, path: str, body: Any = None, *, token: str = "") -> Any:
        raw = json.dumps(body).encode() if body else b""
        given = {
            "REQUEST_METHOD": "POST" if body else "GET",
            "PATH_INFO": path.partition("?")[0],
            "QUERY_STRING": path.partition("?")[2],
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "443",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "127.0.0.1",
            "HTTP_ACCEPT": "application/json",
            "HTTP_USER_AGENT": "an app",
            "CONTENT_LENGTH": str(len(raw)),
            "CONTENT_TYPE": "application/json" if body else "",
            "wsgi.input": io.BytesIO(raw),
            "wsgi.url_scheme": "https",
            "wsgi.errors": sys.stderr,
        }
        if token:
            given["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        statuses: list[str] = []
        answer = self.application(given, lambda status, *_: statuses.append(status))
        found = json.loads(b"".join(answer))
        if hasattr(answer, "close"):
            answer.close()
        if statuses != ["200 OK"]:
            raise SystemExit(f"{path}: {statuses} {found}")
        return found
