"""Who asks, the next pair of tokens, and a sign-in, beside the stock way.

Ours and simplejwt's own classes (refresh tokens rotated and blacklisted, signed with
its default, HS256) answer in one process, through the same middleware and with the same
answers. A sign-in stands beside the hash of its password, at the same cost. Rounds
interleave.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

from bench.webhook import FULL, installation
from config.embedded import servers

ROUNDS = 6 if FULL else 4
REQUESTS = 400 if FULL else 100  # a round
SIGN_INS = 10 if FULL else 4
EMAIL, PASSWORD = "alice@example.com", "four-grey-herons-waiting"
API = "/api/auth/app/v1"
# Queries, at most.
BUDGETS = {"request": 1, "refresh": 3, "sign-in": 12}
NO_WORK = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")

Ask = Callable[[], Any]


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="switchboard-bench-") as folder:
        with servers(Path(folder), "run") as urls:
            own = {**os.environ, **installation(urls, Path(folder))}
            own["DJANGO_SETTINGS_MODULE"] = "bench.stock.settings"
            (Path(folder) / "static").mkdir()
            for command in (
                ["django", "migrate", "-v0"],
                ["bench.identity", "compare"],
            ):
                subprocess.run([sys.executable, "-m", *command], env=own, check=True)


# A process of its own, with Django set up (see the end of the page).


def compare() -> None:
    user = _person()
    print(f"\nIdentity; milliseconds, medians of {ROUNDS} rounds (spread)\n")
    for kind, variants, times in (
        ("request", _requests(user), REQUESTS),
        ("refresh", _refreshes(user), REQUESTS),
        ("sign-in", _sign_ins(user), SIGN_INS),
    ):
        _report(kind, variants, _measure(variants, times))


def _person() -> Any:
    from allauth.account.models import EmailAddress

    from apps.accounts.models import User

    user = User.objects.create_user(EMAIL, PASSWORD)
    EmailAddress.objects.create(user=user, email=EMAIL, verified=True, primary=True)
    return user


def _requests(user: Any) -> dict[str, Ask]:
    from rest_framework_simplejwt.tokens import AccessToken

    client = _client()
    tokens = {"": _pair(user).access, "stock/": str(AccessToken.for_user(user))}

    def get(place: str) -> Any:
        header = {"authorization": f"Bearer {tokens[place]}"}
        answer = client.get(f"/bench/{place}nothing", secure=True, headers=header)
        return answer.status_code, answer.json()

    return {"Switchboard": lambda: get(""), "simplejwt": lambda: get("stock/")}


def _refreshes(user: Any) -> dict[str, Ask]:
    from rest_framework_simplejwt.tokens import RefreshToken

    client = _client()
    newest = {"ours": _pair(user).refresh, "stock": str(RefreshToken.for_user(user))}

    def ours() -> Any:
        body = {"refresh_token": newest["ours"]}
        answer = _post(client, f"{API}/tokens/refresh", body)
        newest["ours"] = answer.json()["data"]["refresh_token"]
        return answer.status_code

    def stock() -> Any:
        body = {"refresh": newest["stock"]}
        answer = _post(client, "/bench/stock/refresh", body)
        newest["stock"] = answer.json()["refresh"]
        return answer.status_code

    return {"Switchboard": ours, "simplejwt": stock}


def _sign_ins(user: Any) -> dict[str, Ask]:
    from django.contrib.auth.hashers import check_password

    client = _client()
    body = {"email": EMAIL, "password": PASSWORD}

    def ours() -> Any:
        return _post(client, f"{API}/auth/login", body).status_code == 200

    return {
        "Switchboard": ours,
        "the hash alone": lambda: check_password(PASSWORD, user.password),
    }


def _client() -> Any:
    from django.test import Client

    return Client(SERVER_NAME="127.0.0.1")


def _post(client: Any, path: str, body: dict[str, str]) -> Any:
    return client.post(path, body, content_type="application/json", secure=True)


def _pair(user: Any) -> Any:
    from apps.accounts import sessions, tokens

    row = sessions.begin(user=user, client="app", proved=["password"], twice=False)
    return tokens.issue(row)


def _measure(variants: dict[str, Ask], times: int) -> dict[str, list[float]]:
    """The median of each round, in milliseconds. All must answer the same."""
    found: dict[str, list[float]] = {name: [] for name in variants}
    for round_ in range(-1, ROUNDS):
        answers = set()
        for name, ask in variants.items():
            taken = []
            for _ in range(times):
                started = time.perf_counter()
                answers.add(str(ask()))
                taken.append(time.perf_counter() - started)
            if round_ >= 0:  # the first is to warm up
                found[name].append(statistics.median(taken) * 1_000)
        if len(answers) != 1:
            raise SystemExit(f"different answers: {answers}")
    return found


def _report(
    kind: str, variants: dict[str, Ask], figures: dict[str, list[float]]
) -> None:
    ours, other = (statistics.median(own) for own in figures.values())
    print(f"{kind:20}{'ms':>24}{'queries':>9}{'hashes':>8}")
    for name, own in figures.items():
        middle = statistics.median(own)
        spread = f"{middle:.2f} ({min(own):.2f}-{max(own):.2f})"
        queries, hashes = _work(variants[name])
        print(f"{name:20}{spread:>24}{queries:>9}{hashes:>8}")
    queries, hashes = _work(variants["Switchboard"])
    print(f"{'times the other':20}{ours / other:>24.2f}")
    _budget(f"queries of a {kind}", queries, BUDGETS[kind])
    if kind == "sign-in":
        _budget("hashes of a sign-in", hashes, 1)
    print()


def _budget(words: str, reached: int, most: int) -> None:
    print(f"{words:32}<= {most:<5}{reached:5}  {'ok' if reached <= most else 'missed'}")


def _work(ask: Ask) -> tuple[int, int]:
    """Queries and password hashes of one call."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from bench.stock.hashers import HASHED

    HASHED.clear()
    with CaptureQueriesContext(connection) as caught:
        ask()
    done = [each for each in caught if not each["sql"].startswith(NO_WORK)]
    return len(done), len(HASHED)


if __name__ == "__main__":
    if sys.argv[1:] == ["compare"]:
        django.setup()
        compare()
    else:
        main()
