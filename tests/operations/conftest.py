"""The real application on a port, as its container starts it."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pytest_django import DjangoDbBlocker

from config.env import ROOT
from tests.jobs import workers
from tests.operations.tools import answers, free_port, serving, until

TOKEN = "the-token-of-alertmanager"


@dataclass(frozen=True)
class Site:
    """Where it answers, what its processes have in their environment, their folder."""

    port: int
    environment: dict[str, str]
    folder: Path

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture(scope="session")
def site(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Site]:
    """With the settings of a server, on a database that is migrated."""
    folder = tmp_path_factory.mktemp("site")
    with django_db_blocker.unblock():
        environment = workers.environment()
    del environment["DJANGO_ALLOW_ASYNC_UNSAFE"]
    port = free_port()
    environment |= {
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "DEBUG": "0",
        "PHONE_SIMULATOR": "0",
        "DATA_DIR": str(folder),
        "PUBLIC_URL": "https://switchboard.example",
        "ALLOWED_HOSTS": "switchboard.example,localhost,127.0.0.1",
        "EMAIL_URL": "dummymail://",
        "TRUSTED_PROXY_COUNT": "1",
        "ALERTMANAGER_TOKEN": TOKEN,
        "PROMETHEUS_MULTIPROC_DIR": str(folder / "metrics"),
        "HEARTBEAT_FILE": str(folder / "heartbeat"),
        "PORT": str(port),
        "LOG_LEVEL": "INFO",
    }
    subprocess.run(
        [sys.executable, "-m", "config.start", "manage"]
        + ["collectstatic", "--no-input", "-v", "0"],
        cwd=ROOT,
        env=environment,
        check=True,
        timeout=300,
    )
    log = folder / "web.log"
    words = ("-m", "config.start", "web")
    with serving(sys.executable, *words, log=log, env=environment):
        until(lambda: answers(f"http://127.0.0.1:{port}/health/live"), 120, log)
        yield Site(port, environment, folder)
