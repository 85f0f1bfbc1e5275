import pytest

from apps.accounts.models import User
from tests.rbac.factories import verified


@pytest.fixture
def alice(transactional_db: None) -> User:
    return verified("alice@example.com")
