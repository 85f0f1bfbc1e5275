"""Moments as PostgreSQL writes them are read by Python itself.

Django has psycopg take each apart by a pattern, which takes ten times as long, and a page
of a list has a hundred of them.
"""

from datetime import UTC, datetime
from typing import Any

from django.db.backends.postgresql.psycopg_any import BaseTzLoader


class Moments(BaseTzLoader):  # type: ignore[misc]  # not in the stubs
    """What Python does not have (a year before Christ) psycopg says something about."""

    timezone = UTC

    def load(self, data: Any) -> Any:
        try:
            found = datetime.fromisoformat(str(data, "ascii"))
            return found if found.tzinfo is UTC else found.astimezone(UTC)
        except (ValueError, OverflowError):
            return super().load(data)


def read_quickly(connection: Any, **_: object) -> None:
    """For each connection as it is made. Django looks whether its loaders are of the
    zone that it wants, and lets these be."""
    connection.connection.adapters.register_loader("timestamptz", Moments)
