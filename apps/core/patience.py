"""A limit on our own side for a database that neither answers nor hangs up.

The server's time limits are the server's: one that is frozen keeps none. A thread of
each process looks every second at what is under way and hangs up on what takes too
long; the caller's wait ends as if the server had died.
"""

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from apps.core.per_process import PerProcess

_LOOK_EVERY = 1.0


@dataclass
class _Watch:
    """What is under way in this process: thread → when to hang up on which socket."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    calls: dict[int, tuple[float, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        threading.Thread(target=self._look, name="patience", daemon=True).start()

    def _look(self) -> None:
        while True:
            time.sleep(_LOOK_EVERY)
            now = time.monotonic()
            # Under the lock, so that no socket is closed and its number used anew.
            with self.lock:
                for due, descriptor in self.calls.values():
                    if due <= now:
                        _hang_up(descriptor)


_of_this_process = PerProcess(_Watch)


@contextmanager
def at_most(seconds: float, descriptor: int) -> Iterator[None]:
    """Hang up on the socket if the block takes longer. Not nested in one thread."""
    watch, me = _of_this_process(), threading.get_ident()
    watch.calls[me] = (time.monotonic() + seconds, descriptor)
    try:
        yield
    finally:
        with watch.lock:
            del watch.calls[me]


def _hang_up(descriptor: int) -> None:
    try:
        with socket.socket(fileno=os.dup(descriptor)) as ours:
            ours.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # closed already
