"""Whether it works: for everybody, of nobody.

Looked at by each process every quarter of a minute at most, however many ask. What is
away is told rather than waited for, and makes no page of errors.
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _
from redis.exceptions import RedisError

from apps.analytics import lately
from apps.core import heartbeats, numerals, redis
from apps.core.kinds import Queue
from apps.core.per_process import PerProcess
from apps.core.verbs import require_safe
from apps.integrations import provider as shelf
from apps.integrations.models import ProviderState
from apps.jobs.models import Alert
from apps.rbac.declared import public
from apps.sms import breaker

EVERY = timedelta(seconds=15)
# What people may notice of what is watched, by the key of its rule. Of the others they
# notice nothing: these are for whoever runs this.
NOTICED = {
    "sms.webhooks": _("Some texts may reach us late. The carrier sends them again."),
    "sms.fallback": _("Texts reach us by another way, and may be answered late."),
    "sms.stuck": _("Some conversations wait for an answer longer than they should."),
    "sms.answered": _("A few texts were not answered as they should have been."),
    "sms.drift": _("Some texts may not reach us."),
    "sms.account": _("The carrier does not take our texts right now."),
    "sms.budgets": _("Some texts wait until a budget that people share renews."),
    "sms.pumping": _("Codes are not texted to some areas for a while."),
    "jobs.messages_lag": _("Answers are late."),
    "jobs.default_lag": _("Reminders and the day in a text may be late."),
    "jobs.mail_lag": _("Letters are late."),
    "jobs.bulk_lag": _("Exports take longer than usual."),
    "jobs.beat_silence": _("Reminders and the day in a text may be late."),
    "mail.refused": _("Some of our letters do not arrive."),
    "integrations.refresh_failures": _("Connected accounts may not answer."),
    "integrations.provider_refuses_us": _("A provider does not let us in right now."),
    "integrations.unreadable": _("Some connected accounts do not answer."),
    "integrations.youtube_searches": _("Videos may not be found until tomorrow."),
    "webhooks.lag": _("Webhooks are sent late."),
    "webhooks.untold": _("Webhooks are sent late."),
    "analytics.late": _("Figures of usage are not up to date."),
}
UNNOTICED = frozenset(
    {
        "sms.uncounted",
        "sms.spend",
        "sms.bill",
        "jobs.failures",
        "jobs.dead_letters",
        "analytics.differing",
    }
)
_WORKERS = {
    Queue.MESSAGES: _("Answers to texts"),
    Queue.DEFAULT: _("Reminders"),
    Queue.MAIL: _("Letters"),
    Queue.WEBHOOKS: _("Webhooks"),
    Queue.BULK: _("Exports"),
}


@dataclass(frozen=True)
class Part:
    """`tone` is ok, warn or bad."""

    name: Any
    tone: str
    label: Any
    words: Any = ""


@dataclass(frozen=True)
class Matter:
    """Something that people may notice, and since when."""

    words: Any
    since: datetime


@dataclass(frozen=True)
class Status:
    """`received` and `answered` are rounded: of a small site they would tell of people."""

    at: datetime
    parts: list[Part]
    matters: list[Matter] = field(default_factory=list)
    received: Any = None
    answered: Any = None
    answer_ms: int | None = None

    @property
    def tone(self) -> str:
        """That of the worst."""
        tones = {each.tone for each in self.parts} | {"warn" for _ in self.matters}
        return next((each for each in ("bad", "warn") if each in tones), "ok")


class Board:
    """What was seen last."""

    def __init__(self) -> None:
        self._looking = threading.Lock()
        self._seen: Status | None = None

    def __call__(self) -> Status:
        seen = self._seen
        if seen is not None and _is_fresh(seen):
            return seen
        # While one looks, the others are told what was.
        if not self._looking.acquire(blocking=seen is None):
            assert seen is not None
            return seen
        try:
            if self._seen is None or not _is_fresh(self._seen):
                self._seen = look()
            return self._seen
        finally:
            self._looking.release()


_board = PerProcess(Board)
# One look is shown to readers of every language.
_numeral = lazy(numerals.shown, str)


@public
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    shown = {"status": _board()(), "hours": lately.HOURS}
    answer = render(request, "portal/status.html", shown)
    answer["Cache-Control"] = f"public, max-age={EVERY.seconds}"
    return answer


def look() -> Status:
    """Five queries. Where the database is away nothing else can be told."""
    at = timezone.now()
    memory = _memory()
    try:
        found = lately.of_a_day()
        parts = [*_workers(), _carrier(), memory, *_providers()]
        matters = list(_matters())
    except (DatabaseError, InterfaceError):
        connection.close()
        return Status(at, [_database(is_there=False), memory])
    return Status(
        at,
        [_database(is_there=True), *parts],
        matters,
        received=_coarse(found.received),
        answered=_coarse(found.answered),
        answer_ms=None if found.answer_ms is None else int(round(found.answer_ms, -2)),
    )


def _is_fresh(seen: Status) -> bool:
    return timedelta() <= timezone.now() - seen.at < EVERY


def _database(*, is_there: bool) -> Part:
    name = _("What is kept")
    if is_there:
        return Part(name, "ok", _("Works"))
    words = _("Our database does not answer. Texts are brought again by the carrier.")
    return Part(name, "bad", _("Away"), words)


def _memory() -> Part:
    name = _("Signing in")
    try:
        redis.connection().ping()
    except RedisError:
        words = _("Our short-term memory is away: nobody gets in until it is back.")
        return Part(name, "bad", _("Away"), words)
    return Part(name, "ok", _("Works"))


def _workers() -> Iterator[Part]:
    ages = heartbeats.ages()
    for queue, name in _WORKERS.items():
        gone = [heartbeats.worker_of(queue)]
        if queue == Queue.DEFAULT:
            gone.append(heartbeats.BEAT)
        if any(heartbeats.trouble(each, each, ages) for each in gone):
            words = _("Nobody does this right now. Nothing is lost: it is done later.")
            yield Part(name, "bad", _("Stands still"), words)
        else:
            yield Part(name, "ok", _("Works"))


def _carrier() -> Part:
    name = _("Texts to you")
    if breaker.pause():
        words = _("The carrier does not let us in. We try again every few minutes.")
        return Part(name, "bad", _("Wait"), words)
    return Part(name, "ok", _("Works"))


def _providers() -> Iterator[Part]:
    rows = ProviderState.objects.filter(opened_at__isnull=False)
    stopped = set(rows.values_list("provider", flat=True))
    for key in shelf.ids():
        name = shelf.named(key).name
        if key in stopped:
            words = _("Accounts there may not answer. What you connected stays.")
            yield Part(name, "warn", _("Paused"), words)
        else:
            yield Part(name, "ok", _("Works"))


def _matters() -> Iterator[Matter]:
    """Each once, the newest first."""
    told = set()
    alerts = Alert.objects.filter(
        source=Alert.Source.PRODUCT,
        mark__in=NOTICED,
        state__in=(Alert.State.FIRING, Alert.State.ACKNOWLEDGED),
    )
    for alert in alerts.order_by("-began_at"):
        words = NOTICED[alert.mark]
        if str(words) not in told:
            told.add(str(words))
            yield Matter(words, alert.began_at)


def _coarse(many: int) -> Any:
    """ "fewer than 10", else two figures of it: 1,234 are about 1,200."""
    if not many:
        return _("none")
    if many < 10:
        return _("fewer than 10")
    places = len(str(many)) - 2
    return _numeral(f"{round(many, -places):,}")
