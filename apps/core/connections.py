"""Database connections that cannot be used any more are known for it, and soon.

One that the server has closed meanwhile is replaced before it is used. Django would ask the server on each request (CONN_HEALTH_CHECKS): a round trip, where all
of a webhook is one. One that was closed shows by itself: there is something to be read
though nothing was asked.

One whose server says nothing at all (a machine that is frozen, a cable that is out) is
given up a little after the server itself would have given up the statement. libpq has no
such limit, and `tcp_user_timeout` sees neither a socket of this machine nor a stopped
process.

How long each statement took is counted on the way, for Prometheus.
"""

import select
import time
from functools import partial
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from prometheus_client import Histogram
from psycopg.pq import TransactionStatus

# Seconds a server may need on top to say that a statement took too long.
_MARGIN = 2
# The server has no limit for what was deferred to the end of a transaction: foreign keys
# of all that an erasure takes along. Nor is it known then whether that was the end.
_COMMIT_SECONDS = 300
TOOK = Histogram(
    "switchboard_database_statement_seconds",
    "How long PostgreSQL took for a statement, or for the end of a transaction",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 15),
)


def replace_if_closed(**_: object) -> None:
    """A look at the socket; the server is asked only when it has said something."""
    kept = connection.connection
    if kept is None or connection.in_atomic_block:
        return
    if kept.closed or (_has_words(kept.fileno()) and not connection.is_usable()):
        connection.close()


def _has_words(descriptor: int) -> bool:
    looked = select.poll()
    looked.register(descriptor, select.POLLIN)
    return bool(looked.poll(0))


def bound(connection: Any, **_: object) -> None:
    """For each connection as it is made: none of its statements is waited for longer
    than `DATABASE_STATEMENT_SECONDS`, here as on the server. 0 has no limit."""
    if settings.DATABASE_STATEMENT_SECONDS:
        own = connection.connection
        if isinstance(own.wait, partial):
            return  # taken from the pool once more
        seconds = settings.DATABASE_STATEMENT_SECONDS + _MARGIN
        own.wait = partial(_wait, own, own.wait, seconds)


def _wait(own: Any, wait: Any, seconds: float, asked: Any, **how: Any) -> Any:
    """Raises `psycopg.OperationalError`, and hangs up: whatever would still come is no
    answer to what is asked next."""
    is_commit = getattr(asked, "__name__", "") == "_commit_gen"
    how.setdefault("timeout", _COMMIT_SECONDS if is_commit else seconds)
    began = time.perf_counter()
    try:
        return wait(asked, **how)
    except psycopg.OperationalError:
        if own.pgconn.transaction_status == TransactionStatus.ACTIVE:
            own.pgconn.finish()
        raise
    finally:
        TOOK.observe(time.perf_counter() - began)
