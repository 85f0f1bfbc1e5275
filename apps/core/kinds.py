"""What kinds of job there are: a function, how urgent it is, how it is tried again.

    @job("accounts.export", queue=Queue.BULK, seconds=600)
    def export(export_id: int) -> None: ...

`jobs.enqueue(export, pk, by=user)` asks for one, and an entry of a `TIMETABLE` for one
every so often; `apps.jobs` does them and keeps how that went.

A kind is declared beside the code it belongs to and gathered in its app's `tasks.py`.
Arguments are ids; the function is safe to run twice, or `atomic`, and then its writes
and the job's end are one transaction: done exactly once.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any, Generic, ParamSpec

from celery import current_app
from django.db.models import TextChoices

from apps.core.errors import AppError, TooMany

P = ParamSpec("P")


class Queue(TextChoices):
    """By urgency; each has workers of its own."""

    # Somebody waits for it.
    MESSAGES = "messages", "Messages"
    DEFAULT = "default", "Default"
    # Takes long, or comes by the thousand.
    BULK = "bulk", "Bulk"
    # Waits for somebody outside, who may say nothing for long.
    MAIL = "mail", "Mail"
    # The same, of people's own receivers: as slow as they like.
    WEBHOOKS = "webhooks", "Webhooks"


@dataclass(frozen=True)
class Retry:
    """How often, and how long to wait before the second try and each one after.

    Eight tries with these waits reach over one to two and a half hours: long enough for
    a service that is down, short enough that somebody hears of it the same day.
    """

    tries: int = 8
    first: float = 5.0  # seconds
    factor: float = 4.0
    longest: float = 3_600.0  # seconds

    def wait(self, failures: int) -> timedelta:
        """After so many failures. Between half and all of it, so that those who failed
        together do not come back together."""
        whole = min(self.longest, self.first * self.factor ** max(0, failures - 1))
        return timedelta(seconds=whole * random.uniform(0.5, 1.0))


@dataclass(frozen=True)
class Kind(Generic[P]):
    name: str
    function: Callable[P, Any]
    queue: Queue
    retry: Retry
    # Asked to stop after so many seconds, and killed after `grace` more.
    seconds: float
    grace: float
    atomic: bool
    # What it does, in whole words, where operators may ask for it by a timetable.
    schedulable: str = ""
    # What whoever asked for it calls it: "the export of your data".
    called: str = ""

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Any:
        """The work itself, here and now: nothing is kept of it."""
        return self.function(*args, **kwargs)


_kinds: dict[str, Kind[Any]] = {}


def job(
    name: str,
    *,
    queue: Queue = Queue.DEFAULT,
    retry: Retry | None = None,
    seconds: float = 60,
    grace: float = 30,
    atomic: bool = False,
    schedulable: str = "",
    called: str = "",
) -> Callable[[Callable[P, Any]], Kind[P]]:
    """Declare a kind of job. `name` is "app.verb"; one with `schedulable` words runs
    without arguments, one that people ask for is `called` in words of theirs."""

    def declare(function: Callable[P, Any]) -> Kind[P]:
        if name in _kinds and _kinds[name].function.__module__ != function.__module__:
            raise ValueError(f"there are two jobs called {name}")
        again = retry or Retry()
        kind = Kind(
            name, function, queue, again, seconds, grace, atomic, schedulable, called
        )
        _kinds[name] = kind
        return kind

    return declare


def named(name: str) -> Kind[Any] | None:
    return _all().get(name)


def names() -> list[str]:
    """Of every kind, in order."""
    return sorted(_all())


def schedulable() -> dict[str, str]:
    """Name → words, of the kinds that operators may make schedules for."""
    found = ((kind.schedulable, name) for name, kind in _all().items())
    return {name: words for words, name in sorted(found) if words}


def is_permanent(error: BaseException) -> bool:
    """Whether trying again is pointless.

    A rule of ours that says no (4xx) says it again, except that it may be too often
    now; anything unexpected may be a race or an outage, and is tried again.
    """
    if isinstance(error, TooMany):
        return False
    if isinstance(error, AppError):
        said = getattr(error, "permanent", None)
        return bool(error.status < 500 if said is None else said)
    return False


def _all() -> dict[str, Kind[Any]]:
    _gather()
    return _kinds


@lru_cache(maxsize=1)
def _gather() -> None:
    """Every app's `tasks`."""
    current_app.loader.import_default_modules()
