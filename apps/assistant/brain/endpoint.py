"""The model that is set up, behind an endpoint that speaks OpenAI's chat completions."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from pydantic_ai.models import Model


def is_set() -> bool:
    return bool(settings.ASSISTANT_LLM_BASE_URL and settings.ASSISTANT_LLM_MODEL)


@asynccontextmanager
async def model() -> AsyncIterator[Model]:
    """For one text: its connections belong to the event loop that it is thought in."""
    from openai import AsyncOpenAI, DefaultAsyncHttpxClient
    from pydantic_ai.models.fallback import FallbackModel
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider

    seconds = float(settings.ASSISTANT_LLM_TIMEOUT)
    async with DefaultAsyncHttpxClient(trust_env=False, timeout=seconds) as client:
        opened = AsyncOpenAI(
            base_url=settings.ASSISTANT_LLM_BASE_URL,
            # Some endpoints of one's own want none; the library insists on one.
            api_key=settings.ASSISTANT_LLM_API_KEY or "none",
            http_client=client,
            # Somebody waits for a text: the next brain is better than the next try.
            max_retries=0,
        )
        provider = OpenAICompatibleProvider("assistant", openai_client=opened)
        names = settings.ASSISTANT_LLM_MODEL, settings.ASSISTANT_LLM_FALLBACK_MODEL
        models = [OpenAIChatModel(name, provider=provider) for name in names if name]
        yield models[0] if len(models) == 1 else FallbackModel(*models)
