"""A database connection whose writes stand whatever becomes of the caller's."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.backends.utils import CursorWrapper

from apps.core import prepared


@contextmanager
def cursor() -> Iterator[CursorWrapper]:
    """Every statement commits by itself.

    Inside a transaction that takes a connection of its own, opened for the occasion:
    that is rare, and one that is kept would count against the server's limit for good.
    """
    if not connection.in_atomic_block:
        with prepared.cursor() as own:
            yield own
        return
    other = connection.copy()
    try:
        with other.cursor() as own:
            yield own
    finally:
        other.close()
