"""`make run` itself, from the first start to Ctrl-C and worse."""

import http.client
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import Popen

import pytest

from tests.embedded.watching import started, until, using

RUN = [sys.executable, "-m", "config.embedded", "run"]
# As a shell does it for `make run &`.
RUN_IN_BACKGROUND = ["sh", "-c", f"trap '' INT QUIT; exec {' '.join(RUN)}"]


def status(port: str, path: str) -> int:
    """The status of a page, 0 while nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=5)
    try:
        connection.request("GET", path, headers={"Host": f"localhost:{port}"})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


@contextmanager
def running(
    folder: Path, port: str, command: list[str] = RUN
) -> Iterator[Popen[bytes]]:
    """Everything, up to the words of welcome."""
    log = folder.with_suffix(".log")
    log.write_bytes(b"")
    with started(command, folder, PORT=port) as process:
        address = f"localhost:{port}"
        until(
            lambda: process.poll() is not None or address in log.read_text(), seconds=90
        )
        assert process.poll() is None, log.read_text()
        yield process


def kinds(folder: Path) -> set[str]:
    """Which of the parts have a process."""
    parts = ("postgres", "redis", "gunicorn", "config worker", "config beat")
    return {
        part for part in parts if any(part in line for line in using(folder).values())
    }


def oldest(words: str, folder: Path) -> int:
    """The first process of a kind: the one that forked the others."""
    return min(pid for pid, line in using(folder).items() if words in line)


def test_ctrl_c_stops_everything_and_the_next_run_finds_its_data(
    folder: Path, free_port: str
) -> None:
    with running(folder, free_port) as process:
        assert status(free_port, "/health/live") == 200
        until(lambda: status(free_port, "/health/ready") == 200, seconds=60)
        assert status(free_port, "/") == 200
        assert len(kinds(folder)) == 5
        process.send_signal(signal.SIGINT)
        assert process.wait(15) == 0
        assert not using(folder)
    before = (folder / "postgres" / "global" / "pg_control").stat().st_ino
    with running(folder, free_port) as process:
        assert status(free_port, "/") == 200
        process.terminate()
        assert process.wait(15) == 0
        assert not using(folder)
    assert (folder / "postgres" / "global" / "pg_control").stat().st_ino == before


def test_a_killed_run_leaves_no_orphan(folder: Path, free_port: str) -> None:
    with running(folder, free_port, RUN_IN_BACKGROUND) as process:
        until(lambda: len(kinds(folder)) == 5, seconds=60)
        os.kill(process.pid, signal.SIGKILL)
        until(lambda: not using(folder), seconds=15)


def test_a_killed_web_server_comes_back(folder: Path, free_port: str) -> None:
    with running(folder, free_port):
        master = oldest("gunicorn", folder)
        os.kill(master, signal.SIGKILL)
        log = folder.with_suffix(".log")
        until(lambda: "web    | ended with signal 9" in log.read_text(), seconds=10)
        until(lambda: status(free_port, "/health/live") == 200, seconds=30)


@pytest.mark.parametrize("server", ["postgres -D", "redis-server"])
def test_a_killed_server_comes_back_with_its_data(
    folder: Path, free_port: str, server: str
) -> None:
    with running(folder, free_port) as process:
        until(lambda: status(free_port, "/health/ready") == 200, seconds=60)
        os.kill(oldest(server, folder), signal.SIGKILL)
        log = folder.with_suffix(".log")
        until(lambda: "has ended and starts again" in log.read_text(), seconds=10)
        until(lambda: status(free_port, "/health/ready") == 200, seconds=60)
        assert process.poll() is None
        assert status(free_port, "/accounts/login/") == 200


def test_a_server_that_dies_again_and_again_ends_the_run_with_a_sentence(
    folder: Path, free_port: str
) -> None:
    with running(folder, free_port) as process:
        log = folder.with_suffix(".log")
        for deaths in range(1, 6):
            until(lambda: "postgres" in kinds(folder), seconds=20)
            os.kill(oldest("postgres -D", folder), signal.SIGKILL)
            until(
                lambda: log.read_text().count("starts again") >= deaths
                or process.poll() is not None,
                seconds=20,
            )
        assert process.wait(20) == 1
        assert "PostgreSQL died 5 times within a minute" in log.read_text()
        until(lambda: not using(folder), seconds=10)
