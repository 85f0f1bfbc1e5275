"""The programs these tests ask: Debian's servers, and Python's tools in an environment of
their own (requirements/operations.txt)."""

import contextlib
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from config.env import ROOT

DOCKER = ROOT / "docker"
VENV = Path(os.environ.get("OPERATIONS_VENV", ROOT / ".venv-operations"))


def found(program: str | Path) -> str:
    """Its path: of ours, else of the system's. Fails the test where it is missing:
    nothing is left out silently."""
    ours = VENV / "bin" / program
    path = str(ours) if ours.exists() else shutil.which(program)
    assert path, f"{program} is missing: `make test-operations` installs it when root"
    return path


def run(
    program: str | Path, *words: str | Path, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Its end, within five minutes, both outputs in `stdout`."""
    return subprocess.run(
        [found(program), *map(str, words)],
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )


@contextlib.contextmanager
def serving(
    program: str, *words: str | Path, log: Path, env: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """It runs meanwhile; both its outputs go to `log`."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            [found(program), *map(str, words)],
            cwd=ROOT,
            env=env,
            stdout=output,
            stderr=output,
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def until(
    claim: Callable[[], bool], seconds: float = 60, log: Path | None = None
) -> None:
    deadline = time.monotonic() + seconds
    while not claim():
        said = log.read_text(errors="replace")[-3_000:] if log else ""
        assert time.monotonic() < deadline, f"it did not happen in time; {said}"
        time.sleep(0.1)
