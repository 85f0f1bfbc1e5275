"""Behind PgBouncer, which hands out its connections by the transaction, texts are answered
as ever: nothing of a session is needed beyond a transaction. Debian's knows no prepared
statements, hence `DATABASE_PREPARED=0`; a newer one can do with them (docs/scale.md).
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.operations.tools import free_port, serving, until
from tests.sms.installation import (
    Installation,
    installation,
    number_of,
    ready,
    wait_until,
)

TEXTS = 40
# Of the server; the processes have more threads than that.
CONNECTIONS = 4


@pytest.fixture(scope="module")
def running(
    tmp_path_factory: pytest.TempPathFactory, migrated: str
) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("installation")
    with (
        installation(folder, TEXTS, migrated) as whole,
        tempfile.TemporaryDirectory(prefix="pgbouncer-") as own,
    ):
        direct, port = urlsplit(whole.environment["DATABASE_URL"]), free_port()
        _configure(Path(own), direct.port or 0, port, direct.username, direct.password)
        # It refuses to be root.
        words = ["-u", "nobody", f"{own}/pgbouncer.ini"]
        with serving("pgbouncer", *words, log=folder / "pgbouncer.log"):
            there = direct.netloc.replace(f":{direct.port}", f":{port}")
            url = direct._replace(netloc=there).geturl()
            until(lambda: _answers(url), log=folder / "pgbouncer.log")
            whole.environment |= {"DATABASE_URL": url, "DATABASE_PREPARED": "0"}
            for name in whole.processes:
                whole.kill(name)
                whole.start(name)
            wait_until(lambda: ready(whole), seconds=90, what="readiness")
            yield whole


def _configure(
    folder: Path, server: int, port: int, user: str | None, password: str | None
) -> None:
    folder.chmod(0o755)
    (folder / "users.txt").write_text(f'"{user}" "{password}"\n')
    settings = {
        "listen_addr": "127.0.0.1",
        "listen_port": port,
        "unix_socket_dir": "",
        "auth_type": "scram-sha-256",
        "auth_file": folder / "users.txt",
        "admin_users": user,
        "pool_mode": "transaction",
        "default_pool_size": CONNECTIONS,
        "max_client_conn": 200,
        # The site asks for limits there; as said in docs/scale.md its role has them.
        "ignore_startup_parameters": "options",
    }
    lines = [f"{name} = {value}" for name, value in settings.items()]
    target = f"* = host=127.0.0.1 port={server}"
    whole = ["[databases]", target, "[pgbouncer]", *lines]
    (folder / "pgbouncer.ini").write_text("\n".join(whole) + "\n")


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def test_texts_of_many_people_are_answered(running: Installation) -> None:
    for n in range(TEXTS):
        body = f"remind me to water plant {n} tomorrow at 9"
        assert running.text(body, number=number_of(n)) == 200
    wait_until(running.is_settled, seconds=90, what="settling")
    found = running.rows("SELECT text, count(*) FROM assistant_reminder GROUP BY 1")
    assert len(found) == TEXTS and {count for _, count in found} == {1}
    assert len(running.twilio.sent) == TEXTS
    assert "prepared statement" not in running.log_tail()


def test_the_server_sees_few_connections(running: Installation) -> None:
    ((many,),) = running.rows(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND backend_type = 'client backend'"
    )
    assert 1 <= many <= CONNECTIONS
