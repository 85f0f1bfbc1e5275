"""Who asks, the next pair of tokens, and a sign-in, beside the stock way.

The product and a site of Django's own user, REST framework and simplejwt (bench/stock)
each answer through all of their middleware, in a process and a database of their own: a
person asks who they are, and for the next pair of tokens. A sign-in stands beside the
hash of its password, at the same cost. Rounds interleave; CPU is that of the
application, without the web server and the database.
"""

import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from bench.sites import Ask, Server, answer, asked, built, compare, said, show
from bench.webhook import FULL
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


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="switchboard-bench-") as folder:
        with servers(Path(folder), "run") as urls:
            ours, stock = built(urls, Path(folder))
            print(f"\nIdentity; medians of {ROUNDS} rounds (spread)\n")
            _compare("request", ours, "stock", stock, REQUESTS)
            _compare("refresh", ours, "stock", stock, REQUESTS)
            _compare("sign-in", ours, "hash", ours, SIGN_INS)


def _compare(
    kind: str, ours: Mapping[str, str], name: str, other: Mapping[str, str], times: int
) -> None:
    places = {"Switchboard": ours, name: other}
    sites = asked("bench.identity", kind, places, ROUNDS, times)
    show(kind, sites)
    mine, theirs = sites.values()
    compare(mine, theirs, TARGETS[kind])
    said(f"queries of a {kind}", mine.work["queries"], BUDGETS[kind])
    if kind == "sign-in":
        said("hashes of a sign-in", mine.work["hashes"], 1)
    print()


# In a site's own process.


def our_person() -> Any:
    from allauth.account.models import EmailAddress

    from apps.accounts.models import User

    found = User.objects.filter(email=EMAIL).first()
    if found is None:
        found = User.objects.create_user(EMAIL, PASSWORD, name="Alice Gray")
        EmailAddress.objects.create(
            user=found, email=EMAIL, verified=True, primary=True
        )
    return found


def our_pair() -> dict[str, str]:
    from apps.core import pace
    from apps.core.limits import Pace

    # As it is charged, but never used up.
    pace.API = Pace("api", times=10_000_000, seconds=60)
    our_person()
    answer = Server()(f"{API}/auth/login", {"email": EMAIL, "password": PASSWORD})
    found: dict[str, str] = answer["meta"]
    return found


def _our_request() -> Ask:
    token, get = our_pair()["access_token"], Server()

    def ask() -> None:
        if get("/api/v1/me", token=token)["email"] != EMAIL:
            raise SystemExit("another answer")

    return ask


def _our_refresh() -> Ask:
    newest, post = our_pair()["refresh_token"], Server()

    def ask() -> None:
        nonlocal newest
        answer = post(f"{API}/tokens/refresh", {"refresh_token": newest})
        newest = answer["data"]["refresh_token"]

    return ask


def _our_sign_in() -> Ask:
    our_person()
    post = Server()
    return lambda: post(f"{API}/auth/login", {"email": EMAIL, "password": PASSWORD})


def _hash() -> Ask:
    from django.contrib.auth.hashers import check_password

    encoded = our_person().password
    return lambda: None if check_password(PASSWORD, encoded) else sys.exit("wrong")


def stock_pair() -> dict[str, str]:
    from django.contrib.auth.models import User
    from rest_framework_simplejwt.tokens import RefreshToken

    user, _ = User.objects.get_or_create(
        username="alice", email=EMAIL, first_name="Alice", last_name="Gray"
    )
    refresh = RefreshToken.for_user(user)
    return {"access": str(refresh.access_token), "refresh": str(refresh)}


def _stock_request() -> Ask:
    token, get = stock_pair()["access"], Server()

    def ask() -> None:
        if get("/api/me/", token=token)["email"] != EMAIL:
            raise SystemExit("another answer")

    return ask


def _stock_refresh() -> Ask:
    newest, post = stock_pair()["refresh"], Server()

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
        answer(ASKS[sys.argv[1]])
    else:
        main()
