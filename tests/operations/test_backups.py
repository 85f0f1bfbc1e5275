"""A real PostgreSQL with the production's configuration, its archive and its copies; it is
destroyed, and comes back with every row."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from config.embedded import postgres, processes
from config.env import ROOT
from tests.operations.tools import DOCKER, free_port, until

SCRIPTS = DOCKER / "backup"
PASSWORD = "of-the-drill"


@dataclass
class Cluster:
    """A PostgreSQL on a folder of its own, and where its copies go."""

    folder: Path
    port: int

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def backups(self) -> Path:
        return self.folder / "backups"

    @property
    def environment(self) -> dict[str, str]:
        programs = postgres.programs()
        return {
            **os.environ,
            "PATH": f"{programs}:{os.environ['PATH']}",
            "BACKUPS": str(self.backups),
            "PGHOST": "127.0.0.1",
            "PGPORT": str(self.port),
            "PGUSER": "switchboard",
            "PGPASSWORD_FILE": str(self.folder / "password"),
            "DATABASE_URL": f"postgres://switchboard:{PASSWORD}@127.0.0.1:{self.port}"
            "/switchboard",
        }

    def make(self) -> None:
        (self.folder / "password").write_text(PASSWORD)
        self.backups.mkdir()
        with (self.folder / "log").open("ab") as log:
            code = processes.run(
                [
                    *(str(postgres.programs() / "initdb"), f"--pgdata={self.data}"),
                    *("--username=switchboard", "--auth=scram-sha-256"),
                    *(f"--pwfile={self.folder}/password", "--encoding=UTF8"),
                    *("--locale=C", "--data-checksums", "--no-sync"),
                ],
                output=log.fileno(),
                never_root=True,
            )
        assert code == 0, (self.folder / "log").read_text()

    @contextmanager
    def running(
        self, data: Path | None = None, seconds: float = 60
    ) -> Iterator[processes.Child]:
        """With the production's configuration; only where things are differs."""
        conf = (DOCKER / "postgres/postgresql.conf").read_text()
        conf = conf.replace("/etc/postgresql/pg_hba.conf", str(self.folder / "pg_hba"))
        conf = conf.replace("/etc/switchboard/backup", str(SCRIPTS))
        (self.folder / "conf").write_text(conf)
        shutil.copy(DOCKER / "postgres/pg_hba.conf", self.folder / "pg_hba")
        with (self.folder / "log").open("ab") as log:
            child = processes.spawn(
                [
                    *(
                        str(postgres.programs() / "postgres"),
                        "-D",
                        str(data or self.data),
                    ),
                    *("-c", f"config_file={self.folder}/conf"),
                    *("-c", "listen_addresses=127.0.0.1", "-c", f"port={self.port}"),
                    *("-c", "unix_socket_directories="),
                ],
                death_signal=signal.SIGINT,
                output=log.fileno(),
                env=self.environment,
                never_root=True,
            )
        try:
            until(self.takes_work, seconds, self.folder / "log")
            yield child
        finally:
            processes.stop(child, signal.SIGINT, seconds=20)
            processes.end_strays(postgres.programs() / "postgres", data or self.data)

    def takes_work(self) -> bool:
        """Also that what it restores is restored."""
        try:
            with self.asked("postgres") as database:
                row = database.execute("SELECT pg_is_in_recovery()").fetchone()
                return row == (False,)
        except psycopg.OperationalError:
            return False

    def asked(self, name: str = "switchboard") -> psycopg.Connection:
        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user="switchboard",
            password=PASSWORD,
            dbname=name,
            connect_timeout=3,
            autocommit=True,
        )

    def script(
        self, name: str, *words: str, **more: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", str(SCRIPTS / name), *words],
            env=self.environment | more,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )

    def manage(self, *words: str) -> None:
        subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env={
                **self.environment,
                "DJANGO_SETTINGS_MODULE": "config.settings.dev",
                "DATA_DIR": str(self.folder / "site"),
                "DEBUG": "1",
            },
            stdout=subprocess.DEVNULL,
            check=True,
            timeout=300,
        )

    def counts(self) -> dict[str, int]:
        """Rows of each table."""
        tables = (
            "SELECT table_name FROM information_schema.tables"
            " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        )
        with self.asked() as database:
            found = {}
            for (name,) in database.execute(tables).fetchall():
                count = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))
                row = database.execute(count).fetchone()
                assert row
                found[str(name)] = int(row[0])
        return found

    def add(self, many: int, name: str) -> None:
        with self.asked() as database:
            database.execute(
                "INSERT INTO core_heartbeat (name, at)"
                " SELECT %s || n, now() FROM generate_series(1, %s) AS n",
                [name, many],
            )

    def archived(self, name: str = "switchboard") -> None:
        """What was promised so far is in the archive."""
        with self.asked(name) as database:
            row = database.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchone()
        assert row
        kept = self.backups / f"wal/{row[0]}.gz"
        until(kept.exists, 30, self.folder / "log")


