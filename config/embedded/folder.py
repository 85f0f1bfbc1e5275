"""The data folder: who uses it, its secrets, its ports, its logs."""

import contextlib
import fcntl
import json
import os
import secrets
import shutil
import socket
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from config.embedded.errors import CannotStart

# A run that was just killed still has servers writing their last pages.
LOCK_SECONDS = 5
# initdb takes 60 MB, PostgreSQL recycles up to 80 MB of write-ahead log between
# checkpoints; below this a run would stop in the middle of somebody's work.
LEAST_FREE_MB = 300


class Folder:
    """A private folder (0700) that one run at a time may use."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise CannotStart(
                f"The data folder {self} cannot be made: {error.strerror}."
            ) from error

    def __str__(self) -> str:
        """The path as a person in the current folder would type it."""
        return shown(self.path)

    @contextlib.contextmanager
    def lock(self) -> Iterator[int]:
        """Hold the folder; yields a descriptor that holds it for whoever inherits it."""
        private = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        with open(private, "r+") as file:
            deadline = time.monotonic() + LOCK_SECONDS
            while not _locked(file.fileno()):
                if time.monotonic() > deadline:
                    raise CannotStart(
                        f"Another run (process {file.read().strip()}) uses the data "
                        f"folder {self}: stop it, or choose another with DATA_DIR."
                    )
                time.sleep(0.05)
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            yield file.fileno()

    def require_space(self) -> None:
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

    def secret(self, name: str) -> str:
        """A password made on first use; safe inside a URL."""
        path = self.path / f"{name}.password"
        if not path.exists():
            write_private(path, secrets.token_hex(24))
        return path.read_text()

    def port(self, name: str) -> int:
        """The port this folder used last, or another free one when that is taken."""
        path = self.path / f"{name}.port"
        with contextlib.suppress(FileNotFoundError, ValueError):
            port = int(path.read_text())
            if is_free(port):
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
