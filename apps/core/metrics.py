"""`/metrics` for Prometheus: what all processes of this machine have counted."""

from collections.abc import Iterator

from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from django_prometheus import exports
from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.core import GaugeMetricFamily

from apps.core import heartbeats
from apps.core.errors import NotFound


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """For the network inside: whoever comes through the proxy finds nothing."""
    if "HTTP_X_FORWARDED_FOR" in request.META:
        raise NotFound("There is no page at this address.")
    found: HttpResponse = exports.ExportToDjangoView(request)
    found.content += _signs_of_life()
    return found


def _signs_of_life() -> bytes:
    """Of workers and beat wherever they run, so not counted but looked up. Nothing
    while the database is away."""
    family = GaugeMetricFamily(
        "switchboard_heartbeat_age_seconds",
        "Since the last sign of life of beat, and of a worker of each queue",
        labels=["name"],
    )
    try:
        for name, age in heartbeats.ages().items():
            family.add_metric([name], age)
    except (DatabaseError, InterfaceError):
        return b""
    return generate_latest(_Found(family))


class _Found(CollectorRegistry):
    """What was found just now, for one answer."""

    def __init__(self, *families: Metric) -> None:
        super().__init__()
        self._families = families

    def collect(self) -> Iterator[Metric]:
        yield from self._families