@dataclass
class Told:
    """What the drill has written down, to be found again."""

    at_the_moment: dict[str, int]
    moment: str
    at_the_end: dict[str, int]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Cluster:
    one = Cluster(tmp_path_factory.mktemp("drill"), free_port())
    one.make()
    return one


@pytest.fixture(scope="module")
def told(cluster: Cluster) -> Told:
    """A site with people; a copy; more rows; then a mistake; then its disk is gone."""
    with cluster.running() as server:
        with cluster.asked("postgres") as database:
            database.execute("CREATE DATABASE switchboard")
        cluster.manage("migrate", "-v", "0")
        cluster.manage("seed_demo")
        before = cluster.counts()
        done = cluster.script("backup.sh", "once")
        assert done.returncode == 0, done.stdout
        cluster.add(1_000, "after-the-copy-")
        at_the_moment = cluster.counts()
        moment = datetime.now(UTC).isoformat(sep=" ")
        time.sleep(0.1)
        with cluster.asked() as database:
            # The product refuses it; an administrator in a hurry knows a way.
            database.execute("SET session_replication_role = replica")
            database.execute("TRUNCATE accounts_user CASCADE")
        cluster.add(10, "after-the-mistake-")
        at_the_end = cluster.counts()
        cluster.archived()
        assert before["accounts_user"] == at_the_moment["accounts_user"] > 3
        assert sum(before.values()) + 1_000 == sum(at_the_moment.values())
        assert at_the_end["accounts_user"] == 0
        # Without a goodbye.
        os.killpg(server.pid, signal.SIGKILL)
    shutil.rmtree(cluster.data)
    return Told(at_the_moment, moment, at_the_end)


def restored(cluster: Cluster, *words: str) -> dict[str, int]:
    folder = cluster.folder / "restored"
    shutil.rmtree(folder, ignore_errors=True)
    started = time.monotonic()
    done = cluster.script("restore.sh", str(folder), *words)
    assert done.returncode == 0, done.stdout
    with cluster.running(folder):
        took = time.monotonic() - started
        found = cluster.counts()
        # It takes work again, and what it writes is archived on a timeline of its own.
        cluster.add(1, f"after-restore-{time.monotonic_ns()}-")
        cluster.archived()
    assert took < 60
    return found


def test_what_was_before_a_mistake_comes_back_to_the_row(
    cluster: Cluster, told: Told
) -> None:
    assert restored(cluster, told.moment) == told.at_the_moment


def test_all_that_was_archived_comes_back_where_no_moment_is_named(
    cluster: Cluster, told: Told
) -> None:
    """Of the newest timeline: the restore before this one went on from its moment."""
    found = restored(cluster)
    assert found["accounts_user"] == told.at_the_moment["accounts_user"]
    for name in cluster.backups.glob("wal/*.history.gz"):
        name.unlink()
    for name in cluster.backups.glob("wal/0000000[2-9]*"):
        name.unlink()
    assert restored(cluster) == told.at_the_end


