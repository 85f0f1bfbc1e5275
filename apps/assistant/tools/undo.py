"""Take back the last change."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from apps.assistant import phrases, undoing
from apps.assistant.conversations import Scene
from apps.assistant.gate import UNDO_LIVES
from apps.assistant.models import Risk, ToolCall
from apps.assistant.targets import short
from apps.assistant.toolbox import Ask, Option, Result, Tool, said
from apps.core import errors


@dataclass(frozen=True)
class Arguments:
    which: str = said("nothing, for the last change")


def run(scene: Scene, arguments: Arguments) -> Result:
    mine = scene.call
    if mine and (told := mine.result.get("sentence")):
        return Result({"sentence": told})
    calls = ToolCall.objects.owned_by(scene.user)
    # A worker that follows a dead one takes back what that one began to.
    begun = calls.filter(undone_by=mine).first() if mine else None
    known = calls.undoable(scene.now)
    if arguments.which:
        known = known.filter(handle=_uuid(arguments.which))
    last = begun or known.first()
    if begun is None and not arguments.which:
        _insist_on_last(scene, last)
    if last is None:
        raise errors.NotFound(phrases.say("nothing_to_undo"))
    try:
        return Result({"sentence": undoing.take_back(scene, last, by=mine)})
    except errors.AppError as error:
        older = calls.undoable(scene.now).filter(pk__lt=last.pk).first()
        if older is None:
            raise
        raise _instead(error.sentence, older) from error


def _uuid(said: str) -> UUID:
    try:
        return UUID(said)
    except ValueError:
        raise errors.NotFound(phrases.say("nothing_to_undo")) from None


def _insist_on_last(scene: Scene, known: ToolCall | None) -> None:
    """That nothing was done since that stays done: whoever says "undo" may mean that.
    Raises Ask where something older can be taken back, errors.Conflict where nothing.
    """
    done = ToolCall.objects.owned_by(scene.user).filter(
        risk__in=(Risk.OUTWARD, Risk.DESTRUCTIVE),
        state=ToolCall.State.DONE,
        undo__isnull=True,
        created_at__gt=scene.now - UNDO_LIVES,
    )
    since = done.filter(pk__gt=known.pk) if known else done
    last = since.order_by("-pk").first()
    if last is None:
        return
    sentence = phrases.say("cannot_undo", last=short(last.receipt))
    if known is None:
        raise errors.Conflict(sentence)
    raise _instead(sentence, known)


def _instead(sentence: str, older: ToolCall) -> Ask:
    label = phrases.say("undo_older", receipt=short(older.receipt))
    option = Option(label, {"which": str(older.handle)})
    return Ask(sentence, arguments={}, options=[option])


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    sentence: str = values["sentence"]
    return sentence


TOOL = Tool(
    name="undo",
    risk=Risk.WRITE,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    is_apart=True,
    examples=("undo", "undo that"),
)
