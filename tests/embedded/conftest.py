from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.embedded.watching import a_free_port, a_place


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder that does not exist yet, in a place that every user can reach."""
    with a_place() as found:
        yield found


@pytest.fixture
def free_port() -> str:
    return a_free_port()
