"""Starts a server again that died while everything around it goes on."""

import time
from collections.abc import Callable

from config.embedded.deaths import Deaths, how
from config.embedded.folder import shown
from config.embedded.server import Server

# What a killed PostgreSQL has left behind may finish its statement where we cannot end
# it (macOS, or another user's), and the next one has to wait for that. A statement of
# ours has 15 s (DATABASE_STATEMENT_SECONDS).
LEAVE_SECONDS = 30


class Revival:
    """Watches one server; never blocks for longer than a look at it."""

    def __init__(self, server: Server, say: Callable[[str], None]) -> None:
        self._server, self._say = server, say
        self._deaths = Deaths(server.label, f"its log is {shown(server.log)}")
        self._due: float | None = None  # when to start; None while it runs
        self._patience = 0.0  # until when its predecessor may be in the way
        self._works = True

    def tend(self) -> None:
        """Raises CannotStart when it dies again and again, or its data is gone."""
        if self._due is not None:
            if time.monotonic() >= self._due:
                self._server.relaunch()
                self._due = None
        elif self._server.process.poll() is not None:
            self._due = time.monotonic() + self._bury()
        elif not self._works and self._server.answers():
            self._works = True
            self._say("works again")

    def _bury(self) -> float:
        """Clear up after a death; seconds to wait before the next start."""
        ended = how(self._server.bury())
        now = time.monotonic()
        if self._works:
            self._works = False
            self._patience = now + LEAVE_SECONDS
        elif now < self._patience and self._server.is_in_its_own_way():
            return 0.5
        delay = self._deaths.another()
        self._say(f"{ended}; starts again in {delay:g} s")
        return delay
