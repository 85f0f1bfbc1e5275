"""The data folder: who uses it, its secrets, its ports, its logs."""

import contextlib
import errno
import fcntl
import json
import os
import re
import secrets
import shutil
import socket
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from config.embedded.errors import CannotStart
from config.env import ROOT

# A run that was just killed still has servers writing their last pages.
LOCK_SECONDS = 5
# initdb takes 60 MB, PostgreSQL recycles up to 80 MB of write-ahead log between
# checkpoints; below this a run would stop in the middle of somebody's work.
LEAST_FREE_MB = 300


class Folder:
    """A private folder (0700) that one run at a time may use.

    An open one is closed when it is ours (it belongs to us, and is empty, `.data`, or
    holds our passwords) and refused when it is not. Raises CannotStart.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise CannotStart(
                f"The data folder {self} cannot be made: {error.strerror}."
            ) from error
        with self.in_words():
            self._require_ours()
            self._require_space()

    def __str__(self) -> str:
        """The path as a person in the current folder would type it."""
        return shown(self.path)

    @contextlib.contextmanager
    def in_words(self) -> Iterator[None]:
        """What goes wrong with a file in the folder becomes one sentence."""
        try:
            yield
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise CannotStart(f"The disk that holds {self} is full.") from error
            path = Path(str(error.filename))
            if not path.is_relative_to(self.path):
                raise
            raise CannotStart(
                f"{shown(path)} cannot be used: {error.strerror}. Make "
                f"the data folder {self} and all in it writable for yourself, or "
                "choose another with DATA_DIR."
            ) from error

    @contextlib.contextmanager
    def lock(self) -> Iterator[int]:
        """Hold the folder; yields a descriptor that holds it for whoever inherits it."""
        private = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        with open(private, "r+", errors="replace") as file:
            deadline = time.monotonic() + LOCK_SECONDS
            while not _locked(file.fileno()):
                if time.monotonic() > deadline:
                    raise CannotStart(
                        f"Another run (process {file.read().strip()}) uses the data "
                        f"folder {self}: stop it, or choose another with DATA_DIR."
                    )
                time.sleep(0.05)
            if self._is_open():  # only now: another run may let `nobody` pass
                self.path.chmod(0o700)
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            yield file.fileno()

    def _require_ours(self) -> None:
        if self._is_open() and not self._is_for_us_to_close():
            raise CannotStart(
                f"The data folder {self} lets others in and may hold files that are "
                "not Switchboard's: choose an empty one with DATA_DIR, or, if it is "
                "only for this, chmod 700 it as its owner."
            )
        if not os.access(self.path, os.R_OK | os.W_OK | os.X_OK):
            raise CannotStart(
                f"The data folder {self} cannot be written to: make it writable for "
                "yourself, or choose another with DATA_DIR."
            )

    def _is_open(self) -> bool:
        return bool(self.path.stat().st_mode & 0o077)

    def _is_for_us_to_close(self) -> bool:
        if self.path.stat().st_uid != os.geteuid():
            return False
        names = [path.name for path in self.path.iterdir()]
        used = any(name.endswith(".password") for name in names)
        return self.path == ROOT / ".data" or used or not names

    def _require_space(self) -> None:
        free = shutil.disk_usage(self.path).free // 1_000_000
        if free < LEAST_FREE_MB:
            raise CannotStart(
                f"The disk that holds {self} is full: {free} MB are free, "
                f"{LEAST_FREE_MB} MB are needed."
            )

    def private(self, name: str) -> Path:
        """A folder inside that only its owner can enter."""
        path = self.path / name
        path.mkdir(mode=0o700, exist_ok=True)
        path.chmod(0o700)
        return path

    def log(self, name: str) -> Path:
        """Where a log of this run goes; that of the run before is kept beside it."""
        path = self.private("logs") / f"{name}.log"
        if path.exists():
            path.replace(path.with_suffix(".previous.log"))
        path.touch(mode=0o600)
        return path

    def secret(
        self, name: str, remedy: str = "delete it, and a new one is made"
    ) -> str:
        """A password made on first use; safe inside a URL.

        `remedy` is what to do about a damaged one.
        """
        path = self.path / f"{name}.password"
        if not path.exists():
            write_private(path, secrets.token_hex(24))
        text = path.read_text(errors="replace").strip()
        if not re.fullmatch(r"[A-Za-z0-9_-]+", text):
            state = "damaged" if text else "empty"
            raise CannotStart(f"The password file {shown(path)} is {state}: {remedy}.")
        return text

    def port(self, name: str) -> int:
        """The port this folder used last, or another free one when that is taken."""
        path = self.path / f"{name}.port"
        with contextlib.suppress(FileNotFoundError, ValueError):
            port = int(path.read_text())
            if 1024 <= port < 65_536 and is_free(port):
                return port
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = int(probe.getsockname()[1])
        write_private(path, str(port))
        return port

    @contextlib.contextmanager
    def published(self, urls: Mapping[str, str]) -> Iterator[None]:
        """Let `manage.py` in another terminal find the servers; see config/env.py."""
        path = self.path / "services.json"
        write_private(path, json.dumps(urls))
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen there now; PermissionError is the caller's."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        socket.create_server((host, port), family=family).close()
    except PermissionError:
        raise
    except OSError:
        return False
    return True


def write_private(path: Path, text: str) -> None:
    """Replace the file in one step; only its owner may read it (0600)."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with open(
        os.open(draft, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w"
    ) as file:
        file.write(text)
    draft.replace(path)


def shown(path: Path) -> str:
    """A path relative to the current folder where it lies inside."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
