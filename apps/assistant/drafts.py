"""A reminder in the making: what somebody's words ask for, before it is set.

What is not clear comes back as a question, with answers to choose from where there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from apps.accounts.models import User
from apps.assistant import commands, conversations, moments, phrases, reminders
from apps.assistant import times as grammar
from apps.assistant import told, wording
from apps.assistant.conversations import Scene
from apps.assistant.models import Reminder
from apps.assistant.recurrence import Recurrence
from apps.assistant.targets import short
from apps.assistant.toolbox import Ask

LONGEST = 500
CREATE = "reminders.create"


@dataclass(frozen=True)
class Choice:
    """One answer: what it says, and the time as it is to be sent back."""

    label: str
    when: str


@dataclass(frozen=True)
class Draft:
    """Either a time, `told` in words, or a question."""

    text: str
    due_at: datetime | None = None
    repeats: Recurrence | None = None
    told: str = ""
    question: str = ""
    options: tuple[Choice, ...] = ()


def read(user: User, words: str, when: str = "") -> Draft:
    """What "call Ana every friday at 9" asks for. `when` answers an earlier question.

    Where it has no time in the person's language, it is read in the others.
    """
    scene, words = conversations.aside(user), words[:LONGEST]
    for language in phrases.tried():
        with phrases.spoken_in(language):
            text, said = _parted(scene, words)
            if said or when:
                return _read(scene, text, when or said)
    return _read(scene, _parted(scene, words)[0], "")


def _read(scene: Scene, text: str, when: str) -> Draft:
    if not text:
        return Draft("", question=phrases.say("what"))
    ask = phrases.say("when", text=short(text))
    return _settled(scene, text, when, ask=ask)


def read_move(user: User, reminder: Reminder, when: str) -> Draft:
    """Another time for one that is set: "at 5" stays on its day, "friday" at its hour."""
    scene = conversations.aside(user)
    zone = ZoneInfo(scene.zone)
    due = reminder.due_at.astimezone(zone)
    is_ahead = due.date() > scene.now.astimezone(zone).date()
    return _settled(
        scene,
        reminder.text,
        when,
        ask=phrases.say("move_when", text=short(reminder.text)),
        day=due.date() if is_ahead else None,
        clock=due.time(),
    )


def keep(user: User, draft: Draft) -> Reminder:
    """Set it. Raises as `reminders.create`."""
    return reminders.create(
        user=user,
        text=draft.text,
        due_at=None if draft.repeats else draft.due_at,
        repeats=draft.repeats,
    )


@transaction.atomic
def move(
    user: User, reminder: Reminder, draft: Draft
) -> tuple[Reminder, dict[str, Any]]:
    """To the time of a draft. Raises as `reminders.move`."""
    public_id = str(reminder.public_id)
    if draft.repeats:
        return reminders.repeat(user=user, public_id=public_id, rule=draft.repeats)
    if draft.due_at is None:
        raise ValueError("A question is no time.")
    return reminders.move(user=user, public_id=public_id, due_at=draft.due_at)


def _parted(scene: Scene, words: str) -> tuple[str, str]:
    """What it is about, and when. "Remind me to" may be said, and need not be."""
    for intent in commands.understand(scene, words)[:1]:
        if intent.tool == CREATE:
            said = intent.arguments
            return said.get("text", ""), said.get("when", "")
    split = grammar.split(wording.tidied(words))
    return split.rest, split.phrase


def _settled(scene: Scene, text: str, when: str, *, ask: str, **place: Any) -> Draft:
    given = {"text": text, "when": when}
    try:
        found = moments.plan(scene, given, ask=ask, **place)
    except Ask as question:
        options = tuple(
            Choice(each.label, each.arguments["when"]) for each in question.options
        )
        return Draft(text, question=question.sentence, options=options)
    repeats = found if isinstance(found, Recurrence) else None
    due_at = found if isinstance(found, datetime) else found.next_after(scene.now)
    if due_at is None:
        return Draft(text, question=phrases.say("past"))
    in_words = told.when(scene, due_at, repeats)
    return Draft(text, due_at=due_at, repeats=repeats, told=in_words)
