"""`/metrics` for Prometheus: what all processes of this machine have counted."""

from collections.abc import Iterator

from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from django_prometheus import exports
from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.core import GaugeMetricFamily

from apps.core import heartbeats, shelves
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
    each app names in `gauges.py`, a tuple `GAUGES` of functions. Nothing while the
    database is away."""
    try:
        families = [_signs_of_life()]
        for find in shelves.across_apps("gauges", "GAUGES"):
            families += find()
    except (DatabaseError, InterfaceError):
        return b""
    return generate_latest(_Found(*families))


def _signs_of_life() -> Metric:
    """Of workers and beat."""
    family = GaugeMetricFamily(
        "switchboard_heartbeat_age_seconds",
        "Since the last sign of life of beat, and of a worker of each queue",
        labels=["name"],
    )
    for name, age in heartbeats.ages().items():
        family.add_metric([name], age)
    return family


class _Found(CollectorRegistry):
    """What was found just now, for one answer."""

    def __init__(self, *families: Metric) -> None:
        super().__init__()
        self._families = families

    def collect(self) -> Iterator[Metric]:
        yield from self._families
