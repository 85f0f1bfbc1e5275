"""Prometheus' alerts in the same list as the product's own.

https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
"""

import json
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_POST

from apps.core import bodies
from apps.core.errors import Invalid, NotFound, Unauthorized
from apps.core.logs import logger
from apps.jobs import alarms
from apps.jobs.models import Alert
from apps.rbac.declared import public

MAX_BYTES = 256 * 1024
MOST_ALERTS = 500
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
    bodies.insist_at_most(request, MAX_BYTES)
    found, left_out = _read(request.body)
    for labels, words, fires, until in found:
        mark = _mark(labels)
        if not fires:
            alarms.resolve(Alert.Source.PROMETHEUS, mark)
            continue
        alarms.begin(
            Alert.Source.PROMETHEUS,
            mark,
            title=labels.get("alertname", "Alert"),
            severity=labels.get("severity", "ticket"),
            words=words,
            until=until or Now() + _unrepeated(),
        )
    if not left_out:
        return HttpResponse(status=204)
    logger.warning("alerts_left_out", positions=left_out)
    return JsonResponse({"left_out": left_out})


class _Told(NamedTuple):
    labels: dict[str, str]
    words: str
    fires: bool
    until: datetime | None


def _read(body: bytes) -> tuple[list[_Told], list[int]]:
    """And which cannot be read, counted from 1. Raises Invalid when none can."""
    try:
        given = list(json.loads(body)["alerts"])
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise Invalid("That is not what Alertmanager sends.") from error
    if len(given) > MOST_ALERTS:
        raise Invalid(f"At most {MOST_ALERTS} alerts at once.")
    found: list[_Told] = []
    left_out: list[int] = []
    for position, each in enumerate(given, start=1):
        try:
            found.append(_one(each))
        except (ValueError, TypeError, KeyError, AttributeError):
            left_out.append(position)
    if left_out and not found:
        named = ", ".join(map(str, left_out))
        raise Invalid(f"None of them is an alert of Alertmanager: {named}.")
    return found, left_out


def _one(given: Any) -> _Told:
    labels = {_plain(k): _plain(v) for k, v in given["labels"].items()}
    notes = given.get("annotations") or {}
    words = _plain(notes.get("summary") or notes.get("description") or "")
    if given["status"] not in ("firing", "resolved"):
        raise ValueError(given["status"])
    words = words or labels.get("alertname", "")
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
