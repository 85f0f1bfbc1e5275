"""The one gate: every effect of the assistant passes here, once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction

from apps.assistant import phrases, toolbox
from apps.assistant.conversations import Scene
from apps.assistant.models import ToolCall
from apps.assistant.toolbox import Tool
from apps.core import errors, prepared
from apps.rbac import verdicts
from apps.sms import trust

# Long enough to notice a wrong read-back, short enough that "undo" means the thing
# just done.
UNDO_LIVES = timedelta(minutes=15)
_CLAIM = f"{prepared.insertion(ToolCall)} ON CONFLICT DO NOTHING RETURNING id"


def call(
    scene: Scene, *, tool: str, arguments: Mapping[str, Any], key: str
) -> ToolCall:
    """Run a tool for the person of the scene, exactly once for (turn, key).

    A call made before returns as it was recorded. The effect, its receipt and the
    data to undo it are one transaction. A refusal (AppError) is recorded and its
    sentence is the receipt. Raises toolbox.Ask, with nothing done or recorded, when
    the tool needs an answer first.
    """
    chosen = toolbox.named(tool)
    made = _asked(scene, chosen, arguments, key)
    try:
        with transaction.atomic():
            # The row comes first: a second run at the same time waits here for the
            # first and then repeats its receipt.
            if not _claim(made):
                return _recorded(made)
            scene.call = made
            _run(scene, chosen, made)
            return made
    except errors.AppError as error:
        made = _asked(scene, chosen, arguments, key)
        refused = error.status < errors.AppError.status
        made.state = ToolCall.State.REFUSED if refused else ToolCall.State.FAILED
        made.receipt = error.sentence
    return made if _claim(made) else _recorded(made)


def _asked(
    scene: Scene, tool: Tool[Any], arguments: Mapping[str, Any], key: str
) -> ToolCall:
    return ToolCall(
        turn=scene.turn,
        user=scene.user,
        key=key,
        tool=tool.name,
        arguments=dict(arguments),
        risk=tool.risk,
        state=ToolCall.State.DONE,
        created_at=scene.now,
    )


def _claim(made: ToolCall) -> bool:
    """Whether this call is the first of its kind."""
    found = prepared.rows(_CLAIM, prepared.given(made))
    for (pk,) in found:
        made.pk = pk
        prepared.kept(made)
    return bool(found)


def _recorded(made: ToolCall) -> ToolCall:
    return ToolCall.objects.owned_by(made.user).get(turn=made.turn_id, key=made.key)


def _run(scene: Scene, tool: Tool[Any], made: ToolCall) -> None:
    if tool.permission:
        verdicts.insist(scene.user, tool.permission)
    if not tool.is_blind and trust.is_in_doubt(scene.user, scene.turn.number):
        raise errors.Forbidden(phrases.say("still_yours", url=trust.page()))
    result = tool.run(scene, tool.parse(made.arguments))
    made.result = result.values
    made.receipt = tool.receipt(scene, result.values)
    if tool.undo and result.undo is not None:
        made.undo = result.undo
        made.undo_until = scene.now + UNDO_LIVES
    prepared.update(made, "result", "receipt", "undo", "undo_until")
