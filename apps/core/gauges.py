"""How PostgreSQL and Redis stand, looked up for Prometheus. Nothing of any person."""

import math
import pkgutil
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib import import_module
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

from apps.core import redis, replica

# Of this database alone, and who is busy with what for how long.
_CONNECTIONS = """
SELECT coalesce(state, 'unknown'), count(*),
    coalesce(max(extract(epoch FROM clock_timestamp() - xact_start)), 0)::float8,
    count(*) FILTER (WHERE wait_event_type = 'Lock')
FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend'
GROUP BY 1
"""
_DATABASE = """
SELECT pg_database_size(datname),
    current_setting('max_connections')::int
        - current_setting('superuser_reserved_connections')::int,
    xact_commit, xact_rollback, blks_hit, blks_read, deadlocks,
    (SELECT failed_count FROM pg_stat_archiver),
    (SELECT CASE WHEN current_setting('archive_mode') = 'off' THEN NULL
        ELSE extract(epoch FROM clock_timestamp() - last_archived_time)::float8 END
        FROM pg_stat_archiver)
FROM pg_stat_database WHERE datname = current_database()
"""
# A copy that is being made is none that follows.
_BEHIND = """
SELECT max(pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)) FROM pg_stat_replication
WHERE state = 'streaming' AND application_name <> 'pg_basebackup'
"""
_STATES = ("active", "idle", "idle in transaction")


def _connections() -> Iterable[Metric]:
    many = GaugeMetricFamily(
        "switchboard_database_connections",
        "Connections to our database, by what they do",
        labels=["state"],
    )
    with connection.cursor() as cursor:
        cursor.execute(_CONNECTIONS)
        rows = cursor.fetchall()
    found = dict.fromkeys(_STATES, 0) | {state: count for state, count, *_ in rows}
    for state, count in found.items():
        many.add_metric([state], count)
    yield many
    yield GaugeMetricFamily(
        "switchboard_database_oldest_transaction_seconds",
        "How long the oldest transaction is open",
        value=max((age for _, _, age, _ in rows), default=0.0),
    )
    yield GaugeMetricFamily(
        "switchboard_database_waiting_connections",
        "Those that wait for somebody else's lock",
        value=sum(waiting for *_, waiting in rows),
    )


def _database() -> Iterable[Metric]:
    with connection.cursor() as cursor:
        cursor.execute(_DATABASE)
        size, most, commits, rollbacks, hits, reads, locks, failed, age = (
            cursor.fetchone()
        )
    yield GaugeMetricFamily(
        "switchboard_database_bytes", "How large our database is", value=size
    )
    yield GaugeMetricFamily(
        "switchboard_database_connections_limit",
        "Connections that the server takes",
        value=most,
    )
    ends = CounterMetricFamily(
        "switchboard_database_transactions", "How they ended", labels=["outcome"]
    )
    ends.add_metric(["commit"], commits)
    ends.add_metric(["rollback"], rollbacks)
    yield ends
    pages = CounterMetricFamily(
        "switchboard_database_pages",
        "Pages of tables that were read, from memory or not",
        labels=["source"],
    )
    pages.add_metric(["memory"], hits)
    pages.add_metric(["disk"], reads)
    yield pages
    yield CounterMetricFamily(
        "switchboard_database_deadlocks",
        "Transactions that held each other",
        value=locks,
    )
    yield CounterMetricFamily(
        "switchboard_database_archive_failures",
        "Segments that the archive did not take",
        value=failed,
    )
    if age is not None:
        yield GaugeMetricFamily(
            "switchboard_database_archive_age_seconds",
            "Since a segment was last archived",
            value=age,
        )


def _replica() -> Iterable[Metric]:
    """As the first server sees it, so that one that is away is no silence."""
    behind = 0.0
    if replica.ALIAS in settings.DATABASES:
        with connection.cursor() as cursor:
            cursor.execute(_BEHIND)
            (found,) = cursor.fetchone()
        behind = math.inf if found is None else float(found)
    yield GaugeMetricFamily(
        "switchboard_database_replica_behind_bytes",
        "What the replica for reports has not replayed; 0 where none is named",
        value=behind,
    )


def _migrations() -> Iterable[Metric]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations")
        applied = set(cursor.fetchall())
    yield GaugeMetricFamily(
        "switchboard_django_migrations_unapplied",
        "Migrations of this release that the database does not have",
        value=len(_migrations_here() - applied),
    )


@lru_cache(maxsize=1)
def _migrations_here() -> frozenset[tuple[str, str]]:
    """By their files, none of which is loaded."""
    found = set()
    for config in apps.get_app_configs():
        name, _ = MigrationLoader.migrations_module(config.label)
        try:
            package = import_module(name or "")
        except (ImportError, ValueError):  # it has none
            continue
        modules = pkgutil.iter_modules(getattr(package, "__path__", []))
        found |= {(config.label, each.name) for each in modules if not each.ispkg}
    return frozenset(found)


def of_redis() -> Iterator[Metric]:
    """Raises `RedisError`."""
    told: dict[str, Any] = redis.connection().info()
    for name, words, key in (
        ("memory_bytes", "Memory that it uses", "used_memory"),
        ("memory_limit_bytes", "Memory that it may use; 0 is all", "maxmemory"),
        ("clients", "Who is connected", "connected_clients"),
        ("blocked_clients", "Who waits for something to come", "blocked_clients"),
    ):
        yield GaugeMetricFamily(
            f"switchboard_redis_{name}", words, value=told.get(key, 0)
        )
    for name, words, key in (
        ("commands", "Commands that were done", "total_commands_processed"),
        ("evicted_keys", "Thrown away for want of memory", "evicted_keys"),
        ("hits", "Keys that were found", "keyspace_hits"),
        ("misses", "Keys that were not", "keyspace_misses"),
    ):
        yield CounterMetricFamily(
            f"switchboard_redis_{name}", words, value=told.get(key, 0)
        )


GAUGES = (_connections, _database, _replica, _migrations)
