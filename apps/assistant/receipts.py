"""Receipts of reminders: said from what the tool returned, never from what was asked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from apps.accounts import quiet_hours
from apps.assistant import phrases, reminders, told
from apps.assistant.conversations import Scene
from apps.assistant.models import Reminder
from apps.assistant.recurrence import Recurrence
from apps.assistant.targets import short
from apps.assistant.times import spoken

State = Reminder.State
# From there on a time of day would be taken for an earlier one.
DAY = timedelta(days=1)


def values(reminder: Reminder) -> dict[str, Any]:
    """What a receipt needs of a reminder, as JSON."""
    return {
        "text": reminder.text,
        "due_at": reminder.due_at.isoformat(),
        "focus": str(reminder.public_id),
        "repeats": reminder.recurrence.kept() if reminder.recurrence else None,
    }


def timed(scene: Scene, key: str, kept: Mapping[str, Any]) -> str:
    """A sentence with the reminder's words, and its weekday, date and time or its rule
    and what comes next."""
    return phrases.say(key, text=short(kept["text"]), time=when(scene, kept))


def when(scene: Scene, kept: Mapping[str, Any]) -> str:
    due_at, repeats = datetime.fromisoformat(kept["due_at"]), kept.get("repeats")
    return told.when(scene, due_at, Recurrence.back(repeats) if repeats else None)


def with_next(reminder: Reminder) -> dict[str, Any]:
    """The same of one that is over, with what comes next if it is one of many."""
    of = reminder.series or reminder
    upcoming = of.due_at.isoformat() if of.rule and of.state == State.ACTIVE else None
    return {
        **values(reminder),
        "focus": str(of.public_id),
        "repeats": of.recurrence.kept() if of.recurrence else None,
        "next": upcoming,
    }


def then(scene: Scene, sentence: str, kept: Mapping[str, Any]) -> str:
    """A sentence about one of many, and when the next comes."""
    if not kept.get("repeats"):
        return sentence
    if not kept["next"]:
        last = phrases.say("was_last")
        return f"{sentence} {last}"
    due_at = datetime.fromisoformat(kept["next"])
    upcoming = told.upcoming(scene, due_at, Recurrence.back(kept["repeats"]))
    following = phrases.say("next_comes", time=upcoming)
    return f"{sentence} {following}"


def promised(scene: Scene, key: str, kept: Mapping[str, Any]) -> str:
    """The same of one that is to come, with when it really comes."""
    sentence = timed(scene, key, kept)
    due_at = datetime.fromisoformat(kept["due_at"])
    held_until = quiet_hours.end(scene.user, due_at)
    if held_until is None:
        return sentence
    is_paused = held_until == scene.user.paused_until
    if is_paused or held_until - due_at > DAY:
        time = spoken.full(held_until, scene.zone, now=scene.now, hours=scene.hours)
    else:
        time = spoken.clock(held_until, scene.zone, hours=scene.hours)
    held = phrases.say("will_wait" if is_paused else "will_be_held", time=time)
    return f"{sentence} {held}"


def restored(scene: Scene, key: str, before: Mapping[str, Any]) -> str:
    """Put a reminder back and say so."""
    return timed(scene, key, values(reminders.restore(user=scene.user, before=before)))
