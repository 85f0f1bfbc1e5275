"""Taking a change back: once, while it can be, whoever asks."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.assistant import conversations, phrases, toolbox
from apps.assistant.conversations import Scene
from apps.assistant.models import ToolCall
from apps.core import errors

State = ToolCall.State


def take_back(scene: Scene, change: ToolCall, by: ToolCall | None = None) -> str:
    """Undo it, and say so. The call `by` of a text does it once, however often it is run.

    What was done at a provider is undone there, outside of any transaction. Raises
    errors.NotFound for what cannot be taken back (any more), and what the tool's own
    `undo` does; the change then stands.
    """
    if not toolbox.named(change.tool).runs_apart:
        with transaction.atomic():
            change = _marked(scene, change, by)
            sentence = _undone(scene, change)
            if by is not None:
                by.result = {"sentence": sentence}
                by.save(update_fields=["result"])
            return sentence
    change = _marked(scene, change, by)
    try:
        return _undone(scene, change)
    except errors.AppError:
        ToolCall.objects.filter(pk=change.pk).update(state=State.DONE)
        raise


def take_back_elsewhere(*, user: User, handle: str) -> str:
    """For the portal and the API, which name the change by its handle. Raises as
    `take_back`."""
    calls = ToolCall.objects.owned_by(user).filter(handle=handle)
    change = calls.select_related("turn__user").first()
    if change is None:
        raise errors.NotFound(phrases.say("nothing_to_undo"))
    scene = conversations.enter(change.turn)
    scene.now = timezone.now()
    with phrases.spoken_in(phrases.of(user)):
        return take_back(scene, change)


@transaction.atomic
def _marked(scene: Scene, change: ToolCall, by: ToolCall | None) -> ToolCall:
    """As undone, by this call: nobody else begins to."""
    change = ToolCall.objects.owned_by(scene.user).select_for_update().get(pk=change.pk)
    if change.state == State.UNDONE and by is not None:
        if change.undone_by_id == by.pk:
            return change
    is_open = change.undo_until is not None and change.undo_until > scene.now
    if change.state != State.DONE or change.undo is None or not is_open:
        raise errors.NotFound(phrases.say("nothing_to_undo"))
    change.state, change.undone_by = State.UNDONE, by
    change.save(update_fields=["state", "undone_by"])
    return change


def _undone(scene: Scene, change: ToolCall) -> str:
    undo = toolbox.named(change.tool).undo
    if undo is None or change.undo is None:
        raise errors.NotFound(phrases.say("nothing_to_undo"))
    return undo(scene, change.undo)
