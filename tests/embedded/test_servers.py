"""The embedded PostgreSQL and Redis, as programs on this machine meet them."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
import redis

from config.embedded import servers
from tests.embedded.watching import ROOT, environment, started, until, using

HOLD = [sys.executable, "-m", "tests.embedded.hold_servers"]


def test_data_survives_a_restart(folder: Path) -> None:
    with servers(folder) as urls:
        with psycopg.connect(urls["DATABASE_URL"]) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
        redis.Redis.from_url(urls["REDIS_URL"]).set("kept", "7")
    with servers(folder) as again:
        assert again == urls
        with psycopg.connect(again["DATABASE_URL"]) as connection:
            assert connection.execute("SELECT number FROM kept").fetchone() == (7,)
        assert redis.Redis.from_url(again["REDIS_URL"]).get("kept") == b"7"


def test_the_application_owns_its_database_and_is_no_superuser(folder: Path) -> None:
    with servers(folder, "test", want_redis=False) as urls:
        with psycopg.connect(urls["DATABASE_URL"], autocommit=True) as connection:
            row = connection.execute(
                "SELECT rolsuper, rolcreatedb, datcollate, pg_encoding_to_char(encoding)"
                " FROM pg_roles, pg_database"
                " WHERE rolname = current_user AND datname = current_database()"
            ).fetchone()
            assert row == (False, True, "C", "UTF8")
            connection.execute("CREATE DATABASE test_switchboard")


def test_a_password_is_asked_of_everybody(folder: Path) -> None:
    with servers(folder, "test") as urls:
        database = urlsplit(urls["DATABASE_URL"])
        for who in ("postgres", "app", "app:guess", "postgres:postgres"):
            url = f"postgres://{who}@127.0.0.1:{database.port}/switchboard"
            with pytest.raises(psycopg.OperationalError, match="password"):
                psycopg.connect(url)
        queue = urlsplit(urls["REDIS_URL"])
        for who in ("", "app:guess@", ":guess@"):
            client = redis.Redis.from_url(f"redis://{who}127.0.0.1:{queue.port}/0")
            with pytest.raises((redis.AuthenticationError, redis.ResponseError)):
                client.get("anything")


def test_redis_keeps_its_settings_from_the_application(folder: Path) -> None:
    with servers(folder, "test", want_postgres=False) as urls:
        client = redis.Redis.from_url(urls["REDIS_URL"])
        assert client.config_get("maxmemory-policy") == {
            "maxmemory-policy": "noeviction"
        }
        with pytest.raises(redis.exceptions.NoPermissionError):
            client.config_set("dir", "/tmp")


def test_nobody_else_can_read_the_data_folder(folder: Path) -> None:
    with servers(folder, "run"):
        for path in (folder, *folder.rglob("*")):
            mode = stat.S_IMODE(path.stat().st_mode)
            assert mode & 0o077 == 0, f"{path} has {mode:o}"


def test_a_second_terminal_finds_the_servers_while_they_run(folder: Path) -> None:
    published = folder / "services.json"
    with servers(folder, "test") as urls:
        assert json.loads(published.read_text()) == urls
    assert not published.exists()


def test_a_taken_port_is_replaced_by_a_free_one(folder: Path) -> None:
    with servers(folder, "test") as urls:
        ports = [urlsplit(url).port for url in urls.values()]
    with (
        socket.create_server(("127.0.0.1", ports[0] or 0)),
        socket.create_server(("127.0.0.1", ports[1] or 0)),
        servers(folder, "test") as moved,
    ):
        assert not set(ports) & {urlsplit(url).port for url in moved.values()}


@pytest.mark.parametrize("port", ["99999999", "0", "-1", "80", "junk", "", "\xff"])
def test_a_remembered_port_that_is_none_is_replaced(folder: Path, port: str) -> None:
    folder.mkdir(mode=0o700)
    (folder / "redis.port").write_bytes(port.encode("latin-1"))
    with servers(folder, "test", want_postgres=False) as urls:
        assert 1024 <= (urlsplit(urls["REDIS_URL"]).port or 0) < 65_536


def test_an_empty_folder_and_one_of_ours_are_closed_to_others(folder: Path) -> None:
    folder.mkdir()
    for _ in ("empty", "ours"):
        folder.chmod(0o755)
        with servers(folder, "test", want_postgres=False):
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_only_what_is_wanted_is_started(folder: Path) -> None:
    with servers(folder, "test", want_postgres=False) as urls:
        assert list(urls) == ["REDIS_URL"]
    assert not (folder / "postgres").exists()


def test_a_killed_parent_leaves_no_server(folder: Path) -> None:
    with started([*HOLD, str(folder)], folder) as parent:
        until((folder / "services.json").exists)
        assert len(using(folder)) >= 3
        os.kill(parent.pid, signal.SIGKILL)
        until(lambda: not using(folder))


def test_the_next_run_waits_for_servers_that_are_leaving(folder: Path) -> None:
    with started([*HOLD, str(folder)], folder) as parent:
        until((folder / "services.json").exists)
        os.kill(parent.pid, signal.SIGKILL)
        with servers(folder, "test") as urls:
            assert redis.Redis.from_url(urls["REDIS_URL"]).ping()


def _python_of_nobody() -> str | None:
    """A Python of our version that the user nobody may run, or none."""
    version = f"python3.{sys.version_info.minor}"
    for path in (sys.executable, f"/usr/bin/{version}", f"/usr/local/bin/{version}"):
        test = [path, "-c", "import sys"]
        try:
            if subprocess.run(test, user="nobody", check=False).returncode == 0:
                return path
        except OSError:
            continue
    return None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_an_ordinary_user_gets_the_same(folder: Path) -> None:
    python = _python_of_nobody()
    if python is None:
        pytest.skip("no Python here that the user nobody may run")
    packages = Path(psycopg.__file__).parent.parent
    folder.parent.chmod(0o777)
    environ = environment(folder, PYTHONPATH=f"{ROOT}:{packages}")
    argv = [python, "-m", "tests.embedded.hold_servers", str(folder)]
    with subprocess.Popen(argv, cwd="/", env=environ, user="nobody") as parent:
        until((folder / "services.json").exists)
        assert folder.stat().st_mode & 0o777 == 0o700
        assert len(using(folder)) >= 3
        os.kill(parent.pid, signal.SIGKILL)
        until(lambda: not using(folder))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_root_without_user_namespaces_becomes_nobody(folder: Path) -> None:
    argv = [sys.executable, "-m", "tests.embedded.without_namespaces"]
    with started([*argv, *HOLD, str(folder)], folder) as parent:
        until((folder / "services.json").exists)
        assert (folder / "postgres").owner() == "nobody"
        os.kill(parent.pid, signal.SIGKILL)
        until(lambda: not using(folder))


def test_the_stand_in_for_redis_runs_scripts(folder: Path, free_port: str) -> None:
    argv = [sys.executable, "-m", "config.embedded.fake_redis", free_port]
    client = redis.Redis(port=int(free_port))

    def answers() -> bool:
        try:
            return bool(client.ping())
        except redis.ConnectionError:
            return False

    with started(argv, folder):
        until(answers)
        assert client.eval("return redis.call('INCR', KEYS[1])", 1, "n") == 1
        client.close()
