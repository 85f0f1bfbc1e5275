"""Time-ordered public ids (UUID version 7, RFC 9562), made here: servers before
PostgreSQL 18 have no `uuidv7()`."""

import os
import time
import uuid


def uuid7() -> uuid.UUID:
    """48 bits of Unix milliseconds, 12 of what is left of the time (RFC 9562 §6.2,
    method 3: a quarter of a microsecond), then 62 random bits."""
    milliseconds, left = divmod(time.time_ns(), 1_000_000)
    random = int.from_bytes(os.urandom(8), "big")
    value = milliseconds << 80 | left * 4096 // 1_000_000 << 64 | random
    value = value | 7 << 76
    value = value & ~(0x3 << 62) | 2 << 62
    return uuid.UUID(int=value)
