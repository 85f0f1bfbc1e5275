"""Reports are read of a real streaming replica: PostgreSQL's own, which the script of the
compose file has copied from the first server and which follows it."""

import json
import math
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from config.embedded import postgres, processes
from config.env import ROOT
from tests.operations.test_backups import PASSWORD, SCRIPTS, Cluster
from tests.operations.tools import DOCKER, free_port, run, until

# How many texts came today, as three reports tell it; how many queries each database was
# asked meanwhile, and how long it took; then the same once more, and what is no report.
ASK = """
import json, time
from contextlib import ExitStack
import django
django.setup()
from django.db import connections
from django.test.utils import CaptureQueriesContext
from apps.accounts.models import User
from apps.analytics import figures, overall, periods
today = periods.today()
told = []
for _ in range(2):
    caught = {}
    began = time.monotonic()
    with ExitStack() as watched:
        for name in WATCHED:
            catch = CaptureQueriesContext(connections[name])
            caught[name] = watched.enter_context(catch)
        came = [
            figures.texts_of_all(today).volume().came,
            figures.of_all(today).volume().came,
            overall.of(today).figures.volume().came,
        ]
    took = time.monotonic() - began
    many = {name: len(queries) for name, queries in caught.items()}
    told.append({"came": came, "seconds": took, **many})
with CaptureQueriesContext(connections["default"]) as caught:
    User.objects.count()
told.append(len(caught))
print(json.dumps(told))
"""
# What Prometheus is told of it.
FIGURE = """
import json
import django
django.setup()
from apps.core import gauges
((sample,),) = (each.samples for each in gauges._replica())
print(json.dumps(sample.value))
"""


@dataclass
class Replica:
    """Of a cluster, on a folder of its own."""

    of: Cluster
    folder: Path
    port: int

    @property
    def url(self) -> str:
        return f"postgres://switchboard:{PASSWORD}@127.0.0.1:{self.port}/switchboard"

    @contextmanager
    def running(self) -> Iterator[None]:
        words = ["sh", str(DOCKER / "postgres/replica.sh")]
        for setting in (
            f"config_file={self.of.folder}/conf",
            "listen_addresses=127.0.0.1",
            f"port={self.port}",
            "unix_socket_directories=",
        ):
            words += ["-c", setting]
        own = {"PGDATA": str(self.folder), "SCRIPTS": str(SCRIPTS)}
        with (self.folder / "log").open("ab") as log:
            child = processes.spawn(
                words,
                death_signal=signal.SIGINT,
                output=log.fileno(),
                env=self.of.environment | own,
                never_root=True,
            )
        try:
            until(self.follows, 60, self.folder / "log")
            yield
        finally:
            processes.stop(child, signal.SIGINT, seconds=20)
            place = self.folder / "replica"
            processes.end_strays(postgres.programs() / "postgres", place)

    def is_well(self) -> subprocess.CompletedProcess[str]:
        """The health check of the compose file."""
        own = {"PGDATA": str(self.folder), "SCRIPTS": str(SCRIPTS)}
        return run(
            *("sh", DOCKER / "postgres/replica.sh", "follows"),
            env=self.of.environment | own,
        )

    @property
    def began(self) -> int:
        return (self.folder / "replica/PG_VERSION").stat().st_ino

    def asked(self, statement: str) -> Any:
        with psycopg.connect(self.url, connect_timeout=3, autocommit=True) as database:
            row = database.execute(statement.encode()).fetchone()
        return row[0] if row else None

    def follows(self) -> bool:
        """As far as the first has come."""
        try:
            with self.of.asked() as first:
                row = first.execute("SELECT pg_current_wal_lsn()::text").fetchone()
            assert row
            return bool(
                self.asked(
                    f"SELECT pg_is_in_recovery() AND pg_last_wal_replay_lsn() >= '{row[0]}'"
                )
            )
        except psycopg.OperationalError:
            return False


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    cluster = Cluster(tmp_path_factory.mktemp("first"), free_port())
    cluster.make()
    with cluster.running():
        with cluster.asked("postgres") as database:
            database.execute("CREATE DATABASE switchboard")
        cluster.manage("migrate", "-v", "0")
        yield cluster


