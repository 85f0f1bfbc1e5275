"""`make run` itself, from the first start to Ctrl-C and worse."""

import http.client
import json
import os
import re
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from subprocess import Popen, check_call
from typing import NamedTuple

import psycopg
import pytest
import redis

from tests.embedded.watching import (
    LONG_SECONDS,
    a_free_port,
    a_place,
    started,
    until,
    using,
)

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
        until(lambda: process.poll() is not None or address in log.read_text())
        assert process.poll() is None, log.read_text()
        yield process


class First(NamedTuple):
    """What a run from nothing has left, and what could be seen while it ran."""

    folder: Path
    pages: dict[str, int]
    kinds: set[str]


@pytest.fixture(scope="module")
def first_run() -> Iterator[First]:
    """Most of a start is making a data folder, so it is made once."""
    port = a_free_port()
    with a_place() as folder:
        with running(folder, port) as process:
            pages = {path: status(port, path) for path in ("/health/live", "/")}
            until(lambda: status(port, "/health/ready") == 200)
            seen = kinds(folder)
            process.send_signal(signal.SIGINT)
            assert process.wait(LONG_SECONDS) == 0
            until(lambda: not using(folder))
        yield First(folder, pages, seen)


@pytest.fixture
def begun(folder: Path, first_run: First) -> None:
    """The test's own copy of it."""
    check_call(["cp", "-a", str(first_run.folder), str(folder)])


def kinds(folder: Path) -> set[str]:
    """Which of the parts have a process."""
    parts = (
        *("postgres", "redis", "simulator --port"),
        *("gunicorn", "config worker", "config beat"),
    )
    return {
        part for part in parts if any(part in line for line in using(folder).values())
    }


def oldest(words: str, folder: Path) -> int:
    """The first process of a kind: the one that forked the others."""
    return min(pid for pid, line in using(folder).items() if words in line)


@pytest.mark.usefixtures("begun")
def test_ctrl_c_stops_everything_and_the_next_run_finds_its_data(
    folder: Path, free_port: str, first_run: First
) -> None:
    assert set(first_run.pages.values()) == {200} and len(first_run.kinds) == 6
    before = (folder / "postgres" / "global" / "pg_control").stat().st_ino
    with running(folder, free_port) as process:
        assert status(free_port, "/") == 200
        process.terminate()
        assert process.wait(LONG_SECONDS) == 0
        until(lambda: not using(folder))
    assert (folder / "postgres" / "global" / "pg_control").stat().st_ino == before


@pytest.mark.usefixtures("begun")
def test_a_killed_run_leaves_no_orphan(folder: Path, free_port: str) -> None:
    with running(folder, free_port, RUN_IN_BACKGROUND) as process:
        until(lambda: len(kinds(folder)) == 6)
        os.kill(process.pid, signal.SIGKILL)
        until(lambda: not using(folder))


@dataclass(frozen=True)
class Run:
    """Everything, and how much it had said when the test began."""

    folder: Path
    port: str
    process: Popen[bytes]
    before: int

    def said(self, words: str) -> bool:
        return words in self.folder.with_suffix(".log").read_text()[self.before :]


@pytest.fixture(scope="class")
def lasting(first_run: First) -> Iterator[Run]:
    """One for all tests of a class, which leave it as it was."""
    with a_place() as folder:
        check_call(["cp", "-a", str(first_run.folder), str(folder)])
        port = a_free_port()
        with running(folder, port) as process:
            yield Run(folder, port, process, 0)


class TestOneThatGoesOn:
    """After each of these."""

    @pytest.fixture
    def run(self, lasting: Run) -> Run:
        until(lambda: status(lasting.port, "/health/ready") == 200)
        log = lasting.folder.with_suffix(".log").read_text()
        return replace(lasting, before=len(log))

    def test_a_killed_web_server_comes_back(self, run: Run) -> None:
        os.kill(oldest("gunicorn", run.folder), signal.SIGKILL)
        until(lambda: run.said("web      | ended with signal 9"))
        until(lambda: status(run.port, "/health/live") == 200)

    @pytest.mark.parametrize(
        ("server", "kept"), [("postgres -D", "kept_one"), ("redis-server", "kept_two")]
    )
    def test_a_killed_server_comes_back_with_its_data(
        self, run: Run, server: str, kept: str
    ) -> None:
        folder = run.folder
        addresses = (folder / "services.json").read_text()
        database, queue, providers, port = json.loads(addresses).values()
        # For `manage.py text` in another terminal.
        assert port == run.port
        assert status(providers.rpartition(":")[2], "/") == 200
        with psycopg.connect(database) as connection:
            connection.execute(f"CREATE TABLE {kept} AS SELECT 7 AS number".encode())
        redis.Redis.from_url(queue).set(kept, "7")
        until(lambda: any(kept.encode() in part.read_bytes() for part in aof(folder)))
        others = [oldest(part, folder) for part in ("gunicorn", "config beat")]
        os.kill(oldest(server, folder), signal.SIGKILL)
        label = "redis    | " if "redis" in server else "postgres | "
        until(lambda: run.said(f"{label}ended with signal 9"))
        until(lambda: run.said(f"{label}works again"))
        until(lambda: status(port, "/health/ready") == 200)
        assert run.process.poll() is None
        assert (folder / "services.json").read_text() == addresses
        assert [oldest(part, folder) for part in ("gunicorn", "config beat")] == others
        with psycopg.connect(database) as connection:
            found = connection.execute(f"SELECT number FROM {kept}".encode())
            assert found.fetchone() == (7,)
        assert redis.Redis.from_url(queue).get(kept) == b"7"
        assert status(port, "/accounts/login/") == 200

    def test_killed_providers_come_back_where_they_were(self, run: Run) -> None:
        published = json.loads((run.folder / "services.json").read_text())
        port = published["PROVIDER_SIMULATOR_URL"].rpartition(":")[2]
        os.kill(oldest("simulator --port", run.folder), signal.SIGKILL)
        until(lambda: run.said("providers | works again"))
        assert status(port, "/") == 200

    def test_a_session_in_the_middle_of_a_statement_only_delays_the_next_start(
        self, run: Run
    ) -> None:
        with computing(run.folder) as session:
            os.kill(oldest("postgres -D", run.folder), signal.SIGKILL)
            until(lambda: run.said("postgres | works again"))
            assert session not in using(run.folder)
            assert run.process.poll() is None


