"""`/health/live`: this process answers. `/health/ready`: the site can do its work, or why
not. `/health/servable`: this process can answer people, whoever else is away; a balancer
that asked for workers would close every web of the site for want of one.

Checks run side by side and are given two seconds together; what has not answered by
then counts as down.
"""

import time
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any, LiteralString

import psycopg
from django.conf import settings
from django.db import connection as database
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from apps.core import heartbeats
from apps.core.redis import connection as redis

BUDGET_SECONDS = 2.0


def _database() -> str:
    _asked("SELECT 1")
    return ""


def _asked(statement: LiteralString) -> list[tuple[Any, ...]]:
    """By a connection of its own: a busy pool or a broken thread is not in the way."""
    parameters = {**database.get_connection_params(), "connect_timeout": 2}
    for django_only in ("cursor_factory", "context", "prepare_threshold"):
        parameters.pop(django_only, None)
    with psycopg.connect(**parameters) as own:
        return own.execute(statement).fetchall()


def _redis() -> str:
    redis().ping()
    return ""


def _workers() -> str:
    return ", ".join(heartbeats.troubles_of_workers(dict(_asked(heartbeats.AGES))))


def _beat() -> str:
    return heartbeats.trouble(heartbeats.BEAT, "beat", dict(_asked(heartbeats.AGES)))


CHECKS: dict[str, Callable[[], str]] = {
    "database": _database,
    "redis": _redis,
    "worker": _workers,
    "beat": _beat,
}
SERVERS = ("database", "redis")


def readiness(of: Collection[str] = tuple(CHECKS)) -> dict[str, str]:
    """Name of each check → why it is down ("" when it is up)."""
    pool = ThreadPoolExecutor(len(of))
    asked = {name: pool.submit(CHECKS[name]) for name in of}
    done, _ = wait(asked.values(), timeout=BUDGET_SECONDS)
    pool.shutdown(wait=False, cancel_futures=True)
    reasons = {}
    for name, future in asked.items():
        if future not in done:
            reasons[name] = f"no answer within {BUDGET_SECONDS:g} s"
        elif error := future.exception():
            reasons[name] = f"not reachable ({type(error).__name__})"
        else:
            reasons[name] = future.result()
    return reasons


@require_safe
def live(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"status": "ok"})


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    return _told(request, CHECKS)


@require_safe
def servable(request: HttpRequest) -> HttpResponse:
    return _told(request, SERVERS)


def _told(request: HttpRequest, of: Collection[str]) -> HttpResponse:
    """Why something is down is for the network inside: who comes through the proxy is told
    that it is."""
    started = time.monotonic()
    reasons = readiness(of)
    up = not any(reasons.values())
    if "HTTP_X_FORWARDED_FOR" in request.META:
        reasons = {name: reason and "down" for name, reason in reasons.items()}
    return JsonResponse(
        {
            "status": "ok" if up else "unavailable",
            "checks": {name: reason or "ok" for name, reason in reasons.items()},
            "milliseconds": round((time.monotonic() - started) * 1000),
            "debug": settings.DEBUG,
        },
        status=200 if up else 503,
    )
