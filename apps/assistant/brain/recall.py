"""What was said before: the last turns word by word, a summary of those before them.

Receipts, questions for a yes and codes are never recalled: a model repeats what it sees.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Prefetch

from apps.accounts.models import User
from apps.assistant import phrases
from apps.assistant.conversations import Scene
from apps.assistant.models import Summary, Thought, ToolCall
from apps.sms import cooling, linking
from apps.sms.models import InboundText, Turn

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelMessage

MOST_TURNS = 12
# About three thousand tokens.
MOST_CHARACTERS = 9_000
# What was said a month ago is for the summary.
LOOKS_BACK = timedelta(days=30)
_CODE = re.compile(r"\b\d{6,8}\b")


def messages(scene: Scene) -> list[ModelMessage]:
    """The last turns before this one, the oldest first."""
    from pydantic_ai.messages import (
        ModelRequest,
        ModelResponse,
        TextPart,
        UserPromptPart,
    )

    kept: list[tuple[str, str]] = []
    size = 0
    for said, answered in _pairs(scene):
        size += len(said) + len(answered)
        if size > MOST_CHARACTERS:
            break
        kept.append((said, answered))
    found: list[ModelMessage] = []
    for said, answered in reversed(kept):
        found.append(ModelRequest(parts=[UserPromptPart(said)]))
        found.append(ModelResponse(parts=[TextPart(answered)]))
    return found


def summary(user: User) -> str:
    row = Summary.objects.filter(user=user).first()
    return row.words if row else ""


def turns(user: User, *, before: int, after: int = 0) -> list[Turn]:
    """Finished ones of a person, the newest first, with what came and what was thought."""
    rows = Turn.objects.filter(user=user, pk__lt=before, pk__gt=after)
    answered = rows.filter(finished_at__isnull=False, silence="")
    texts = Prefetch("texts", InboundText.objects.order_by("id"))
    return list(
        answered.order_by("-pk").prefetch_related(
            texts, "thoughts", Prefetch("tool_calls", ToolCall.objects.order_by("pk"))
        )[:MOST_TURNS]
    )


def told(turn: Turn) -> tuple[str, str]:
    """What the person said in it, and what the assistant did; empty for what is secret."""
    bodies = [text.body for text in turn.texts.all() if not _is_secret(text.body)]
    return "\n".join(bodies), " ".join(_answers(turn))


def _pairs(scene: Scene) -> Iterator[tuple[str, str]]:
    for turn in turns(scene.user, before=scene.turn.pk):
        if scene.now - turn.started_at > LOOKS_BACK:
            return
        said, answered = told(turn)
        if said:
            yield said, answered or "(Answered.)"


def _answers(turn: Turn) -> Iterator[str]:
    """Own words of a model; of whatever was done, only that it was."""
    for thought in turn.thoughts.all():
        if thought.outcome != Thought.Outcome.FAILED and thought.said:
            yield thought.said
    titles = {
        phrases.words().tools.get(call.tool, call.tool)
        for call in turn.tool_calls.all()
        if call.state == ToolCall.State.DONE
    }
    if titles:
        yield f"(Used: {', '.join(sorted(titles))}.)"


def _is_secret(body: str) -> bool:
    return bool(
        _CODE.search(body)
        or linking.WORDING.found_in(body)
        or cooling.WORDING.found_in(body)
    )
