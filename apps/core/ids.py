"""Time-ordered public ids (UUID version 7, RFC 9562), made here: servers before
PostgreSQL 18 have no `uuidv7()`."""

import os
import threading
import time
import uuid

_SECOND = 1000 << 12
_lock = threading.Lock()
_last = 0


def uuid7() -> uuid.UUID:
    """48 bits of Unix milliseconds, 12 of what is left of the time (RFC 9562 §6.2,
    method 3: a quarter of a microsecond), then 62 random bits.

    Of one process each is greater than the one before, also on a clock that stands
    still or goes back by less than a second.
    """
    random = int.from_bytes(os.urandom(8), "big")
    milliseconds, part = divmod(_stamp(), 4096)
    value = milliseconds << 80 | 7 << 76 | part << 64 | random
    value = value & ~(0x3 << 62) | 2 << 62
    return uuid.UUID(int=value)


def _stamp() -> int:
    """60 bits: milliseconds, and 4096ths of one."""
    global _last
    milliseconds, left = divmod(time.time_ns(), 1_000_000)
    now = milliseconds << 12 | left * 4096 // 1_000_000
    with _lock:
        _last = _last + 1 if now <= _last < now + _SECOND else now
        return _last
