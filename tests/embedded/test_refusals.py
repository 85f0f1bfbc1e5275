"""What cannot work is said in one sentence, with exit code 1 and no traceback."""

import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.embedded import servers
from tests.embedded.watching import run_once, using


def refusal(folder: Path, **variables: str) -> str:
    done = run_once(folder, **variables)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1, done.stderr
    assert not using(folder)
    return done.stderr


@pytest.fixture
def made(folder: Path) -> Path:
    """A data folder that has been used before."""
    with servers(folder, "test"):
        pass
    return folder


def test_a_taken_port(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        said = refusal(folder, PORT=port)
    assert re.match(rf"Port {port} is taken by another program: stop it, or ", said)


@pytest.mark.parametrize("port", ["http", "0", "65536", "-1", ""])
def test_a_port_that_is_none(folder: Path, port: str) -> None:
    assert "PORT has to be a number" in refusal(folder, PORT=port)


def test_a_folder_in_use(made: Path, free_port: str) -> None:
    with servers(made, "test"):
        done = run_once(made, PORT=free_port)
    assert done.returncode == 1
    assert f"Another run (process {os.getpid()}) uses the data folder" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_damaged_folder(made: Path, free_port: str) -> None:
    (made / "postgres" / "global" / "pg_control").unlink()
    said = refusal(made, PORT=free_port)
    assert f"PostgreSQL refuses to start on the data folder {made}/postgres" in said
    assert "postgres.log" in said


def test_a_folder_that_lost_its_version(made: Path, free_port: str) -> None:
    (made / "postgres" / "PG_VERSION").unlink()
    assert f"{made}/postgres is damaged" in refusal(made, PORT=free_port)


def test_data_of_an_older_postgresql(made: Path, free_port: str) -> None:
    (made / "postgres" / "PG_VERSION").write_text("16\n")
    said = refusal(made, PORT=free_port)
    assert "is of PostgreSQL 16 and this release runs 18" in said


def test_a_password_file_of_another_folder(made: Path, free_port: str) -> None:
    (made / "postgres.password").write_text("wrong")
    said = refusal(made, PORT=free_port)
    assert "PostgreSQL does not know the password" in said


def test_damaged_redis_data(made: Path, free_port: str) -> None:
    (made / "redis" / "appendonly.aof").write_text("*1\r\nnonsense\r\n" * 9)
    (made / "redis" / "appendonlydir").write_text("a file where a folder belongs")
    said = refusal(made, PORT=free_port)
    assert "Redis refuses to start on the data folder" in said


def test_a_folder_that_cannot_be_made(folder: Path, free_port: str) -> None:
    folder.write_text("a file where a folder belongs")
    assert "cannot be made" in refusal(folder, PORT=free_port)


@pytest.fixture
def small_disk(folder: Path) -> Iterator[Path]:
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=50m", "tmpfs", str(folder)]
    if not shutil.which("mount") or subprocess.run(mount, check=False).returncode:
        pytest.skip("this machine does not let root mount a small disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk(small_disk: Path, free_port: str) -> None:
    said = refusal(small_disk, PORT=free_port)
    assert re.search(r"The disk that holds .* is full: \d+ MB are free, 300 MB", said)
