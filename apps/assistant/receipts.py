"""Receipts of reminders: said from what the tool returned, never from what was asked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from apps.accounts import quiet_hours
from apps.assistant import phrases, reminders
from apps.assistant.conversations import Scene
from apps.assistant.models import Reminder
from apps.assistant.targets import short
from apps.assistant.times import spoken


def values(reminder: Reminder) -> dict[str, Any]:
    """What a receipt needs of a reminder, as JSON."""
    return {
        "text": reminder.text,
        "due_at": reminder.due_at.isoformat(),
        "focus": str(reminder.public_id),
    }


def timed(scene: Scene, key: str, kept: Mapping[str, Any]) -> str:
    """A sentence with the reminder's words, its weekday, date and time."""
    due_at = datetime.fromisoformat(kept["due_at"])
    time = spoken.full(due_at, scene.zone, now=scene.now, hours=scene.hours)
    return phrases.say(key, text=short(kept["text"]), time=time)


def promised(scene: Scene, key: str, kept: Mapping[str, Any]) -> str:
    """The same of one that is to come, with when it really comes."""
    sentence = timed(scene, key, kept)
    due_at = datetime.fromisoformat(kept["due_at"])
    held_until = quiet_hours.end(scene.user, due_at)
    if held_until is None:
        return sentence
    time = spoken.clock(held_until, scene.zone, hours=scene.hours)
    held = phrases.say("will_be_held", time=time)
    return f"{sentence} {held}"


def restored(scene: Scene, key: str, before: Mapping[str, Any]) -> str:
    """Put a reminder back and say so."""
    return timed(scene, key, values(reminders.restore(user=scene.user, before=before)))
