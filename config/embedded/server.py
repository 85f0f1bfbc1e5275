"""What the servers have in common: launched, awaited, stopped."""

import http.client
import os
import signal
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar, Literal

from config.embedded import processes
from config.embedded.errors import CannotStart
from config.embedded.folder import Folder, shown

Profile = Literal["run", "test"]

# Recovery after a power cut reads the write-ahead log again, which can take a while.
START_SECONDS = 60
STOP_SECONDS = 10


class Server(ABC):
    """One server on a loopback port of its own, gone when we are."""

    label: ClassVar[str]
    name: ClassVar[str]
    variable: ClassVar[str]
    stop_signal: ClassVar[signal.Signals]
    never_root: ClassVar[bool] = False

    def __init__(self, folder: Folder, profile: Profile, lock: int) -> None:
        self.folder = folder
        self.profile = profile
        self.home: Path = folder.path / self.name
        self.log = folder.log(self.name)
        self._lock = lock
        self._launches = 0
        self._said = 0  # how long the log was before this launch

    @property
    @abstractmethod
    def url(self) -> str: ...

    @abstractmethod
    def command(self) -> list[str]:
        """The command line, with its files in place."""

    @abstractmethod
    def answers(self) -> bool:
        """Whether it takes work now."""

    def launch(self) -> None:
        self.port = self.folder.port(self.name)
        self._spawn()

    def relaunch(self) -> None:
        """After a death: on the same port, because the others know only that one."""
        if not self.home.exists():  # a new, empty one would look as if all was well
            raise CannotStart(
                f"{self.label} has lost its data folder {shown(self.home)}, "
                "so everything was stopped."
            )
        self._spawn()

    def bury(self) -> int:
        """Clear up after a death; the exit code."""
        self.sweep()
        return self.process.returncode

    def sweep(self) -> None:
        """End what is left of it."""
        processes.sweep(self.process)

    def is_in_its_own_way(self) -> bool:
        """Whether it ended only because what it was before has not quite left."""
        return False

    def _spawn(self) -> None:
        self._launches += 1
        command = self.command()
        with self.log.open("ab") as log:
            self._said = os.fstat(log.fileno()).st_size
            self.process = processes.spawn(
                command,
                death_signal=self.stop_signal,
                output=log.fileno(),
                # The folder stays locked until the server itself has left it.
                keep_open=[self._lock],
                never_root=self.never_root,
            )

    def wait(self) -> None:
        """Return when it answers; CannotStart with the reason when it never will."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            if self.process.poll() is not None:
                # Somebody took the port between our look and its start.
                if self._launches < 3 and "ddress already in use" in self._words():
                    self.launch()
                    continue
                raise CannotStart(self.refusal())
            if self.answers():
                return
            if time.monotonic() > deadline:
                raise CannotStart(self.refusal())
            time.sleep(0.02)

    def stop(self) -> None:
        processes.stop(self.process, self.stop_signal, seconds=STOP_SECONDS)
        self.sweep()

    def refusal(self) -> str:
        return (
            f"{self.label} refuses to start on the data folder {shown(self.home)}: "
            f"{self._reason()}; its log is {shown(self.log)}. "
            "To begin with empty data, move the folder away."
        )

    def _reason(self) -> str:
        lines = [line.strip() for line in self._words().splitlines() if line.strip()]
        fatal = [line for line in lines if "FATAL:" in line or "PANIC:" in line]
        last = (fatal or lines or ["it says nothing"])[-1]
        return last.rpartition("FATAL:")[2].rpartition("PANIC:")[2].strip(" .")

    def _words(self) -> str:
        """What it has written since its last launch."""
        with self.log.open("rb") as log:
            log.seek(max(self._said, os.fstat(log.fileno()).st_size - 20_000))
            return log.read().decode(errors="replace")


def has_page(port: int, path: str) -> bool:
    """Whether a web server of this machine shows the page now."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
