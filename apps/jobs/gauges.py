"""How long jobs wait now, looked up for Prometheus: a queue that stands still claims
nothing, so nothing of it is counted."""

from collections.abc import Iterable

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily

from apps.jobs import waiting


def _waiting() -> Iterable[Metric]:
    oldest = GaugeMetricFamily(
        "switchboard_job_oldest_seconds",
        "How long the oldest job that is due waits",
        labels=["queue"],
    )
    for queue in waiting.QUEUES:
        oldest.add_metric([queue], waiting.seconds(queue))
    yield oldest


GAUGES = (_waiting,)
