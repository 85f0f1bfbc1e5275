"""What is wrong with the settings of the assistant, in words, at start-up."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from apps.assistant.brain import endpoint, prices


@register
def model(**_: Any) -> list[CheckMessage]:
    """Half a model is none, and one without a price is never asked."""
    given = settings.ASSISTANT_LLM_BASE_URL, settings.ASSISTANT_LLM_MODEL
    if not any(given):
        return []
    if not endpoint.is_set():
        return [
            Error(
                "Of ASSISTANT_LLM_BASE_URL and ASSISTANT_LLM_MODEL one is set.",
                hint="Set both, or neither.",
                id="assistant.E001",
            )
        ]
    try:
        prices.most(settings.ASSISTANT_LLM_MODEL)
    except prices.Unknown:
        return [
            Error(
                f"Nobody knows what the model {settings.ASSISTANT_LLM_MODEL} costs.",
                hint="Set ASSISTANT_LLM_PRICE_IN and ASSISTANT_LLM_PRICE_OUT, in dollars"
                " a million tokens.",
                id="assistant.E002",
            )
        ]
    return []