@pytest.fixture(scope="module")
def replica(first: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Replica:
    return Replica(first, tmp_path_factory.mktemp("replica"), free_port())


def came(first: Cluster, texts: int) -> None:
    """So many more today."""
    with first.asked() as database:
        database.execute(
            "INSERT INTO analytics_daysum (day, direction, kind, country, status,"
            " error_code, texts, segments, micros)"
            " VALUES ((now() AT TIME ZONE 'UTC')::date, 'in', '', 'US', '', '', %s, 0, 0)"
            " ON CONFLICT (day, direction, kind, country, status, error_code)"
            " DO UPDATE SET texts = analytics_daysum.texts + excluded.texts",
            [texts],
        )


def reports(first: Cluster, url: str, *watched: str) -> list[Any]:
    script = ASK.replace("WATCHED", repr(watched or ("default",)))
    told: list[Any] = told_by(first, url, script)
    return told


def told_by(first: Cluster, url: str, script: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=first.environment
        | {
            "DJANGO_SETTINGS_MODULE": "config.settings.dev",
            "DATA_DIR": str(first.folder / "site"),
            "ANALYTICS_DATABASE_URL": url,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3_000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_reports_are_read_there_and_nothing_else_is(
    first: Cluster, replica: Replica
) -> None:
    came(first, 3)
    with replica.running():
        once, again, others = reports(first, replica.url, "default", "replica")
        assert once["came"] == again["came"] == [3, 3, 3]
        assert again["default"] == 0 and again["replica"] > 10
        assert others == 1
        # It takes no writes, and what it tells is what it has.
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            replica.asked("INSERT INTO core_heartbeat VALUES ('a', now())")
        replica.asked("SELECT pg_wal_replay_pause()::text")
        came(first, 4)
        assert reports(first, replica.url)[0]["came"] == [3, 3, 3]
        replica.asked("SELECT pg_wal_replay_resume()::text")
        until(replica.follows, 30)
        assert reports(first, replica.url)[0]["came"] == [7, 7, 7]


def test_while_it_is_away_the_first_server_is_asked_and_nobody_waits_twice(
    first: Cluster, replica: Replica
) -> None:
    came(first, 1)
    once, again, others = reports(first, replica.url)
    assert once["came"] == again["came"] == [8, 8, 8]
    assert once["default"] > 10 and again["default"] == once["default"]
    assert once["seconds"] < 10 and again["seconds"] < 2 and others == 1


def test_where_none_is_named_there_is_none(first: Cluster) -> None:
    once, _, others = reports(first, "")
    assert once["came"] == [8, 8, 8] and once["default"] > 10 and others == 1


def test_after_a_time_away_it_goes_on_where_it_was(
    first: Cluster, replica: Replica
) -> None:
    """Also where the first server has thrown away what it missed: the archive has it."""
    for _ in range(3):
        came(first, 1)
        first.archived()
    with first.asked() as database:
        database.execute("CHECKPOINT")
    began = (replica.folder / "replica/PG_VERSION").stat().st_mtime
    with replica.running():
        assert reports(first, replica.url)[0]["came"] == [11, 11, 11]
    assert (replica.folder / "replica/PG_VERSION").stat().st_mtime == began


def test_how_far_it_is_behind_is_told_also_while_it_is_away(
    first: Cluster, replica: Replica
) -> None:
    with replica.running():
        assert told_by(first, replica.url, FIGURE) < 1 << 20
        replica.asked("SELECT pg_wal_replay_pause()::text")
        with first.asked() as database:
            database.execute("CREATE TABLE much AS SELECT generate_series(1, 99999) n")
        until(lambda: told_by(first, replica.url, FIGURE) > 1 << 20)
        replica.asked("SELECT pg_wal_replay_resume()::text")
    assert told_by(first, replica.url, FIGURE) == math.inf
    assert told_by(first, "", FIGURE) == 0


def test_what_a_restore_has_undone_is_no_good_health_and_it_begins_anew(
    tmp_path: Path,
) -> None:
    """A replica that had come further than where the first server was led back to; and one
    that had not goes on with what it has."""
    cluster = Cluster(tmp_path, free_port())
    cluster.make()
    (tmp_path / "replica").mkdir()
    replica = Replica(cluster, tmp_path / "replica", free_port())
    names = "SELECT count(*) FROM names"

    def add(many: int) -> None:
        with cluster.asked() as database:
            database.execute("INSERT INTO names SELECT generate_series(1, %s)", [many])
        cluster.archived()

    def restore(*words: str) -> None:
        shutil.rmtree(cluster.data)
        done = cluster.script("restore.sh", str(cluster.data), *words)
        assert done.returncode == 0, done.stdout

    up = ExitStack()
    with up:
        up.enter_context(cluster.running())
        with cluster.asked("postgres") as database:
            database.execute("CREATE DATABASE switchboard")
        with cluster.asked() as database:
            database.execute("CREATE TABLE names (n integer)")
        assert cluster.script("backup.sh", "once").returncode == 0
        add(100)
        moment = datetime.now(UTC).isoformat(sep=" ")
        add(1_000)
        with replica.running():
            assert replica.is_well().returncode == 0
            assert replica.asked(names) == 1_100
            up.close()
            # The first is away, so nobody knows better.
            assert replica.is_well().returncode == 0
            restore(moment)
            up.enter_context(cluster.running())
            done = replica.is_well()
            assert done.returncode == 1 and "has undone" in done.stdout, done.stdout
            assert replica.asked(names) == 1_100
        undone = replica.began
        with replica.running():
            assert replica.began != undone
            assert replica.asked(names) == 100
            assert replica.is_well().returncode == 0
        again = replica.began
        assert not (tmp_path / "replica/replica.undone").exists()
        add(10)
        up.close()
        restore()
        up.enter_context(cluster.running())
        with replica.running():
            assert replica.asked(names) == 110
            until(lambda: replica.is_well().returncode == 0, 30)
        assert replica.began == again
