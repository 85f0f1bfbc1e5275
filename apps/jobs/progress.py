"""How far a job is, said by the job itself.

    for done, row in enumerate(rows):
        progress.say(done, len(rows), "Writing messages")

Outside a job it says nothing, so the same code runs in a command or a test; nor in an
atomic one, where nobody would see it before the end.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from apps.core.errors import AppError
from apps.jobs import leases
from apps.jobs.leases import Lease, LeaseLost
from apps.jobs.models import Job

# A person looks every two seconds or so; more words would only be more writing.
_EVERY_SECONDS = 1.0
_current: ContextVar["_Told | None"] = ContextVar("job", default=None)


class Cancelled(AppError):
    """Somebody does not want it any more: let it pass."""

    code = "cancelled"
    sentence = "It was cancelled."


class _Told:
    def __init__(self, lease: Lease) -> None:
        self.lease = lease
        self.next = 0.0


@contextmanager
def of(lease: Lease) -> Iterator[None]:
    """What is said inside is said of this job."""
    token = _current.set(_Told(lease))
    try:
        yield
    finally:
        _current.reset(token)


def job_id() -> int | None:
    """Of the job this is said in."""
    told = _current.get()
    return told.lease.job_id if told is not None else None


def insist() -> None:
    """The job is still ours, and for a whole lease. Raises LeaseLost when another worker
    does it by now: let it pass, and do what cannot be undone only after."""
    told = _current.get()
    if told is not None:
        leases.renew(told.lease)


def say(done: int, of: int, words: str = "") -> None:
    """`done` of `of` are through. Raises Cancelled when it need not go on, LeaseLost
    when another worker does it by now: let both pass."""
    told = _current.get()
    if told is None or time.monotonic() < told.next:
        return
    told.next = time.monotonic() + _EVERY_SECONDS
    percent = min(100, max(0, round(100 * done / of))) if of > 0 else None
    if not told.lease.row().update(percent=percent, progress=words[:120]):
        raise LeaseLost(f"job {told.lease.job_id}")
    if Job.objects.filter(pk=told.lease.job_id, cancel_asked_at__isnull=False).exists():
        raise Cancelled
