"""Both servers on one data folder, for as long as a `with` block."""

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from config.embedded.folder import Folder
from config.embedded.postgres import Postgres
from config.embedded.redis import Redis
from config.embedded.server import Profile, Server


@contextlib.contextmanager
def servers(
    data_dir: Path,
    profile: Profile = "run",
    *,
    want_postgres: bool = True,
    want_redis: bool = True,
) -> Iterator[Mapping[str, str]]:
    """`DATABASE_URL` and `REDIS_URL` of servers that run inside the block.

    The `run` profile keeps every commit; `test` keeps nothing through a crash and is
    faster. Call from the main thread. Raises CannotStart with one sentence.
    """
    kinds = [*([Postgres] if want_postgres else []), *([Redis] if want_redis else [])]
    with running(Folder(data_dir), profile, kinds) as started:
        yield urls(started)


@contextlib.contextmanager
def running(
    folder: Folder,
    profile: Profile,
    kinds: list[type[Server]],
    more: Mapping[str, str] | None = None,
) -> Iterator[list[Server]]:
    """The servers themselves, started side by side, stopped in reverse.

    `more` is published beside their addresses, for `manage.py` in another terminal.
    """
    with (
        folder.in_words(),
        folder.lock() as lock,
        contextlib.ExitStack() as cleanup,
    ):
        started = [kind(folder, profile, lock) for kind in kinds]
        # The last one first: Redis is up while PostgreSQL still makes its cluster.
        for server in reversed(started):
            server.launch()
            cleanup.callback(server.stop)
        for server in started:
            server.wait()
        cleanup.enter_context(folder.published({**urls(started), **(more or {})}))
        yield started


def urls(started: list[Server]) -> dict[str, str]:
    return {server.variable: server.url for server in started}
