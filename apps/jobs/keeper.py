"""A thread of each worker that keeps its job, and ends what takes too long.

A job that is over in seconds never hears of it. A longer one has its lease renewed; one
that is past its time is interrupted, and when that does not help the process is killed,
which the sweeper sees like any other death.
"""

import ctypes
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import DatabaseError, InterfaceError, connection

from apps.core.kinds import Kind
from apps.core.logs import logger
from apps.core.per_process import PerProcess
from apps.jobs import leases
from apps.jobs.leases import Lease, LeaseLost

_LOOK_EVERY = 0.25
# An interruption arrives within milliseconds; one that does not was caught by the work.
_ON_ITS_WAY = 1.0


class TookTooLong(BaseException):
    """Raised inside the work. No Exception, so that the work does not catch it."""


@dataclass
class _Watched:
    lease: Lease
    thread: int
    soft: float  # when to interrupt, monotonic
    hard: float  # when to kill
    renew: float
    is_interrupted: bool = False
    is_raised: bool = False


@dataclass
class _Keeper:
    """What runs in this process: thread → job."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    watched: dict[int, _Watched] = field(default_factory=dict)

    def __post_init__(self) -> None:
        threading.Thread(target=self._look, name="keeper", daemon=True).start()

    def _look(self) -> None:
        while True:
            time.sleep(_LOOK_EVERY)
            with self.lock:
                for each in self.watched.values():
                    _end_if_late(each)
                due = [w for w in self.watched.values() if w.renew <= time.monotonic()]
            for each in due:
                _renew(each)


_of_this_process = PerProcess(_Keeper)


@contextmanager
def watching(lease: Lease, kind: Kind[object]) -> Iterator[None]:
    """Keep the lease while the block runs. Raises TookTooLong inside it."""
    keeper, me, now = _of_this_process(), threading.get_ident(), time.monotonic()
    every = leases.seconds() / 3
    soft = now + kind.seconds
    watched = _Watched(lease, me, soft, soft + kind.grace, now + every)
    with keeper.lock:
        keeper.watched[me] = watched
    try:
        yield
    except TookTooLong:
        watched.is_raised = True
        raise
    finally:
        _forget(keeper, watched)


def _forget(keeper: _Keeper, watched: _Watched) -> None:
    """One that is on its way is waited for, or it would be raised somewhere else. It
    cannot be called back: CPython 3.11 then looks for it at every step, and under a
    tracer for ever."""
    try:
        with keeper.lock:
            keeper.watched.pop(watched.thread, None)
        until = time.monotonic() + _ON_ITS_WAY
        while _is_awaited(watched) and time.monotonic() < until:
            time.sleep(0.01)
    except TookTooLong:
        with keeper.lock:
            keeper.watched.pop(watched.thread, None)
        raise


def _is_awaited(watched: _Watched) -> bool:
    return watched.is_interrupted and not watched.is_raised


def _end_if_late(each: _Watched) -> None:
    now = time.monotonic()
    if now >= each.hard:
        logger.error("job_killed", job=each.lease.job_id, kind=each.lease.kind)
        os.kill(os.getpid(), signal.SIGKILL)
    if now >= each.soft and not each.is_interrupted:
        each.is_interrupted = True
        # At its next step in Python; a call that hangs has a time limit of its own.
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(each.thread), ctypes.py_object(TookTooLong)
        )


def _renew(each: _Watched) -> None:
    each.renew = time.monotonic() + leases.seconds() / 3
    try:
        if not leases.renew_unless_held(each.lease):
            # The work's own transaction, most likely. It may end any moment.
            each.renew = time.monotonic()
    except LeaseLost:
        # Whoever works on it finds out when they come to say how it went.
        each.renew = float("inf")
    except (DatabaseError, InterfaceError) as error:
        logger.warning("lease_not_renewed", error=type(error).__name__)
        connection.close()
