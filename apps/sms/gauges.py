"""How long texts wait now, looked up for Prometheus: a text is no job, and a worker that
hangs counts nothing."""

from collections.abc import Iterable

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily

from apps.sms import lanes


def _waiting() -> Iterable[Metric]:
    waited = lanes.waited()
    yield GaugeMetricFamily(
        "switchboard_sms_untaken_seconds",
        "How long the oldest text that is due waits for a worker",
        value=waited.untaken,
    )
    yield GaugeMetricFamily(
        "switchboard_sms_unanswered_seconds",
        "How long the oldest text that is due waits for its answer",
        value=waited.unanswered,
    )


GAUGES = (_waiting,)
