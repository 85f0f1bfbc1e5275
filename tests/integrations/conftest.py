"""One of each server for the session."""

from collections.abc import Iterator

import pytest
from allauth.account.models import EmailAddress

from apps.accounts.models import User
from tests.factories import UserFactory
from tests.integrations import servers
from tests.integrations.apps import BACK
from tests.integrations.servers import Server


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
def alice(db: None) -> User:
    return _person("alice@example.com")


@pytest.fixture
def bob(db: None) -> User:
    return _person("bob@example.com")


def _person(email: str) -> User:
    user = UserFactory.create(email=email)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user
