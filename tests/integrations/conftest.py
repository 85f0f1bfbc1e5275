"""One of each server for the session."""

from collections.abc import Iterator

import pytest
from allauth.account.models import EmailAddress
from pytest_django import Settings

from apps.accounts.models import User
from tests.factories import UserFactory
from tests.integrations import servers
from tests.integrations.apps import BACK
from tests.integrations.servers import Server, Simulator

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


@pytest.fixture
def providers(simulator: Simulator, settings: Settings) -> Simulator:
    """All four are set up, and played by the simulator."""
    settings.OAUTH_CLIENTS = {name: (f"{name}-demo", "demo") for name in NAMES}
    # One project, as where YouTube has no client of its own.
    settings.OAUTH_CLIENTS["youtube"] = settings.OAUTH_CLIENTS["google"]
    settings.PROVIDER_BASE_URLS = dict.fromkeys(NAMES, simulator.url)
    return simulator


@pytest.fixture
def alice(db: None) -> User:
    return _person("alice@example.com")


@pytest.fixture
def bob(db: None) -> User:
    return _person("bob@example.com")


def _person(email: str) -> User:
    user = UserFactory.create(email=email)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user
