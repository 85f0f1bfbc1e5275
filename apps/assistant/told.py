"""When a reminder comes, in words: an instant, or a rule and what it brings next."""

from __future__ import annotations

from datetime import datetime

from apps.assistant import phrases
from apps.assistant.conversations import Scene
from apps.assistant.models import ToolCall
from apps.assistant.recurrence import Recurrence
from apps.assistant.times import retold, spoken


def when(scene: Scene, due_at: datetime, repeats: Recurrence | None) -> str:
    """ "Tue 24 Nov, 9:00 AM"; "every weekday 7:30 AM, next Tue 24 Nov"."""
    if repeats is None:
        return spoken.full(due_at, scene.zone, now=scene.now, hours=scene.hours)
    rule = retold.rule(repeats, now=scene.now, hours=scene.hours)
    return phrases.say(
        "rule_and_next", rule=rule, next=upcoming(scene, due_at, repeats)
    )


def upcoming(scene: Scene, due_at: datetime, repeats: Recurrence) -> str:
    """The next of a rule: its day, and the time where the rule does not tell it."""
    zone = scene.zone
    if not repeats.is_elapsed and len(repeats.times) == 1:
        return spoken.day(due_at, zone, now=scene.now)
    return spoken.full(due_at, zone, now=scene.now, hours=scene.hours)


def spoken_of(scene: Scene) -> str:
    """The words of what was spoken of last, "" where nothing was."""
    last = _last(scene)
    result = last.result if last else {}
    words = result.get("text") or result.get("title") or result.get("items") or ""
    return str(words)


def last_line(scene: Scene) -> str:
    """What was answered last, in words."""
    last = _last(scene)
    return last.receipt if last else ""


def _last(scene: Scene) -> ToolCall | None:
    calls = ToolCall.objects.owned_by(scene.user).filter(state=ToolCall.State.DONE)
    if scene.call:
        calls = calls.exclude(pk=scene.call.pk)
    return calls.order_by("-pk").first()
