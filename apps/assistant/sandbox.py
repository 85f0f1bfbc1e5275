"""A turn done again, of which nothing is kept: to see what today's assistant makes of it.

It happens in a transaction that is taken back. Accounts and models are not asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from apps.assistant import answering, conversations, phrases
from apps.assistant.models import ToolCall
from apps.rbac import audit
from apps.sms.models import InboundText, OutboundText, Turn


@dataclass(frozen=True)
class Done:
    """What was, or would be, done and said about the texts of a turn."""

    trail: tuple[str, ...]
    calls: tuple[ToolCall, ...]
    replies: tuple[str, ...]


def then(turn: Turn) -> Done:
    """What happened."""
    replies = OutboundText.objects.filter(turn=turn).order_by("pk")
    bodies = tuple(replies.values_list("body", flat=True))
    return Done(tuple(turn.trail), _calls(turn), bodies)


def again(turn: Turn, texts: Sequence[InboundText]) -> Done:
    """What would happen now: to what the person has now, at the moment of then. Raises
    ValueError for a turn of nobody."""
    with audit.unrecorded(), transaction.atomic():
        try:
            return _rehearsed(turn, texts)
        finally:
            transaction.set_rollback(True)


def _rehearsed(turn: Turn, texts: Sequence[InboundText]) -> Done:
    # A turn of its own: the calls of the other are on record, and would be repeated.
    copy = Turn(
        lane=turn.lane,
        user=turn.user,
        number=turn.number,
        our_number=turn.our_number,
        started_at=turn.started_at,
        # No worker takes it up, and it holds up none.
        finished_at=turn.started_at,
    )
    copy.save()
    scene = conversations.enter(copy)
    scene.is_rehearsed = True
    with phrases.spoken_in(phrases.of(scene.user)):
        answer = answering.reply(scene, texts)
    return Done(answer.trail, _calls(copy), (answer.body,))


def _calls(turn: Turn) -> tuple[ToolCall, ...]:
    return tuple(ToolCall.objects.filter(turn=turn).order_by("pk"))
