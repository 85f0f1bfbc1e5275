import pytest

from apps.accounts.models import User
from tests.rbac.factories import person


@pytest.fixture
def alice(transactional_db: None) -> User:
    return person(email="alice@example.com", name="Alice Archer")


@pytest.fixture
def ada(transactional_db: None) -> User:
    return person("administrator", email="ada@example.com", name="Ada Adler")
