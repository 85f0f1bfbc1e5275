"""Looking at processes from outside, as a person with `ps` would."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


# Only a failing test takes this long, so it is long enough for a busy machine.
LONG_SECONDS = 90


def until(claim: Callable[[], bool]) -> None:
    """Return as soon as `claim` holds; fail when it never does."""
    deadline = time.monotonic() + LONG_SECONDS
    while not claim():
        assert time.monotonic() < deadline, f"not within {LONG_SECONDS} s"
        time.sleep(0.02)


@contextmanager
def a_place() -> Iterator[Path]:
    """For a data folder, which does not exist yet: every user can reach it."""
    parent = Path(tempfile.mkdtemp(prefix="switchboard-data-"))
    parent.chmod(0o755)
    yield parent / "data"
    shutil.rmtree(parent, ignore_errors=True)


def a_free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return str(probe.getsockname()[1])


def using(folder: Path) -> dict[int, str]:
    """The processes alive that were started for a data folder: id and command line."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if _belongs(process, folder):
                words = (process / "cmdline").read_bytes().decode()
                found[int(process.name)] = words.replace("\0", " ")
    # A zombie has no command line: it is gone, only not yet reaped.
    return {number: words for number, words in found.items() if words}


def _belongs(process: Path, folder: Path) -> bool:
    mark = f"DATA_DIR={folder}".encode()
    if mark in (process / "environ").read_bytes().split(b"\0"):
        return True
    # Redis writes its title over its environment, but lives inside the folder.
    return Path(os.readlink(process / "cwd")).is_relative_to(folder)


def environment(folder: Path, **more: str) -> Mapping[str, str]:
    """That of somebody who has no servers of their own."""
    others = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "MAKELEVEL")
    kept = {name: value for name, value in os.environ.items() if name not in others}
    return {**kept, "DATA_DIR": str(folder), **more}


def run_once(folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """`make run` where it is expected to refuse."""
    return subprocess.run(
        [sys.executable, "-m", "config.embedded", "run"],
        cwd=ROOT,
        env=environment(folder, **more),
        capture_output=True,
        text=True,
        timeout=LONG_SECONDS,
        check=False,
    )


@contextmanager
def started(
    argv: list[str], folder: Path, **more: str
) -> Iterator[subprocess.Popen[bytes]]:
    """A process in a session of its own, its words in `FOLDER.log`; killed at the end.

    Everything it started dies with it: that is what these tests are about.
    """
    with folder.with_suffix(".log").open("ab") as log:
        process = subprocess.Popen(
            argv,
            cwd=ROOT,
            env=environment(folder, **more),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)
        process.wait()
