"""One of each server for the session."""

from collections.abc import Iterator

import pytest

from tests.integrations import servers
from tests.integrations.apps import BACK
from tests.integrations.servers import Server, Simulator


@pytest.fixture(scope="session")
def _one_simulator() -> Iterator[Simulator]:
    with servers.simulated() as found:
        yield found


@pytest.fixture
def simulator(_one_simulator: Simulator) -> Simulator:
    """As on the first day."""
    _one_simulator.order("forget")
    return _one_simulator


@pytest.fixture(scope="session")
def oidc() -> Iterator[Server]:
    with servers.oidc(BACK) as found:
        yield found


@pytest.fixture(scope="session")
def emulated_google() -> Iterator[Server]:
    with servers.emulated("google") as found:
        yield found


@pytest.fixture(scope="session")
def emulated_microsoft() -> Iterator[Server]:
    with servers.emulated("microsoft") as found:
        yield found


@pytest.fixture(scope="session")
def prism() -> Iterator[Server]:
    with servers.prism() as found:
        yield found
