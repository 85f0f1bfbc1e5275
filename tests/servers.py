"""A pytest plugin: real PostgreSQL and Redis, up before Django reads its settings.

One pair serves the whole run. It is started by the process the person started, in a
temporary folder, unless DATABASE_URL or REDIS_URL name others; the parallel workers
inherit the addresses, and each takes a Redis database of its own (pytest-django does
the same for PostgreSQL, and tests/template.py spares them the migrations).
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql
from xdist import workermanage

from tests import template

# Django refuses the ORM where an event loop runs, and Playwright's runs in every
# browser test, idle.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if worker:
        # gw0 takes 1: 0 belongs to runs without workers.
        number = int(worker.removeprefix("gw")) + 1
        address = urlsplit(os.environ["REDIS_URL"])
        os.environ["REDIS_URL"] = address._replace(path=f"/{number}").geturl()
    else:
        early_config.add_cleanup(_start().close)
        _let_workers_finish()
    return (yield)


def _let_workers_finish() -> None:
    """A parallel worker has its database to drop and its coverage to write at the end;
    after ten seconds xdist would kill it, and what it has covered would not count."""
    workermanage.NodeManager.EXIT_TIMEOUT = 300


def _start() -> ExitStack:
    # Imported late: it imports the Celery app, and the environment is not ready yet.
    from config.embedded import servers

    cleanup = ExitStack()
    temporary = tempfile.TemporaryDirectory(prefix="switchboard-test-")
    folder = Path(cleanup.enter_context(temporary))
    os.environ.setdefault("DATA_DIR", str(folder))
    missing = {
        "want_postgres": "DATABASE_URL" not in os.environ,
        "want_redis": "REDIS_URL" not in os.environ,
    }
    os.environ |= cleanup.enter_context(servers(folder, "test", **missing))
    if missing["want_postgres"]:
        _let_go_unasked(folder)
    os.environ[template.VARIABLE] = f"test_template_{os.getpid()}"
    cleanup.callback(template.drop)
    return cleanup


def _let_go_unasked(folder: Path) -> None:
    """Between tests all rows go: nothing has to be asked whether they may, which takes
    longer than all else (tests/flushing.py)."""
    place = urlsplit(os.environ["DATABASE_URL"])
    password = (folder / "postgres.password").read_text().strip()
    owner = place._replace(netloc=f"postgres:{password}@127.0.0.1:{place.port}")
    with psycopg.connect(owner.geturl(), autocommit=True) as server:
        role = sql.Identifier(str(place.username))
        grant = "GRANT SET ON PARAMETER session_replication_role TO {}"
        server.execute(sql.SQL(grant).format(role))
