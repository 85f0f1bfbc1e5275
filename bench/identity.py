"""Who asks, the next pair of tokens, and a sign-in, beside the stock way.

The product and a site of Django's own user, REST framework and simplejwt (bench/stock)
each answer through all of their middleware, in a process and a database of their own: a
person asks who they are, and for the next pair of tokens. A sign-in stands beside the
hash of its password, at the same cost. Rounds interleave; CPU is that of the
application, without the web server and the database.
"""

import contextlib
import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import django
import psycopg

from bench.webhook import FULL, installation
from config.embedded import servers

ROUNDS = 8 if FULL else 6
REQUESTS = 600 if FULL else 300  # a round
SIGN_INS = 8 if FULL else 4
EMAIL, PASSWORD = "alice@example.com", "four-grey-herons-waiting"
API = "/api/auth/app/v1"
# Queries, at most.
BUDGETS = {"request": 1, "refresh": 3, "sign-in": 15}
# How many times the other's CPU.
TARGETS = {"request": 1.0, "refresh": 1 / 3, "sign-in": 1.15}
NO_WORK = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
OURS = {"DJANGO_SETTINGS_MODULE": "bench.counted.settings"}
STOCK = {"DJANGO_SETTINGS_MODULE": "bench.stock.settings"}

Ask = Callable[[], None]


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


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="switchboard-bench-") as folder:
        with servers(Path(folder), "run") as urls:
            own = installation(urls, Path(folder))
            (Path(folder) / "static").mkdir()
            with psycopg.connect(own["DATABASE_URL"], autocommit=True) as connection:
                connection.execute("CREATE DATABASE stock")
            url = own["DATABASE_URL"].rpartition("/")[0] + "/stock"
            ours, stock = own | OURS, own | STOCK | {"DATABASE_URL": url}
            for place in (ours, stock):
                command = [sys.executable, "-m", "django", "migrate", "-v0"]
                subprocess.run(command, env={**os.environ, **place}, check=True)
            print(f"\nIdentity; medians of {ROUNDS} rounds (spread)\n")
            _compare("request", ours, {"stock": stock}, REQUESTS)
            _compare("refresh", ours, {"stock": stock}, REQUESTS)
            _compare("sign-in", ours, {"hash": ours}, SIGN_INS)


def _compare(
    kind: str, ours: Mapping[str, str], others: Mapping[str, Any], times: int
) -> None:
    with contextlib.ExitStack() as stack:
        sites = {
            name: stack.enter_context(_site(f"{kind}, {name}", place))
            for name, place in {"Switchboard": ours, **others}.items()
        }
        for round_ in range(-1, ROUNDS):
            for site in sites.values():
                site.round(times)
                if round_ < 0:  # the first is to warm up
                    site.ms, site.cpu = [], []
        _report(kind, *sites.items())


@contextlib.contextmanager
def _site(name: str, place: Mapping[str, str]) -> Iterator[Site]:
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.identity", name],
        env={**os.environ, **place},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # Lines of the log are written like on a server, and not read.
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield Site(process)
    finally:
        assert process.stdin
        process.stdin.close()
        process.wait()


def _report(kind: str, ours: tuple[str, Site], other: tuple[str, Site]) -> None:
    print(f"{kind:14}{'ms':>22}{'CPU us':>22}{'queries':>9}{'BEGIN…':>8}{'hashes':>8}")
    for name, site in (ours, other):
        work = site.work
        print(
            f"{name:14}{_spread(site.ms, 2):>22}{_spread(site.cpu, 0):>22}"
            f"{work['queries']:>9}{work['other']:>8}{work['hashes']:>8}"
        )
    mine, theirs = ours[1], other[1]
    for words, own, others in (
        ("time", mine.ms, theirs.ms),
        ("CPU", mine.cpu, theirs.cpu),
    ):
        times = statistics.median(own) / statistics.median(others)
        _said(f"{words}, times the other's", times, TARGETS[kind])
    _said(f"queries of a {kind}", mine.work["queries"], BUDGETS[kind])
    if kind == "sign-in":
        _said("hashes of a sign-in", mine.work["hashes"], 1)
    print()


