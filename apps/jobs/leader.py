"""One of several processes does what only one may do.

Whoever leads holds a row for a moment, by the database's clock, and renews it: one that
is killed, frozen or cut off loses it, and the next that asks has it. One that was frozen
and comes back finds out when it asks, so it asks before it acts.
"""

import os
import secrets
import socket
from contextlib import suppress
from typing import Any

import psycopg
from django.db import connection as database

# Seconds. With askers every half second, takeover within two.
LEASE = 1.4
# Seconds. The connection is idle between looks, and a server that is gone must not be
# waited for.
_KEEP_ALIVE: dict[str, Any] = {
    "keepalives": 1,
    "keepalives_idle": 1,
    "keepalives_interval": 1,
    "keepalives_count": 2,
    "tcp_user_timeout": 2_000,  # milliseconds
}
# An end beyond the lease is of a clock that was set back since.
_TAKE = """
INSERT INTO jobs_leadership AS row (name, holder, until)
VALUES (%(name)s, %(me)s, clock_timestamp() + %(lease)s * interval '1 second')
ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
WHERE row.holder = excluded.holder OR row.until NOT BETWEEN clock_timestamp()
    AND clock_timestamp() + %(lease)s * interval '1 second'
"""
_LEAVE = "DELETE FROM jobs_leadership WHERE name = %s AND holder = %s"


class Leader:
    """Not for threads: one process asks."""

    def __init__(self, name: str) -> None:
        self._name = name
        # A number of a process may come again.
        self._me = f"{socket.gethostname()[:100]}:{os.getpid()}:{secrets.token_hex(8)}"
        self._connection: psycopg.Connection[Any] | None = None

    def is_mine(self) -> bool:
        """Takes it when it is free, renews it when it is ours. False when the database
        is away."""
        try:
            asked = self._connected().execute(
                _TAKE, {"name": self._name, "me": self._me, "lease": LEASE}
            )
        except psycopg.Error:
            self._hang_up()
            return False
        return bool(asked.rowcount)

    def give_up(self) -> None:
        """Whoever asks next has it."""
        if self._connection is not None:
            with suppress(psycopg.Error):
                self._connection.execute(_LEAVE, [self._name, self._me])
            self._hang_up()

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connected(self) -> psycopg.Connection[Any]:
        if self._connection is None:
            parameters = {**database.get_connection_params(), "connect_timeout": 2}
            for django_only in ("cursor_factory", "context", "prepare_threshold"):
                parameters.pop(django_only, None)
            # What the address says itself comes last.
            self._connection = psycopg.connect(
                **{**_KEEP_ALIVE, **parameters}, autocommit=True
            )
        return self._connection
