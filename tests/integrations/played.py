"""Providers played by the simulator, for whoever needs accounts that are connected."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.integrations import servers
from tests.integrations.servers import Simulator

NAMES = ("google", "youtube", "microsoft", "notion")


@pytest.fixture(scope="session")
def _one_simulator() -> Iterator[Simulator]:
    with servers.simulated() as found:
        yield found


@pytest.fixture
def simulator(_one_simulator: Simulator) -> Simulator:
    """As on the first day."""
    _one_simulator.order("forget")
    return _one_simulator


@pytest.fixture
def providers(simulator: Simulator, settings: Settings) -> Simulator:
    """All four are set up, and played by the simulator."""
    settings.OAUTH_CLIENTS = {name: (f"{name}-demo", "demo") for name in NAMES}
    # One project, as where YouTube has no client of its own.
    settings.OAUTH_CLIENTS["youtube"] = settings.OAUTH_CLIENTS["google"]
    settings.PROVIDER_BASE_URLS = dict.fromkeys(NAMES, simulator.url)
    return simulator
