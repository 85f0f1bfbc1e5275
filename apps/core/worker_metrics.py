"""What a worker counts, for Prometheus, where no web server shares its folder.

On one machine all processes count in one folder and `/metrics` of the web server shows
the sum. A worker in a container counts in a folder of its own: with
`WORKER_METRICS_PORT` it answers there itself. Not through the proxy, and to whoever
reaches the port: the network inside is closed by whoever lays it.
"""

from typing import Any

from celery import signals
from django.conf import settings
from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.multiprocess import MultiProcessCollector


# Ready: its processes are forked, and none of them holds the port.
@signals.worker_ready.connect
def serve(**_: Any) -> None:
    if settings.WORKER_METRICS_PORT:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)
        start_http_server(settings.WORKER_METRICS_PORT, registry=registry)
