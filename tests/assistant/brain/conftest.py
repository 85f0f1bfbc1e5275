"""A model on loopback that does what it was told to."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.assistant.brain.model_server import ModelServer


@pytest.fixture
def model(settings: Settings) -> Iterator[ModelServer]:
    with ModelServer() as server:
        settings.ASSISTANT_LLM_BASE_URL = server.url
        settings.ASSISTANT_LLM_MODEL = "scripted"
        settings.ASSISTANT_LLM_PRICE_IN = "1"
        settings.ASSISTANT_LLM_PRICE_OUT = "4"
        yield server