@pytest.mark.parametrize(
    ("moment", "why"),
    [("2020-01-01 00:00 UTC", "no copy of before"), ("one day", "no moment")],
)
def test_a_moment_that_cannot_be_is_refused(
    cluster: Cluster, told: Told, tmp_path: Path, moment: str, why: str
) -> None:
    done = cluster.script("restore.sh", str(tmp_path / "new"), moment)
    assert done.returncode == 1 and why in done.stdout, done.stdout
    assert not (tmp_path / "new").exists()


def test_a_folder_with_something_in_it_is_left_alone(
    cluster: Cluster, told: Told, tmp_path: Path
) -> None:
    (tmp_path / "something").write_text("mine")
    done = cluster.script("restore.sh", str(tmp_path))
    assert done.returncode == 1 and "is not empty" in done.stdout
    assert [each.name for each in tmp_path.iterdir()] == ["something"]


@dataclass
class Parted:
    """An archive with a copy of after the moment that was restored to."""

    cluster: Cluster
    moment: str
    copies: list[Path]

    def named(self) -> int:
        with self.cluster.asked("postgres") as database:
            row = database.execute("SELECT count(*) FROM names").fetchone()
        assert row
        return int(row[0])

    def restored(self, *words: str, **more: str) -> int:
        """How many names there are afterwards. What it archives is taken away again."""
        folder = self.cluster.folder / f"restored-{time.monotonic_ns()}"
        kept = set(self.cluster.backups.glob("wal/*"))
        done = self.cluster.script("restore.sh", str(folder), *words, **more)
        assert done.returncode == 0, done.stdout
        with self.cluster.running(folder):
            found = self.named()
        for path in set(self.cluster.backups.glob("wal/*")) - kept:
            path.unlink()
        shutil.rmtree(folder)
        return found


def name_more(cluster: Cluster, many: int) -> None:
    """In the archive afterwards."""
    with cluster.asked("postgres") as database:
        database.execute("CREATE TABLE IF NOT EXISTS names (n integer)")
        database.execute("INSERT INTO names SELECT generate_series(1, %s)", [many])
    cluster.archived("postgres")


@pytest.fixture(scope="module")
def parted(tmp_path_factory: pytest.TempPathFactory) -> Parted:
    """A copy, 100 names, a mistake of 1,000 more, the copy of the night; then back to
    before the mistake, 10 names and, before the next copy, no disk any more."""
    cluster = Cluster(tmp_path_factory.mktemp("parted"), free_port())
    cluster.make()
    with cluster.running():
        assert cluster.script("backup.sh", "once").returncode == 0
        name_more(cluster, 100)
        moment = datetime.now(UTC).isoformat(sep=" ")
        name_more(cluster, 1_000)
        assert cluster.script("backup.sh", "once").returncode == 0
        name_more(cluster, 1_000)
    shutil.rmtree(cluster.data)
    # What was before the restore can be named by the second of the last copy.
    last = max(cluster.backups.glob("base/2*")).name
    until(lambda: f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}" > last)
    assert cluster.script("restore.sh", str(cluster.data), moment).returncode == 0
    with cluster.running():
        for _ in range(3):
            name_more(cluster, 10)
    shutil.rmtree(cluster.data)
    return Parted(cluster, moment, sorted(cluster.backups.glob("base/2*")))


def test_the_newest_copy_is_left_where_it_does_not_lead_to_what_is_asked_for(
    parted: Parted,
) -> None:
    assert len(parted.copies) == 2
    assert parted.restored() == 130
    assert parted.restored(parted.moment) == 100


def test_one_can_follow_what_was_left_by_a_restore(parted: Parted) -> None:
    """By its number, and by a moment of before the restore."""
    assert parted.restored(TIMELINE="1") == 2_100
    after = datetime.strptime(parted.copies[1].name, "%Y%m%dT%H%M%SZ")
    assert parted.restored(f"{after} UTC") == 1_100