def _spread(values: list[float], places: int) -> str:
    middle, low, high = statistics.median(values), min(values), max(values)
    return f"{middle:.{places}f} ({low:.{places}f}-{high:.{places}f})"


def _said(words: str, reached: float, most: float) -> None:
    met = "yes" if reached <= most else "NO"
    print(f"{words:32}<= {most:<6.3g}{reached:7.3g}  {met}")


# In a site's own process.


def answer(name: str) -> None:
    """Ask as often as each line of the input says, and tell what it took."""
    django.setup()
    ask = ASKS[name]()
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


class _Server:
    """What a web server does with a request, for one caller (PEP 3333)."""

    def __init__(self) -> None:
        from django.core.wsgi import get_wsgi_application

        self.application: Any = get_wsgi_application()

    def __call__(self, path: str, body: Any = None, *, token: str = "") -> Any:
        raw = json.dumps(body).encode() if body else b""
        given = {
            "REQUEST_METHOD": "POST" if body else "GET",
            "PATH_INFO": path,
            "QUERY_STRING": "",
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
        answer.close()
        if statuses != ["200 OK"]:
            raise SystemExit(f"{path}: {statuses} {found}")
        return found


def _our_person() -> Any:
    from allauth.account.models import EmailAddress

    from apps.accounts.models import User

    found = User.objects.filter(email=EMAIL).first()
    if found is None:
        found = User.objects.create_user(EMAIL, PASSWORD, name="Alice Gray")
        EmailAddress.objects.create(
            user=found, email=EMAIL, verified=True, primary=True
        )
    return found


def _our_pair() -> dict[str, str]:
    _our_person()
    answer = _Server()(f"{API}/auth/login", {"email": EMAIL, "password": PASSWORD})
    found: dict[str, str] = answer["meta"]
    return found


def _our_request() -> Ask:
    token, get = _our_pair()["access_token"], _Server()

    def ask() -> None:
        if get("/api/v1/me", token=token)["email"] != EMAIL:
            raise SystemExit("another answer")

    return ask


def _our_refresh() -> Ask:
    newest, post = _our_pair()["refresh_token"], _Server()

    def ask() -> None:
        nonlocal newest
        answer = post(f"{API}/tokens/refresh", {"refresh_token": newest})
        newest = answer["data"]["refresh_token"]

    return ask


def _our_sign_in() -> Ask:
    _our_person()
    post = _Server()
    return lambda: post(f"{API}/auth/login", {"email": EMAIL, "password": PASSWORD})


def _hash() -> Ask:
    from django.contrib.auth.hashers import check_password

    encoded = _our_person().password
    return lambda: None if check_password(PASSWORD, encoded) else sys.exit("wrong")


def _stock_pair() -> dict[str, str]:
    from django.contrib.auth.models import User
    from rest_framework_simplejwt.tokens import RefreshToken

    user, _ = User.objects.get_or_create(
        username="alice", email=EMAIL, first_name="Alice", last_name="Gray"
    )
    refresh = RefreshToken.for_user(user)
    return {"access": str(refresh.access_token), "refresh": str(refresh)}


def _stock_request() -> Ask:
    token, get = _stock_pair()["access"], _Server()

    def ask() -> None:
        if get("/api/me/", token=token)["email"] != EMAIL:
            raise SystemExit("another answer")

    return ask


def _stock_refresh() -> Ask:
    newest, post = _stock_pair()["refresh"], _Server()

    def ask() -> None:
        nonlocal newest
        newest = post("/api/token/refresh/", {"refresh": newest})["refresh"]

    return ask


ASKS: dict[str, Callable[[], Ask]] = {
    "request, Switchboard": _our_request,
    "request, stock": _stock_request,
    "refresh, Switchboard": _our_refresh,
    "refresh, stock": _stock_refresh,
    "sign-in, Switchboard": _our_sign_in,
    "sign-in, hash": _hash,
}

if __name__ == "__main__":
    if sys.argv[1:]:
        answer(sys.argv[1])
    else:
        main()
