"""How connections and providers stand, looked up for Prometheus."""

from collections.abc import Iterable

from django.db.models import Count
from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily

from apps.integrations.models import Connection, ProviderState


def _standing() -> Iterable[Metric]:
    connections = GaugeMetricFamily(
        "switchboard_oauth_connections",
        "Connections that are not disconnected",
        labels=["provider", "status"],
    )
    rows = Connection.objects.live().order_by().values_list("provider", "status")
    for provider, status, many in rows.annotate(many=Count("pk")):
        connections.add_metric([provider, status], many)
    stopped = GaugeMetricFamily(
        "switchboard_oauth_provider_stopped",
        "Whether no token of a provider is renewed",
        labels=["provider"],
    )
    for state in ProviderState.objects.order_by("provider"):
        stopped.add_metric([state.provider], float(state.is_open))
    return connections, stopped


GAUGES = (_standing,)
