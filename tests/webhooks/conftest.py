"""Alice and Bob, with programs that are told."""

from collections.abc import Iterator

import pytest

from apps.accounts.models import User
from tests.mfa.conftest import ALICE, BOB, person
from tests.webhooks.receiver import Receiver, listening


@pytest.fixture
def alice(transactional_db: None) -> User:
    return person("alice@example.com", ALICE)


@pytest.fixture
def bob(transactional_db: None) -> User:
    return person("bob@example.com", BOB)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as found:
        yield found


@pytest.fixture
def other() -> Iterator[Receiver]:
    with listening() as found:
        yield found
