"""The real application on a port, as its container starts it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest

from config.env import ROOT
from tests.integrations import servers
from tests.integrations.servers import Simulator
from tests.operations import images
from tests.operations.tools import answers, free_port, run, serving, until

TOKEN = "the-token-of-alertmanager"
# What may be left out where it cannot be done, by words: OPERATIONS_WITHOUT="image".
WITHOUT = os.environ.get("OPERATIONS_WITHOUT", "").split()


def not_here(what: str, why: str) -> NoReturn:
    """It cannot be proven on this machine: that fails, unless one has said to go without,
    and is said at the end all the same."""
    words = f"{what} is not proven here: {why}"
    if what in WITHOUT:
        pytest.skip(words)
    pytest.fail(f'{words}. To go without: OPERATIONS_WITHOUT="{what}"', pytrace=False)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Nothing is left out silently."""
    for report in terminalreporter.getreports("skipped"):
        terminalreporter.section("NOT PROVEN", red=True, bold=True)
        terminalreporter.line(f"{report.nodeid}: {report.longrepr}")


@dataclass(frozen=True)
class Site:
    """Where it answers, what its processes have in their environment, their folder."""

    port: int
    environment: dict[str, str]
    folder: Path
    simulator: Simulator

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """With the settings of a server, on the database of the embedded PostgreSQL, which
    the container's own command has migrated."""
    with servers.simulated() as simulator:
        yield from _serving(tmp_path_factory.mktemp("site"), simulator)


def _serving(folder: Path, simulator: Simulator) -> Iterator[Site]:
    environment = {**os.environ}
    del environment["DJANGO_ALLOW_ASYNC_UNSAFE"]
    port = free_port()
    environment |= {
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        # Each process would compile all of it anew.
        "PYTHONDONTWRITEBYTECODE": "",
        "DEBUG": "0",
        "PHONE_SIMULATOR": "0",
        "DATA_DIR": str(folder),
        "PUBLIC_URL": "https://switchboard.example",
        "ALLOWED_HOSTS": "switchboard.example,localhost,127.0.0.1",
        "EMAIL_URL": "dummymail://",
        "TRUSTED_PROXY_COUNT": "1",
        "ALERTMANAGER_TOKEN": TOKEN,
        "TWILIO_NUMBER": "+12025550100",
        # Google is played by a server of ours.
        "GOOGLE_CLIENT_ID": "google-demo",
        "GOOGLE_CLIENT_SECRET": "demo",
        "GOOGLE_BASE_URL": simulator.url,
        "PROMETHEUS_MULTIPROC_DIR": str(folder / "metrics"),
        "HEARTBEAT_FILE": str(folder / "heartbeat"),
        # As many as threads, shared: for what is counted of them.
        "DATABASE_POOL_SIZE": "4",
        "PORT": str(port),
        "LOG_LEVEL": "INFO",
    }
    for words in ("migrate", "manage collectstatic --no-input -v 0"):
        subprocess.run(
            [sys.executable, "-m", "config.start", *words.split()],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.DEVNULL,
            check=True,
            timeout=300,
        )
    log = folder / "web.log"
    web = ("-m", "config.start", "web")
    with serving(sys.executable, *web, log=log, env=environment):
        until(lambda: answers(f"http://127.0.0.1:{port}/health/live"), 120, log)
        yield Site(port, environment, folder, simulator)


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The image built; the environment in which podman runs it."""
    if run("unshare", "--mount", "true").returncode:
        not_here("image", "a container needs rights that this machine does not give")
    conf = tmp_path_factory.mktemp("engine") / "containers.conf"
    conf.write_text(images.ENGINE)
    images.site()
    return {**os.environ, "CONTAINERS_CONF": str(conf)}
