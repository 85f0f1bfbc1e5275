"""`make run`: the servers, the schema, then web, workers and beat until Ctrl-C."""

import os
import shutil
import signal
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from config import processes as commands
from config.embedded import processes, providers
from config.embedded.errors import BAD_SETTING, CannotStart
from config.embedded.folder import Folder, is_free, shown
from config.embedded.group import Group
from config.embedded.postgres import Postgres
from config.embedded.providers import Providers
from config.embedded.redis import Redis
from config.embedded.revival import Revival
from config.embedded.schema import Schema
from config.embedded.server import Server, has_page
from config.embedded.stack import running, urls
from config.env import DATA_DIR, env, laptop_secrets

DEVELOPMENT = "config.settings.dev"


def everything() -> None:
    """Run until a signal. KeyboardInterrupt at the end, CannotStart with a sentence."""
    _listen_for_signals()
    port = _free_port()
    missing = [kind for kind in _kinds() if not env.str(kind.variable, default="")]
    folder = Folder(Path(DATA_DIR))
    _refuse_damaged_secrets(folder)
    print("Starting …", flush=True)
    with running(folder, "run", missing, {"PORT": str(port)}) as started:
        environment = _environment(port, urls(started), folder)
        schema = Schema(folder, environment.get("DATABASE_URL", ""))
        group = Group(commands.everything(), environment)
        try:
            # Nothing to wait for when the tables are there: the first page comes
            # while the demo people are looked after.
            if schema.is_current():
                group.start("web")
            welcome = _prepare(folder, environment) or _plain_welcome(port)
            schema.remember()
            group.start()
            _watch(group, started, port, welcome)
        finally:
            group.stop()


def _kinds() -> list[type[Server]]:
    if _is_development() and providers.are_wanted():
        return [Postgres, Redis, Providers]
    return [Postgres, Redis]


def _is_development() -> bool:
    return os.environ.get("DJANGO_SETTINGS_MODULE", DEVELOPMENT) == DEVELOPMENT


def _refuse_damaged_secrets(folder: Folder) -> None:
    """Now, in one sentence, rather than by each process that loads the settings."""
    if _is_development() and (folder.path / "secrets.json").exists():
        laptop_secrets()


def _listen_for_signals() -> None:
    # Also SIGINT: a shell's background job (`make run &`) starts with it ignored.
    for sig in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sig, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # that is `nohup`
        signal.signal(signal.SIGHUP, signal.default_int_handler)
    if "MAKELEVEL" in os.environ:
        # A killed `make` would leave us behind without a terminal.
        processes.die_with_parent(signal.SIGTERM)


def _free_port() -> int:
    given = env.str("PORT", default="8000")
    if not given.isascii() or not given.isdigit() or not 0 < int(given) < 65_536:
        raise CannotStart(f"PORT has to be a number from 1 to 65535, not {given!r}.")
    port = int(given)
    try:
        # "localhost" means ::1 to some browsers, so nobody else may answer there.
        free = is_free(port) and (is_free(port, "::1") or not _has_ipv6())
    except PermissionError as error:
        raise CannotStart(
            f"Port {port} is for root only: choose one above 1023 with PORT."
        ) from error
    if not free:
        raise CannotStart(
            f"Port {port} is taken by another program: stop it, or choose another "
            f"port, for example PORT={port + 1} make run."
        )
    return port


def _has_ipv6() -> bool:
    return is_free(0, "::1")


def _environment(port: int, urls: Mapping[str, str], folder: Folder) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": DEVELOPMENT,
        **os.environ,
        **urls,
        "PORT": str(port),
        "PROMETHEUS_MULTIPROC_DIR": str(_empty(folder.path / "metrics")),
        "PYTHONUNBUFFERED": "1",
    }


def _empty(path: Path) -> Path:
    """Where the processes count together; what an earlier run counted is history."""
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(mode=0o700)
    return path.resolve()


def _prepare(folder: Folder, environment: Mapping[str, str]) -> str:
    """Migrate and seed; the words of welcome, empty when nobody wrote any."""
    log, welcome = folder.log("prepare"), folder.log("welcome")
    command = [sys.executable, "-m", "config.embedded.prepare", str(welcome)]
    with log.open("wb") as file:
        code = processes.run(command, output=file.fileno(), env=environment)
    if code:
        said = log.read_text(errors="replace").strip()
        reason = said.rpartition("\n")[2] or "it said nothing"
        if code == BAD_SETTING:
            raise CannotStart(f"The settings cannot be used: {reason}")
        print(said, file=sys.stderr)
        raise CannotStart(
            f"The database could not be prepared: {reason} (the log is {shown(log)})"
        )
    return welcome.read_text()


def _watch(group: Group, started: list[Server], port: int, welcome: str) -> None:
    revivals = [Revival(each, partial(group.say, each.name)) for each in started]
    while True:
        group.tend(0.2)
        for revival in revivals:
            revival.tend()
        if welcome and has_page(port, "/health/live"):
            print(f"\n{welcome.strip()}\n", flush=True)
            welcome = ""


def _plain_welcome(port: int) -> str:
    origin = f"http://localhost:{port}"
    return "\n".join(
        [
            f"Switchboard   {origin}/",
            f"Phone         {origin}/dev/phone/",
            f"Mail          {origin}/dev/mail/",
            "Ctrl-C stops everything.",
        ]
    )
