"""What a model costs, in micro-dollars."""

from __future__ import annotations

from decimal import ROUND_UP, Decimal, InvalidOperation
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from pydantic_ai.usage import RunUsage

# Of one answer of the model.
MOST_OUT = 700
# Of one request: what is told, recalled and read cannot be more (briefing.py, recall.py,
# hands.py).
MOST_IN = 16_000


class Unknown(Exception):
    """Nobody can say what this model costs: it may not be asked."""


def of(used: RunUsage, model: str) -> int:
    """Raises Unknown."""
    return _micros(used.input_tokens, used.output_tokens, model)


def most(model: str) -> int:
    """One text cannot cost more. The limit on tokens is looked at after each answer: one
    more request may have gone beyond it. Raises Unknown."""
    tokens = settings.ASSISTANT_LLM_MAX_TOTAL_TOKENS + MOST_IN
    answers = settings.ASSISTANT_LLM_MAX_REQUESTS * MOST_OUT
    return _micros(tokens, answers, model)


def _micros(tokens_in: int, tokens_out: int, model: str) -> int:
    price_in, price_out = _told() or _listed(model)
    # A dollar a million tokens is a micro-dollar a token.
    cost = price_in * tokens_in + price_out * tokens_out
    return int(cost.to_integral_value(ROUND_UP))


def _told() -> tuple[Decimal, Decimal] | None:
    given = settings.ASSISTANT_LLM_PRICE_IN, settings.ASSISTANT_LLM_PRICE_OUT
    if not any(given):
        return None
    try:
        price_in, price_out = map(Decimal, given)
    except InvalidOperation:
        raise Unknown from None
    if not (price_in >= 0 and price_out >= 0):
        raise Unknown
    return price_in, price_out


def _listed(model: str) -> tuple[Decimal, Decimal]:
    from genai_prices import Usage, calc_price

    million = 1_000_000
    try:
        of_in = calc_price(Usage(input_tokens=million, output_tokens=0), model)
        of_out = calc_price(Usage(input_tokens=0, output_tokens=million), model)
    except LookupError:
        raise Unknown from None
    return of_in.total_price, of_out.total_price
