"""What cannot work is said in one sentence, with exit code 1 and no traceback."""

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.embedded import servers
from tests.embedded.watching import (
    ROOT,
    a_place,
    environment,
    run_once,
    until,
    using,
)


def refusal(folder: Path, **variables: str) -> str:
    done = run_once(folder, **variables)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1, done.stderr
    until(lambda: not using(folder))
    return done.stderr


@pytest.fixture(scope="module")
def used() -> Iterator[Path]:
    """A data folder that has been used before."""
    with a_place() as folder:
        with servers(folder, "test"):
            pass
        yield folder


@pytest.fixture
def made(folder: Path, used: Path) -> Path:
    """The test's own copy of it."""
    subprocess.run(["cp", "-a", str(used), str(folder)], check=True)
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


@pytest.mark.parametrize("content", ["", "eighteen", "\xff"])
def test_a_folder_with_a_damaged_version(
    made: Path, free_port: str, content: str
) -> None:
    (made / "postgres" / "PG_VERSION").write_bytes(content.encode("latin-1"))
    assert f"{made}/postgres is damaged" in refusal(made, PORT=free_port)


@pytest.mark.parametrize("name", ["redis.password", "redis.port", "lock", "schema"])
def test_a_folder_where_a_file_belongs(made: Path, free_port: str, name: str) -> None:
    (made / name).unlink(missing_ok=True)
    (made / name).mkdir()
    assert f"{made}/{name} cannot be used: " in refusal(made, PORT=free_port)


@pytest.mark.parametrize("name", ["logs", "metrics"])
def test_a_file_where_a_folder_belongs(made: Path, free_port: str, name: str) -> None:
    shutil.rmtree(made / name, ignore_errors=True)
    (made / name).touch()
    assert f"{made}/{name} cannot be used: " in refusal(made, PORT=free_port)


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


@pytest.mark.parametrize("name", ["postgres.password", "app.password"])
@pytest.mark.parametrize("text", ["", "two\nlines"])
def test_a_damaged_password(made: Path, free_port: str, name: str, text: str) -> None:
    (made / name).write_text(text)
    said = refusal(made, PORT=free_port)
    state = "damaged" if text else "empty"
    assert f"The password file {made}/{name} is {state}: " in said


@pytest.mark.parametrize("content", [b"", b"{", b"{}", b"[1]", b'{"A": 1}', b"\xff"])
def test_damaged_secrets(folder: Path, free_port: str, content: bytes) -> None:
    folder.mkdir(mode=0o700)
    (folder / "secrets.json").write_bytes(content)
    said = refusal(folder, PORT=free_port)
    assert f"The secrets in {folder}/secrets.json are damaged" in said
    assert "delete it" in said
    assert not (folder / "postgres").exists()


def test_damaged_secrets_in_another_terminal(folder: Path) -> None:
    folder.mkdir(mode=0o700)
    (folder / "secrets.json").touch()
    command = [sys.executable, "manage.py", "check"]
    surroundings = environment(folder)
    done = subprocess.run(
        command, cwd=ROOT, env=surroundings, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith(f"The secrets in {folder}/secrets.json are damaged")
    assert done.stderr.count("\n") == 1
    (folder / "secrets.json").unlink()
    subprocess.run(
        command, cwd=ROOT, env=surroundings, capture_output=True, check=False
    )
    assert "SECRET_KEY" in (folder / "secrets.json").read_text()


def test_a_folder_of_somebody_else_is_left_alone(folder: Path, free_port: str) -> None:
    folder.mkdir()
    folder.chmod(0o755)
    (folder / "thesis.txt").touch()
    assert "lets others in" in refusal(folder, PORT=free_port)
    assert folder.stat().st_mode & 0o777 == 0o755
    assert [path.name for path in folder.iterdir()] == ["thesis.txt"]


@pytest.fixture
def read_only(folder: Path) -> Iterator[Path]:
    folder.mkdir(mode=0o500)
    if os.geteuid() != 0:
        yield folder
        return
    options = "ro,size=1m,mode=0700"
    mount = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    if not shutil.which("mount") or subprocess.run(mount, check=False).returncode:
        pytest.skip("this machine does not let root mount a disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_folder_that_cannot_be_written_to(read_only: Path, free_port: str) -> None:
    said = refusal(read_only, PORT=free_port)
    assert f"The data folder {read_only} cannot be written to: " in said


@pytest.fixture
def small_disk(folder: Path) -> Iterator[Path]:
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=50m,mode=0700", "tmpfs", str(folder)]
    if not shutil.which("mount") or subprocess.run(mount, check=False).returncode:
        pytest.skip("this machine does not let root mount a small disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("free", [50, 0])
def test_a_full_disk(small_disk: Path, free_port: str, free: int) -> None:
    if not free:
        with pytest.raises(OSError), (small_disk / "film").open("wb") as film:
            film.write(bytes(60_000_000))
    said = refusal(small_disk, PORT=free_port)
    assert re.search(r"The disk that holds .* is full: \d+ MB are free, 300 MB", said)
