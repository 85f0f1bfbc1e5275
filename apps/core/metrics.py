"""`/metrics` for Prometheus: what all processes of this machine have counted."""

from collections.abc import Iterator

from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from django_prometheus import exports
from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.core import GaugeMetricFamily
from redis.exceptions import RedisError

from apps.core import gauges, heartbeats, shelves
from apps.core.errors import NotFound


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """For the network inside: whoever comes through the proxy finds nothing."""
    if "HTTP_X_FORWARDED_FOR" in request.META:
        raise NotFound("There is no page at this address.")
    found: HttpResponse = exports.ExportToDjangoView(request)
    found.content += _looked_up()
    return found


def _looked_up() -> bytes:
    """What is so wherever it runs, and not counted by a process: signs of life, and what
    each app names in `gauges.py`, a tuple `GAUGES` of functions that ask the database.
    Whoever is away is told as that, and asked no more."""
    families: list[Metric] = []
    try:
        for find in (_signs_of_life, *shelves.across_apps("gauges", "GAUGES")):
            families += find()
        families.append(_is_up("database", True))
    except (DatabaseError, InterfaceError):
        families.append(_is_up("database", False))
    try:
        families += gauges.of_redis()
        families.append(_is_up("redis", True))
    except RedisError:
        families.append(_is_up("redis", False))
    return generate_latest(_Found(*families))


def _is_up(name: str, found: bool) -> Metric:
    words = "Whether it answers"
    return GaugeMetricFamily(f"switchboard_{name}_up", words, value=float(found))


def _signs_of_life() -> list[Metric]:
    """Of workers and beat."""
    family = GaugeMetricFamily(
        "switchboard_heartbeat_age_seconds",
        "Since the last sign of life of beat, and of a worker of each queue; since the"
        " installation where there never was one",
        labels=["name"],
    )
    for name, age in heartbeats.silences().items():
        family.add_metric([name], age)
    return [family]


class _Found(CollectorRegistry):
    """What was found just now, for one answer."""

    def __init__(self, *families: Metric) -> None:
        super().__init__()
        self._families = families

    def collect(self) -> Iterator[Metric]:
        yield from self._families
