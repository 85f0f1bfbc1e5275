"""What the smoke checks of a deployment pass, and what they do not."""

import sys
from pathlib import Path

import pytest

from tests.operations.conftest import Site
from tests.operations.tools import DOCKER, answers, free_port, run, serving, until


def smoked(address: str, site: Site) -> tuple[int, str]:
    environment = {**site.environment, "SITE": "switchboard.example"}
    done = run("sh", DOCKER / "deploy/smoke.sh", address, env=environment)
    return done.returncode, done.stdout


def test_a_site_that_works_passes(site: Site) -> None:
    """Whether there are workers, others ask: those that run may be another release's."""
    assert smoked(site.address, site) == (0, "")


@pytest.mark.parametrize(
    ("variable", "value", "server"),
    [
        ("DATABASE_URL", "postgres://app:none@127.0.0.1:{}/none", "database"),
        ("REDIS_URL", "redis://127.0.0.1:{}/0", "redis"),
    ],
)
def test_one_whose_server_is_gone_does_not(
    site: Site, tmp_path: Path, variable: str, value: str, server: str
) -> None:
    port, nobody = free_port(), free_port()
    environment = site.environment | {
        variable: value.format(nobody),
        "PORT": str(port),
        "PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "metrics"),
        "HEARTBEAT_FILE": str(tmp_path / "heartbeat"),
    }
    log = tmp_path / "web.log"
    web = (sys.executable, "-m", "config.start", "web")
    with serving(*web, log=log, env=environment):
        address = f"http://127.0.0.1:{port}"
        until(lambda: answers(f"{address}/health/live"), 120, log)
        code, words = smoked(address, site)
    assert code == 1 and f'/health/ready has no "{server}"' in words, words
