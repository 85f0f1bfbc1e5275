"""Work in the background, and how long it is on record."""

from typing import Any
from urllib.parse import urlsplit

from config.env import env
from config.settings.data import REDIS_SENTINEL_OPTIONS, REDIS_SENTINELS, REDIS_URL

# A worker that has been silent for so long is dead, and its job another's.
JOBS_LEASE_SECONDS = env.whole("JOBS_LEASE_SECONDS", default=30, least=1)
# Where each worker says what it has counted; 0 is nowhere (core/worker_metrics.py).
WORKER_METRICS_PORT = env.whole("WORKER_METRICS_PORT", default=0)
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_DEFAULT_QUEUE = "messages"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 90
CELERY_TASK_TIME_LIMIT = 120
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
    # Longer than any task may run, so nothing is delivered twice; see
    # docs/decisions/0002 for why nothing depends on it.
    "visibility_timeout": 300,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "socket_keepalive": True,
    "health_check_interval": 25,
    "global_keyprefix": "celery:",
}
if REDIS_SENTINELS:
    _leader = urlsplit(REDIS_URL)
    _secret, _, _ = _leader.netloc.rpartition("@")
    CELERY_BROKER_URL = ";".join(
        f"sentinel://{_secret}@{host}:{port}{_leader.path}"
        for host, port in REDIS_SENTINELS
    )
    CELERY_BROKER_TRANSPORT_OPTIONS |= {
        "master_name": _leader.hostname,
        "sentinel_kwargs": REDIS_SENTINEL_OPTIONS,
    }
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0.1}
CELERY_BEAT_SCHEDULER = "apps.jobs.beat.BeatScheduler"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"

# --- Audit -----------------------------------------------------------------------------

# Months of events that are kept; older ones are dropped once they are sealed. The seals
# stay.
AUDIT_KEEP_MONTHS = env.whole("AUDIT_KEEP_MONTHS", default=24, least=1)
