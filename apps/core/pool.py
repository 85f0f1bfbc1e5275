"""What the connections that the threads of a process share are asked for, for Prometheus:
how many had to wait (1 less their share is the efficiency of the pool), and for how long.
"""

from typing import Any

from django.db import connection
from prometheus_client import Counter, Gauge

ASKED = Counter("switchboard_database_pool_requests", "Connections asked of the pool")
QUEUED = Counter("switchboard_database_pool_queued", "Of these, such that had to wait")
WAITED = Counter(
    "switchboard_database_pool_wait_seconds", "How long all of these waited together"
)
REFUSED = Counter(
    "switchboard_database_pool_errors", "Of these, such that waited in vain"
)
OPEN = Gauge(
    "switchboard_database_pool_connections",
    "Connections of the pools of all processes",
    multiprocess_mode="livesum",
)
FREE = Gauge(
    "switchboard_database_pool_free",
    "Of these, such that nobody has",
    multiprocess_mode="livesum",
)
_COUNTERS = {
    "requests_num": (ASKED, 1),
    "requests_queued": (QUEUED, 1),
    "requests_wait_ms": (WAITED, 1_000),
    "requests_errors": (REFUSED, 1),
}


def count(**_: Any) -> None:
    """What happened since the last time, after a request or a task."""
    own: Any = connection
    if (pool := own.pool) is None:
        return
    found = pool.pop_stats()
    for name, (counter, unit) in _COUNTERS.items():
        if happened := found.get(name, 0):
            counter.inc(happened / unit)
    OPEN.set(found["pool_size"])
    FREE.set(found["pool_available"])
