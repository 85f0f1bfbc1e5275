"""One of several processes does what only one may do.

The lock is the database's and belongs to a connection: when the process dies, or the
connection does, the next one that asks has it.
"""

from typing import Any

import psycopg
from django.db import connection as database

# Seconds. The connection is idle between looks, and a server that is gone must not be
# waited for.
_KEEP_ALIVE: dict[str, Any] = {
    "keepalives": 1,
    "keepalives_idle": 1,
    "keepalives_interval": 1,
    "keepalives_count": 2,
    "tcp_user_timeout": 2_000,  # milliseconds
}


class Leadership:
    """Not for threads: one process asks."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._connection: psycopg.Connection[tuple[bool]] | None = None

    def is_mine(self) -> bool:
        """Takes it when it is free. False when the database is away."""
        try:
            return self._holds() or self._takes()
        except psycopg.Error:
            self.give_up()
            return False

    def give_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _holds(self) -> bool:
        if self._connection is None:
            return False
        self._connection.execute("SELECT 1")
        return True

    def _takes(self) -> bool:
        parameters = {**database.get_connection_params(), "connect_timeout": 2}
        for django_only in ("cursor_factory", "context", "prepare_threshold"):
            parameters.pop(django_only, None)
        # What the address says itself comes last.
        asking = psycopg.connect(**{**_KEEP_ALIVE, **parameters}, autocommit=True)
        try:
            lock = "SELECT pg_try_advisory_lock(%s)"
            row = asking.execute(lock, [self._number]).fetchone()
            if row is not None and row[0]:
                self._connection = asking
        finally:
            if self._connection is not asking:
                asking.close()
        return self._connection is not None