def test_a_copy_of_the_same_second_and_later_is_left(parted: Parted) -> None:
    """It leads to nothing that was before its end."""
    end = int((parted.copies[1] / "whole_at").read_text())
    before = datetime.fromtimestamp(end // 1_000 / 1_000_000 - 0.000_1, UTC)
    assert parted.restored(before.isoformat(sep=" ")) == 1_100


def test_where_no_copy_leads_there_it_is_refused_with_words(parted: Parted) -> None:
    away = parted.cluster.folder / "away"
    parted.copies[0].rename(away)
    try:
        folder = parted.cluster.folder / "none"
        done = parted.cluster.script("restore.sh", str(folder))
        assert done.returncode == 1 and not folder.exists(), done.stdout
        assert "do not lead to timeline 2" in done.stdout
        assert "TIMELINE=1 follows the one of" in done.stdout
    finally:
        away.rename(parted.copies[0])


def cut(segment: Path) -> None:
    segment.write_bytes(segment.read_bytes()[:-1_000])


def flip(segment: Path) -> None:
    content = bytearray(segment.read_bytes())
    content[len(content) // 2] ^= 1
    segment.write_bytes(content)


@pytest.mark.parametrize(
    ("spoil", "why"),
    [(cut, "is damaged"), (flip, "is damaged"), (Path.unlink, "is missing")],
)
def test_a_spoilt_segment_is_not_the_end_of_the_archive(
    parted: Parted, spoil: Callable[[Path], None], why: str
) -> None:
    """The second of three that the restore has archived: refused with words; what is laid
    already does not start; on purpose one gets what was before it."""
    cluster = parted.cluster
    laid = cluster.folder / f"laid-{spoil.__name__}"
    assert cluster.script("restore.sh", str(laid)).returncode == 0
    # The last has what PostgreSQL wrote as it ended.
    segment = sorted(cluster.backups.glob("wal/00000002????????????????.gz"))[1]
    whole = segment.read_bytes()
    spoil(segment)
    try:
        folder = cluster.folder / "spoilt"
        done = cluster.script("restore.sh", str(folder))
        assert done.returncode == 1 and not folder.exists(), done.stdout
        assert why in done.stdout and "UP_TO_DAMAGE=1" in done.stdout
        with pytest.raises(AssertionError), cluster.running(laid, seconds=10):
            pass
        said = (cluster.folder / "log").read_text()
        assert f"fetch.sh: {cluster.backups}/wal" in said or "fetch.sh: 0000" in said
        assert parted.restored(UP_TO_DAMAGE="1") == 110
        # It is of no matter to who asks for a moment of before it.
        assert parted.restored(parted.moment) == 100
    finally:
        segment.write_bytes(whole)


def test_a_segment_is_kept_once_and_never_replaced(
    cluster: Cluster, tmp_path: Path
) -> None:
    segment = tmp_path / "segment"
    segment.write_bytes(b"one" * 1_000)
    assert cluster.script("archive.sh", str(segment), "F" * 24).returncode == 0
    assert cluster.script("archive.sh", str(segment), "F" * 24).returncode == 0
    segment.write_bytes(b"another")
    done = cluster.script("archive.sh", str(segment), "F" * 24)
    assert done.returncode == 1 and "it is another" in done.stdout
    (cluster.backups / f"wal/{'F' * 24}.gz").unlink()


def test_a_copy_that_fails_leaves_the_ones_there_are(
    cluster: Cluster, told: Told
) -> None:
    """Its server is gone."""
    there = sorted((cluster.backups / "base").iterdir())
    figures = (cluster.backups / "metrics/backup.prom").read_text()
    done = cluster.script("backup.sh", "once")
    assert done.returncode == 1 and "there is no new copy" in done.stdout
    after = [p for p in (cluster.backups / "base").iterdir() if p.name != ".new"]
    assert sorted(after) == there
    assert (cluster.backups / "metrics/backup.prom").read_text() == figures
    assert "switchboard_backup_finished_timestamp_seconds 1" in figures


def test_old_copies_go_with_what_only_they_need_and_the_newest_stays(
    cluster: Cluster, told: Told
) -> None:
    base, wal = cluster.backups / "base", cluster.backups / "wal"
    (newest,) = base.iterdir()
    first = (newest / "first_segment").read_text().strip()
    # A copy of a month ago, and a segment of then.
    old = base / "20200101T000000Z"
    shutil.copytree(newest, old)
    (old / "first_segment").write_text("0" * 24)
    (wal / f"{'0' * 24}.gz").write_bytes(b"")
    a_month_ago = time.time() - 30 * 86_400
    os.utime(old, (a_month_ago, a_month_ago))
    os.utime(newest, (a_month_ago, a_month_ago))
    folder = cluster.folder / "again"
    assert cluster.script("restore.sh", str(folder)).returncode == 0
    with cluster.running(folder):
        assert cluster.script("backup.sh", "once").returncode == 0
        assert not old.exists() and not newest.exists()
        assert len(list(base.iterdir())) == 1
        assert not (wal / f"{'0' * 24}.gz").exists()
        kept = sorted(path.name for path in wal.iterdir())
        assert kept and all(name[8:24] >= first[8:] for name in kept if len(name) == 27)
        # Two at once: one is refused, and nothing is half.
        pair = [
            subprocess.Popen(
                ["sh", str(SCRIPTS / "backup.sh"), "once"],
                env=cluster.environment,
                stderr=subprocess.DEVNULL,
            )
            for _ in range(2)
        ]
        codes = sorted(each.wait(120) for each in pair)
        assert codes in ([0, 0], [0, 1])
        assert not (base / ".new").exists()


def test_after_a_copy_that_failed_one_by_hand_is_not_refused(tmp_path: Path) -> None:
    """While the service waits for its next try: no server is there for either."""
    cluster = Cluster(tmp_path, free_port())
    (tmp_path / "password").write_text(PASSWORD)
    log = tmp_path / "log"
    with log.open("wb") as output:
        service = subprocess.Popen(
            ["sh", str(SCRIPTS / "backup.sh")],
            env=cluster.environment,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        until(lambda: "there is no new copy" in log.read_text(), 30, log)
        until(
            lambda: "there is no new copy"
            in cluster.script("backup.sh", "once").stdout,
            *(20, log),
        )
    finally:
        # With the pause it is in.
        os.killpg(service.pid, signal.SIGTERM)
        service.wait(20)


def test_a_newer_copy_of_an_earlier_place_keeps_its_segments(tmp_path: Path) -> None:
    """A restore led back to before the night's copy, and another copy was made there; what
    is cleared away later goes by the copy that begins first, not by the oldest."""
    cluster = Cluster(tmp_path, free_port())
    cluster.make()
    with cluster.running():
        assert cluster.script("backup.sh", "once").returncode == 0
        name_more(cluster, 1)
        back_to = datetime.now(UTC).isoformat(sep=" ")
        # Each takes a look at the archive, so in the end the second is another.
        for _ in range(12):
            name_more(cluster, 1_000)
        assert cluster.script("backup.sh", "once").returncode == 0
    shutil.rmtree(cluster.data)
    first, _ = sorted(cluster.backups.glob("base/2*"))
    assert cluster.script("restore.sh", str(cluster.data), back_to).returncode == 0
    with cluster.running():
        assert cluster.script("backup.sh", "once").returncode == 0
        name_more(cluster, 10)
        name_more(cluster, 10)
        a_month_ago = time.time() - 30 * 86_400
        os.utime(first, (a_month_ago, a_month_ago))
        assert cluster.script("backup.sh", "once").returncode == 0
    assert not first.exists()
    night, after, newest = sorted(cluster.backups.glob("base/2*"))
    begin = [(one / "first_segment").read_text()[8:24] for one in (night, after)]
    assert begin[1] < begin[0]
    shutil.rmtree(newest)
    assert Parted(cluster, back_to, [night, after]).restored() == 21
