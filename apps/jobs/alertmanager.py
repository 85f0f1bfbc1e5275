"""Prometheus' alerts in the same list as the product's own.

https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
"""

import json
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_POST

from apps.core import bodies
from apps.core.errors import Invalid, NotFound, TooLarge, Unauthorized
from apps.core.logs import logger
from apps.jobs import alarms
from apps.jobs.models import Alert
from apps.jobs.rules import Severity
from apps.jobs.sightings import Seen
from apps.rbac.declared import public

# Some three thousand alerts with long words; it takes a dozen times as much to read.
MAX_BYTES = 4 * 1024 * 1024
MOST_ALERTS = 5_000
_MOST_DISCARDED = 16
MISSING = "jobs.alertmanager"
_SAID_ELSEWHERE = ("alertname", "severity")
# That every calendar and time zone knows.
_YEARS = range(1900, 2200)


@public
@require_POST
def alerts(request: HttpRequest) -> HttpResponse:
    """Firing and resolved alerts, any number of times. What cannot be read is left out:
    Alertmanager sends nothing again that was refused, the good ones included."""
    if not settings.ALERTMANAGER_TOKEN:
        raise NotFound("There is nothing at this address.")
    given = request.META.get("HTTP_AUTHORIZATION", "")
    if not constant_time_compare(given, f"Bearer {settings.ALERTMANAGER_TOKEN}"):
        raise Unauthorized
    found = _read(_body(request))
    _take(found.told)
    if found.missing:
        _say(f"{found.missing:,} of a post of Alertmanager are not listed.")
    if not (found.left_out or found.missing):
        return HttpResponse(status=204)
    logger.warning("alerts_left_out", positions=found.left_out, missing=found.missing)
    return JsonResponse({"left_out": found.left_out, "missing": found.missing})


class _Told(NamedTuple):
    labels: dict[str, str]
    words: str
    fires: bool
    until: datetime | None


class _Post(NamedTuple):
    """What can be read of it; which cannot, counted from 1; how many more there are."""

    told: list[_Told]
    left_out: list[int]
    missing: int


def _body(request: HttpRequest) -> bytes:
    """Raises TooLarge, and then operators are told: what was in it comes no more."""
    try:
        bodies.insist_at_most(request, MAX_BYTES)
    except TooLarge:
        size = str(request.META.get("CONTENT_LENGTH"))[:12]
        logger.error("alerts_refused", bytes=size)
        _say("A post of Alertmanager was too large, and none of it is listed.")
        # Whoever is still sending reads no answer, and tries the same again.
        for _ in range(_MOST_DISCARDED):
            if not request.read(MAX_BYTES):
                break
        raise
    # More than Django would read for a form.
    return request.read(MAX_BYTES)


def _say(words: str) -> None:
    """It stays until nothing of the kind has come for long, or an operator closes it."""
    seen = Seen(
        MISSING,
        "Alerts of Prometheus are missing",
        Severity.PAGE,
        f"{words} Look at Alertmanager itself, and set its max_alerts.",
    )
    alarms.begin(Alert.Source.PRODUCT, [seen], ends_in=_unrepeated())


def _take(told: list[_Told]) -> None:
    # Of one alert the last word counts.
    latest = {_mark(each.labels): each for each in told}
    fires = [_seen(mark, each) for mark, each in latest.items() if each.fires]
    over = [mark for mark, each in latest.items() if not each.fires]
    alarms.begin(Alert.Source.PROMETHEUS, fires, ends_in=_unrepeated())
    alarms.resolve(Alert.Source.PROMETHEUS, over)


def _seen(mark: str, told: _Told) -> Seen:
    title = told.labels.get("alertname", "Alert")
    severity = told.labels.get("severity", Severity.TICKET)
    return Seen(mark, title, severity, told.words, told.until)


def _read(body: bytes) -> _Post:
    """Raises Invalid when none can be."""
    try:
        post = json.loads(body)
        given = list(post["alerts"])
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise Invalid("That is not what Alertmanager sends.") from error
    found: list[_Told] = []
    left_out: list[int] = []
    for position, each in enumerate(given[:MOST_ALERTS], start=1):
        try:
            found.append(_one(each))
        except (ValueError, TypeError, KeyError, AttributeError):
            left_out.append(position)
    if left_out and not found:
        named = ", ".join(map(str, left_out[:20]))
        raise Invalid(f"None of them is an alert of Alertmanager: {named}.")
    # By its own `max_alerts`, and by ours.
    truncated = post.get("truncatedAlerts")
    missing = truncated if type(truncated) is int and truncated > 0 else 0
    return _Post(found, left_out, missing + max(0, len(given) - MOST_ALERTS))


def _one(given: Any) -> _Told:
    labels = {_plain(k): _plain(v) for k, v in given["labels"].items()}
    notes = given.get("annotations") or {}
    words = _plain(notes.get("summary") or notes.get("description") or "")
    if given["status"] not in ("firing", "resolved"):
        raise ValueError(given["status"])
    words = words or ", ".join(
        f"{name} {value}"
        for name, value in labels.items()
        if name not in _SAID_ELSEWHERE
    )
    return _Told(labels, words, given["status"] == "firing", _end(given.get("endsAt")))


def _end(said: Any) -> datetime | None:
    """When it ends unless it is told again; the year one means that nothing is said."""
    try:
        found = parse_datetime(_plain(said))
    except (TypeError, ValueError):
        return None
    if found is None or found.tzinfo is None or found.year not in _YEARS:
        return None
    return found if found > timezone.now() else None


def _unrepeated() -> timedelta:
    return 4 * timedelta(seconds=settings.ALERTMANAGER_REPEAT_SECONDS)


def _plain(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value.replace("\0", "").encode("utf-8", "replace").decode()


def _mark(labels: dict[str, str]) -> str:
    """Alerts with the same labels are the same alert."""
    told = json.dumps(labels, sort_keys=True)
    name = labels.get("alertname", "")[:100]
    return f"{name} {sha256(told.encode()).hexdigest()[:32]}"