def aof(folder: Path) -> Iterator[Path]:
    """What Redis has written down: one file, or a folder of them since 7."""
    return (folder / "redis").rglob("appendonly*.aof")


@pytest.mark.usefixtures("begun")
def test_real_providers_need_no_simulator(folder: Path, free_port: str) -> None:
    real = ["NOTION_CLIENT_ID=real", "NOTION_CLIENT_SECRET=real"]
    given = ["env", *real, *RUN]
    with running(folder, free_port, given):
        assert len(kinds(folder)) == 5
        assert "PROVIDER" not in (folder / "services.json").read_text()


@pytest.mark.usefixtures("begun")
def test_a_server_that_dies_again_and_again_ends_the_run_with_a_sentence(
    folder: Path, free_port: str
) -> None:
    with running(folder, free_port) as process:
        log = folder.with_suffix(".log")
        for deaths in range(1, 5):
            os.kill(oldest("postgres -D", folder), signal.SIGKILL)
            until(
                lambda: log.read_text().count("postgres | ended with signal") == deaths
            )
            until(lambda: "postgres -D" in " ".join(using(folder).values()))
        os.kill(oldest("postgres -D", folder), signal.SIGKILL)
        assert process.wait(LONG_SECONDS) == 1
        assert "PostgreSQL died 5 times within a minute" in log.read_text()
        until(lambda: not using(folder))


# Computes and never looks up: it does not see that its server is dead.
COMPUTES = """
DO $$ DECLARE enough timestamptz := clock_timestamp() + '80 s'; BEGIN
WHILE clock_timestamp() < enough LOOP END LOOP; END $$
"""


@contextmanager
def computing(folder: Path) -> Iterator[int]:
    """A session in the middle of a statement: its process."""
    url = json.loads((folder / "services.json").read_text())["DATABASE_URL"]
    with closing(psycopg.connect(url, autocommit=True)) as session:
        pid = session.info.backend_pid
        session.pgconn.send_query(COMPUTES.encode())
        with psycopg.connect(url, autocommit=True) as other:
            state = "SELECT FROM pg_stat_activity WHERE pid = %s AND state = 'active'"
            until(lambda: other.execute(state, [pid]).rowcount == 1)
        yield pid


@pytest.mark.usefixtures("begun")
def test_a_session_in_the_middle_of_a_statement_does_not_outlive_the_run(
    folder: Path, free_port: str
) -> None:
    with running(folder, free_port) as process, computing(folder) as session:
        os.kill(oldest("postgres -D", folder), signal.SIGKILL)
        process.send_signal(signal.SIGINT)
        assert process.wait(LONG_SECONDS) == 0
        until(lambda: session not in using(folder))
        until(lambda: not using(folder))


@pytest.mark.usefixtures("begun")
def test_data_that_is_gone_is_not_replaced_by_empty_data(
    folder: Path, free_port: str
) -> None:
    with running(folder, free_port) as process:
        (folder / "postgres").rename(folder / "moved")
        os.kill(oldest("postgres -D", folder), signal.SIGKILL)
        assert process.wait(LONG_SECONDS) == 1
        log = folder.with_suffix(".log").read_text()
        assert f"PostgreSQL has lost its data folder {folder}/postgres" in log
        assert not (folder / "postgres").exists()


@pytest.mark.usefixtures("begun")
def test_a_data_folder_deleted_under_a_run_ends_it_with_a_sentence(
    folder: Path, free_port: str
) -> None:
    with running(folder, free_port) as process:
        server = oldest("postgres -D", folder)
        shutil.rmtree(folder)
        with suppress(ProcessLookupError):
            os.kill(server, signal.SIGKILL)
        assert process.wait(LONG_SECONDS) == 1
        log = folder.with_suffix(".log").read_text()
        assert re.search(r"\w+ has lost its data folder", log.splitlines()[-1])
        until(lambda: not using(folder))
