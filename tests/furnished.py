"""What every test of a module begins with, made once.

The rows lie in a transaction around those of the tests, which roll back to it; what lies
in Redis, emptied after each test, is put back.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django_redis import get_redis_connection
from pytest_django import DjangoDbBlocker


@contextmanager
def rows(blocker: DjangoDbBlocker) -> Iterator[None]:
    with blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def redis(blocker: DjangoDbBlocker) -> Iterator["Redis"]:
    """While the tests run: what has been made by now."""
    with blocker.block():
        yield Redis()


class Redis:
    """Sessions and other plain values."""

    def __init__(self) -> None:
        self._redis = get_redis_connection()
        plain = self._redis.scan_iter(_type="string")
        self._kept = {k: (self._redis.get(k), self._redis.pttl(k)) for k in plain}
        self._redis.flushdb()

    def put_back(self) -> None:
        for key, (value, milliseconds) in self._kept.items():
            self._redis.set(key, value, px=milliseconds if milliseconds > 0 else None)
