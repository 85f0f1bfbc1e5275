"""Web, worker and beat as one group: started together, revived, stopped together."""

import contextlib
import os
import selectors
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from typing import TextIO

from config.embedded import processes
from config.embedded.deaths import Deaths, how
from config.embedded.processes import Child

# Long enough for a worker to finish the turn it is in, short enough for Ctrl-C.
STOP_SECONDS = 6
COLOURS = {
    "web": "36",
    "worker": "32",
    "bulk": "32",
    "mail": "32",
    "webhooks": "32",
    "beat": "35",
    "postgres": "33",
    "redis": "33",
    "providers": "33",
}


class Member:
    """One process of the group with the log lines it has not finished."""

    def __init__(self, name: str, argv: Sequence[str], env: Mapping[str, str]) -> None:
        self.name = name
        self._deaths = Deaths(f"The {name} process", "its last words are above")
        self.due: float | None = 0.0  # when to start; None while it runs
        self._argv, self._env = argv, env
        self._unfinished = b""

    def start(self) -> None:
        self.output, writer = os.pipe()
        os.set_blocking(self.output, False)
        try:
            # Quit, not terminate: when we were killed, the database goes too, and
            # there is nothing to finish politely.
            self.process: Child = processes.spawn(
                self._argv, death_signal=signal.SIGQUIT, output=writer, env=self._env
            )
        finally:
            os.close(writer)
        self.due = None

    def lines(self) -> list[str]:
        """Whole lines written since the last call; the rest too when it is dead."""
        with contextlib.suppress(BlockingIOError):
            while block := os.read(self.output, 65_536):
                self._unfinished += block
        *whole, self._unfinished = self._unfinished.split(b"\n")
        if self._unfinished and self.process.poll() is not None:
            whole, self._unfinished = [*whole, self._unfinished], b""
        return [line.decode(errors="replace") for line in whole]

    def bury(self) -> float:
        """Clear up after a death; seconds to wait before the next start."""
        processes.sweep(self.process)
        os.close(self.output)
        delay = self._deaths.another()
        self.due = time.monotonic() + delay
        return delay


class Group:
    def __init__(
        self,
        commands: Mapping[str, Sequence[str]],
        env: Mapping[str, str],
        out: TextIO = sys.stdout,
    ) -> None:
        self.members = [Member(name, argv, env) for name, argv in commands.items()]
        self._out = out
        self._colour = out.isatty() and not os.environ.get("NO_COLOR")
        self._selector = selectors.DefaultSelector()

    def start(self, *names: str) -> None:
        """Start these, or all that do not run yet."""
        for member in self.members:
            if member.due is not None and (not names or member.name in names):
                self._start(member)

    def tend(self, seconds: float) -> None:
        """Pass on what is written for up to `seconds`; start again what has died.

        Raises CannotStart when one of them dies again and again.
        """
        self._pass_on(seconds)
        for member in self.members:
            if member.due is None:
                if member.process.poll() is not None:
                    self._bury(member)
            elif time.monotonic() >= member.due:
                self._start(member)

    def stop(self) -> None:
        """End all, the last started first; a second signal ends them at once."""
        alive = [each for each in reversed(self.members) if each.due is None]
        for sig in (signal.SIGINT, signal.SIGTERM):
            signal.signal(sig, lambda *_: self._kill(alive))
        for member in alive:
            if member.process.poll() is None:
                member.process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline and any(
            member.process.poll() is None for member in alive
        ):
            self._pass_on(0.1)
        for member in alive:
            processes.sweep(member.process)
        self._pass_on(0)

    def say(self, name: str, *lines: str) -> None:
        """Print lines under a name, also for somebody who is no member."""
        label = f"{name:<8} |"
        if self._colour:
            label = f"\033[{COLOURS.get(name, '0')}m{label}\033[0m"
        self._out.writelines(f"{label} {line}\n" for line in lines)
        self._out.flush()

    def _start(self, member: Member) -> None:
        member.start()
        self._selector.register(member.output, selectors.EVENT_READ, member)

    def _bury(self, member: Member) -> None:
        self.say(member.name, *member.lines())
        self._selector.unregister(member.output)
        self.say(member.name, how(member.process.returncode))
        delay = member.bury()
        self.say(member.name, f"starts again in {delay:g} s")

    def _kill(self, members: Sequence[Member]) -> None:
        for member in members:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(member.process.pid, signal.SIGKILL)

    def _pass_on(self, seconds: float) -> None:
        for key, _ in self._selector.select(seconds):
            lines = key.data.lines()
            self.say(key.data.name, *lines)
            if not lines and key.data.process.poll() is not None:
                return  # at its end; `tend` or `stop` clears up
