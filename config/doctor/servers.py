"""PostgreSQL and Redis: there, new enough, set up for what they are used for."""

import time
from collections.abc import Iterator
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from apps.core import redis
from config.doctor.findings import Finding, fail, ok, warn

_OLDEST_POSTGRES, _OLDEST_REDIS = 150_000, (6, 2)
# Of its connections and its memory; beyond, the next peak finds none.
_NEARLY_FULL = 0.8
# A code of an authenticator app is of half a minute.
_CLOCK_WARN, _CLOCK_FAIL = 2.0, 15.0

_FACTS = """
SELECT current_setting('server_version_num')::int, current_setting('server_version'),
    current_setting('max_connections')::int,
    (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),
    current_setting('server_encoding'), pg_is_in_recovery(),
    current_setting('fsync') = 'on'
"""
_ARCHIVER = """
SELECT current_setting('archive_mode'), last_failed_time > coalesce(
        last_archived_time, '-infinity'), last_failed_wal,
    current_setting('archive_command') = '' AND current_setting('archive_library') = ''
FROM pg_stat_archiver
"""


def database() -> Iterator[Finding]:
    try:
        row = _one(_FACTS)
    except Error as error:
        yield fail(
            f"PostgreSQL cannot be asked: {str(error).strip().splitlines()[0]}",
            "Start it, or correct DATABASE_URL.",
        )
        return
    number, version, most, used, encoding, is_replica, is_durable = row
    if number < _OLDEST_POSTGRES:
        yield fail(f"PostgreSQL is {version}", "Use 15 or newer.")
    if encoding != "UTF8":
        yield fail(f"its encoding is {encoding}", "Make the database with UTF8.")
    if is_replica:
        yield fail("it is a replica, and takes no writes", "Name the primary.")
    if not is_durable and not settings.DEBUG:
        yield warn("a power cut loses what it has promised", "Set fsync = on.")
    if used > most * _NEARLY_FULL:
        yield warn(
            f"{used} of {most} connections are in use",
            "Raise max_connections, or put PgBouncer in front (docs/scale.md).",
        )
    yield ok(f"PostgreSQL {version}, {used} of {most} connections in use")


def migrations() -> Iterator[Finding]:
    executor = MigrationExecutor(connection)
    loader = executor.loader
    plan = executor.migration_plan(loader.graph.leaf_nodes())
    if plan:
        first = plan[0][0]
        yield fail(
            f"{len(plan)} are not applied, {first.app_label}.{first.name} first",
            "Run manage.py migrate.",
        )
    ours = {label for label, _ in loader.disk_migrations or {}}
    known = set(loader.disk_migrations or {}) | {
        old for each in (loader.disk_migrations or {}).values() for old in each.replaces
    }
    unknown = {
        name for name in loader.applied_migrations if name[0] in ours
    } - known  # of a newer release, or of another one
    if unknown:
        yield warn(
            f"the database has {len(unknown)} that this release does not know",
            "Run the release that migrated last; after a rollback all is well.",
        )
    if not plan:
        yield ok("all are applied")


def archive() -> Iterator[Finding]:
    """Whether PostgreSQL hands on what a restore to a moment needs."""
    mode, fails, last, is_led_nowhere = _one(_ARCHIVER)
    if fails:
        yield fail(
            f"PostgreSQL could not archive {last}",
            "Look at its log: the archive is full, or archive.sh is not to be run.",
        )
    elif mode != "off" and is_led_nowhere:
        yield fail(
            "PostgreSQL keeps what is to be archived and archives nothing: its disk "
            "fills, and a restore loses all since the last backup",
            "Set archive_command (docs/backups.md).",
        )
    elif mode == "off" and not settings.DEBUG:
        yield warn(
            "PostgreSQL archives nothing: a restore loses all since the last backup",
            "Set archive_mode and archive_command (docs/backups.md).",
        )
    else:
        yield ok("the archive is fed" if mode != "off" else "nothing is archived")


def cache() -> Iterator[Finding]:
    try:
        told: dict[str, Any] = redis.connection().info()
        policy = redis.connection().config_get("maxmemory-policy")
    except RedisError as error:
        if "no permissions" not in str(error).lower():
            yield fail(
                f"Redis cannot be asked ({type(error).__name__})",
                "Start it, or correct REDIS_URL.",
            )
            return
        policy = {}
    version = str(told.get("redis_version", "0"))
    if tuple(map(int, version.split(".")[:2])) < _OLDEST_REDIS:
        yield fail(f"Redis is {version}", "Use 6.2 or newer, or Valkey.")
    evicts = policy.get("maxmemory-policy", "noeviction")
    if evicts != "noeviction":
        yield warn(
            f"it throws away what is needed when it is full ({evicts})",
            "Set maxmemory-policy noeviction: queues and sessions are no cache.",
        )
    most, used = int(told.get("maxmemory", 0)), int(told.get("used_memory", 0))
    if most and used > most * _NEARLY_FULL:
        yield warn(
            f"{used / most:.0%} of its memory is in use",
            "Raise maxmemory, or look for what fills it.",
        )
    if told.get("aof_last_write_status", "ok") != "ok" or (
        told.get("rdb_last_bgsave_status", "ok") != "ok"
    ):
        yield fail("it cannot write to its disk", "Make room, and look at its log.")
    yield ok(f"Redis {version}, {used / 1_000_000:.0f} MB in use")


def broker() -> Iterator[Finding]:
    try:
        with current_app.connection_for_write() as found:
            found.ensure_connection(max_retries=1, timeout=3)
            channel: Any = found.default_channel
            channel.client.ping()
    except (OperationalError, RedisError, OSError) as error:
        yield fail(
            f"Celery cannot ring for workers ({type(error).__name__})",
            "Start Redis, or correct REDIS_URL.",
        )
        return
    yield ok("bells reach the workers")


def clock() -> Iterator[Finding]:
    """Three clocks; what is wrong with ours shows by theirs."""
    asked = time.time()
    (theirs,) = _one("SELECT extract(epoch FROM clock_timestamp())::float8")
    apart = {"PostgreSQL": float(theirs) - (asked + time.time()) / 2}
    try:
        asked = time.time()
        seconds, micros = redis.connection().time()
        middle = (asked + time.time()) / 2
        apart["Redis"] = int(seconds) + int(micros) / 1_000_000 - middle
    except RedisError:
        pass  # said already, by its own check
    worst = max(apart, key=lambda name: abs(apart[name]))
    words = f"the clock here and that of {worst} are {abs(apart[worst]):.1f} s apart"
    remedy = "Let NTP set the clock of each machine (timedatectl set-ntp true)."
    if abs(apart[worst]) > _CLOCK_FAIL:
        yield fail(words, f"Codes of authenticator apps will not fit. {remedy}")
    elif abs(apart[worst]) > _CLOCK_WARN:
        yield warn(words, remedy)
    else:
        yield ok("the clocks agree")


def _one(statement: str) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        found: tuple[Any, ...] = cursor.fetchone()
        return found
