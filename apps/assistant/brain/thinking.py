"""One text that a model is asked about: what it says and does, and what is true of it.

What tools do goes through the gate, whose record makes it happen once; a turn that is run
again after anything was done asks no model again, and says what was done. A model that
fails, takes too long or costs too much is followed by the next interpreter.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings

from apps.assistant import gate, phrases
from apps.assistant.brain import briefing, claims, endpoint, hands, prices, recall
from apps.assistant.brain.hands import Hands
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk, Thought, ToolCall
from apps.core.errors import AppError
from apps.core.logs import logger
from apps.sms import composer
from apps.sms.models import Charge, InboundText
from apps.sms.money import tokens
from apps.sms.money.budgets import OverBudget

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelMessage
    from pydantic_ai.usage import RunUsage

Outcome, State = Thought.Outcome, ToolCall.State
# To a model that says what is not so.
CORRECTION = (
    "You said that something was done or will be. No tool was called for it: nothing was"
    " done, and nothing will be later. If the person asked for it, call the tool now. If"
    " not, answer them without saying so."
)


class CannotThink(Exception):
    """Somebody else has to answer; in words for the trail."""


@dataclass(frozen=True)
class Answer:
    """What is sent, and how it came about, for the trail."""

    said: str
    how: str


def think(scene: Scene, text: InboundText) -> Answer:
    """Raises CannotThink, with nothing done."""
    if done := _done_before(scene, text):
        said = "\n".join([phrases.say("cut_off"), *(call.receipt for call in done)])
        return Answer(said, "from the record, after an interruption")
    charge = _set_aside(scene, text)
    thinker = _Thinker(scene, text)
    try:
        thinker.run()
    finally:
        _settle(charge, thinker)
    return thinker.answer()


class _Thinker:
    def __init__(self, scene: Scene, text: InboundText) -> None:
        from pydantic_ai import usage

        self.scene, self.text = scene, text
        self.hands = Hands(scene, text)
        self.used: RunUsage = usage.RunUsage()
        self.truth = claims.Truth("")
        self.is_corrected = False
        self.error = ""
        self._began = time.monotonic()

    def run(self) -> None:
        # Whatever asks the database does so before there is an event loop.
        brief, before = briefing.of(self.scene), recall.messages(self.scene)
        ready = self.hands.ready
        try:
            self.hands.beside.run(lambda _: self._ask(brief, before, ready))
        except Exception as error:
            if self.hands.broken:
                # Of ours, not of the model: the turn is run again.
                raise self.hands.broken from error
            self.error = _in_a_word(error)
            logger.warning("model_failed", turn=self.scene.turn.pk, why=self.error)

    async def _ask(
        self, brief: str, before: Sequence[ModelMessage], ready: Sequence[Any]
    ) -> None:
        from pydantic_ai import Agent, UsageLimits
        from pydantic_ai.settings import ModelSettings

        limits = UsageLimits(
            request_limit=settings.ASSISTANT_LLM_MAX_REQUESTS,
            tool_calls_limit=settings.ASSISTANT_LLM_MAX_TOOL_CALLS,
            total_tokens_limit=settings.ASSISTANT_LLM_MAX_TOTAL_TOKENS,
        )
        asked: dict[str, Any] = {
            "usage_limits": limits,
            "usage": self.used,
            "timeout": settings.ASSISTANT_LLM_TIMEOUT,
            "model_settings": ModelSettings(max_tokens=prices.MOST_OUT),
        }
        async with endpoint.model() as model:
            agent = Agent(
                model,
                # Nothing to add is an answer.
                output_type=str | None,  # type: ignore[arg-type]  # a form of type
                instructions=brief,
                tools=ready,
                retries=1,
            )
            found = await agent.run(self.text.body, message_history=before, **asked)
            self.truth = self._true(found.output)
            if self._is_wrong():
                self.is_corrected = True
                again = await agent.run(
                    CORRECTION, message_history=found.all_messages(), **asked
                )
                self.truth = self._true(again.output)

    def _true(self, said: str | None) -> claims.Truth:
        return claims.without(
            composer.plain(said or ""),
            has_changed=self.hands.has_changed,
            codes=self.hands.codes,
        )

    def _is_wrong(self) -> bool:
        """How their things are may have been looked up; what was done is on record."""
        if self.hands.has_changed:
            return False
        return self.truth.has_claimed or (
            self.truth.has_stated and not self.hands.calls
        )

    def answer(self) -> Answer:
        """Raises CannotThink."""
        how = f"{settings.ASSISTANT_LLM_MODEL}, {self.used.requests} requests"
        if self.error and not (self.hands.calls or self.hands.question):
            self._record(Outcome.FAILED)
            raise CannotThink(f"{how}, {self.error}")
        outcome = Outcome.CORRECTED if self.truth.has_claimed else Outcome.ANSWERED
        if self.is_corrected:
            outcome = Outcome.CORRECTED
        self._record(Outcome.CUT_OFF if self.error else outcome)
        return Answer("\n".join(filter(None, self._parts())), how)

    def _parts(self) -> list[str]:
        changes = [c.receipt for c in self.hands.calls if c.risk != Risk.READ]
        looks = [c.receipt for c in self.hands.calls if c.risk == Risk.READ]
        if self.error:
            parts = [phrases.say("cut_off"), *changes] if any(changes) else []
            parts.append(self.hands.question)
            return parts if any(parts) else [phrases.say("cut_short")]
        said = self.truth.said
        if not said and not changes:
            said = "\n".join(looks)
        elif said and self._may_mislead():
            said = " ".join([said, phrases.say("changed_nothing")])
        parts = [said, *changes, self.hands.question]
        return parts if any(parts) else [phrases.say("nothing_done")]

    def _may_mislead(self) -> bool:
        """Whether somebody could take the words for a deed, where there was none."""
        if self.hands.has_changed or claims.is_idle(self.truth.said):
            return False
        is_of_theirs = claims.is_of_theirs(self.truth.said)
        return is_of_theirs or not claims.wants_words(self.text.body)

    def micros(self) -> int:
        return prices.of(self.used, settings.ASSISTANT_LLM_MODEL)

    def _record(self, outcome: str) -> None:
        Thought.objects.create(
            turn=self.scene.turn,
            user=self.scene.user,
            text_id=self.text.pk,
            model=settings.ASSISTANT_LLM_MODEL,
            outcome=outcome,
            said=self.truth.said,
            error=self.error,
            requests=self.used.requests,
            tokens_in=self.used.input_tokens,
            tokens_out=self.used.output_tokens,
            micros=self.micros(),
            took_ms=round((time.monotonic() - self._began) * 1000),
            at=self.scene.now,
        )


def _done_before(scene: Scene, text: InboundText) -> list[ToolCall]:
    """What a worker that is gone had done about this text; what it had only begun is
    finished."""
    rows = ToolCall.objects.owned_by(scene.user).filter(
        turn=scene.turn, key__startswith=hands.prefix(text)
    )
    return [
        (
            gate.perform(scene, row)
            if row.state in (State.APPROVED, State.RUNNING)
            else row
        )
        for row in rows.order_by("pk")
    ]


def _set_aside(scene: Scene, text: InboundText) -> Charge:
    """At most what one text can cost. Raises CannotThink."""
    model = settings.ASSISTANT_LLM_MODEL
    try:
        most = prices.most(model)
        fallback = settings.ASSISTANT_LLM_FALLBACK_MODEL
        if fallback and not settings.ASSISTANT_LLM_PRICE_IN:
            most = max(most, prices.most(fallback))
        return tokens.reserve(
            cause=f"llm:{scene.turn.pk}:{text.pk}:{scene.turn.attempts}",
            user=scene.user,
            micros=most,
            turn=scene.turn,
        )
    except prices.Unknown:
        raise CannotThink("nobody knows what the model costs") from None
    except OverBudget:
        raise CannotThink("the budget for it is used up") from None


def _settle(charge: Charge, thinker: _Thinker) -> None:
    """By what the endpoint says it used. More than one text can use is not believed."""
    cost = thinker.micros()
    if cost > charge.micros:
        logger.error("model_usage_unbelievable", said=cost, most=charge.micros)
    tokens.settle(charge, min(cost, charge.micros))


def _in_a_word(error: Exception) -> str:
    """Never the message of it, which quotes what was said."""
    if isinstance(error, AppError):
        return error.code
    return type(error).__name__
