"""What a person has told, found by the words of a question: facts, notes, events,
reminders and what stands on lists. It only looks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from apps.assistant import (
    agenda,
    elsewhere,
    event_words,
    memory,
    moments,
    notes,
    occurrences,
    phrases,
    receipts,
)
from apps.assistant.agenda import Found
from apps.assistant.conversations import Scene
from apps.assistant.models import Fact, ListItem, Note, Reminder
from apps.assistant.models.conversations import REMINDERS

AHEAD = timedelta(days=365)
MOST = 3


@dataclass(frozen=True)
class Told:
    """One thing that was found: its words, and what "it" then means."""

    line: str
    kind: str
    focus: str


def search(scene: Scene, said: str) -> list[Told]:
    """Those that have all the words that the question is about; the latest first. Of
    several kinds one: for "when" what has a time, else what was to be kept."""
    plain = phrases.folded(said)
    answers = phrases.words().answers
    wanted = content(plain)
    if not wanted:
        return []
    kept: list[_Source] = [_facts, _notes]
    timed: list[_Source] = [_events, _reminders, _items]
    is_when = any(word in plain.split() for word in answers["asking_when"])
    for source in [*timed, *kept] if is_when else [*kept, *timed]:
        if found := list(source(scene, wanted))[:MOST]:
            return found
    return []


def content(said: str) -> list[str]:
    """The words that say what a question is about, without endings."""
    answers = phrases.words().answers
    skipped = {*answers["articles"], *answers["mine"], *answers["asking"]}
    words = [_stem(word) for word in re.findall(r"[\w']+", phrases.folded(said))]
    return [word for word in words if word and word not in skipped]


def _stem(word: str) -> str:
    word = word.removesuffix("'s").replace("'", "")
    return word[:-1] if len(word) > 3 and word.endswith("s") else word


_Source = Callable[[Scene, Sequence[str]], Iterator[Told]]


def _has(text: str, wanted: Sequence[str]) -> bool:
    words = re.findall(r"\w+", phrases.folded(text).replace("'", ""))
    same = phrases.words().answers["same_words"]
    return all(
        any(
            word.startswith(each)
            for word in words
            for each in (want, *same.get(want, ()))
        )
        for want in wanted
    )


def _facts(scene: Scene, wanted: Sequence[str]) -> Iterator[Told]:
    for row in Fact.objects.owned_by(scene.user).kept().order_by("-pk"):
        if _has(memory.said(row), wanted):
            yield Told(memory.said(row), memory.FACTS, str(row.public_id))


def _notes(scene: Scene, wanted: Sequence[str]) -> Iterator[Told]:
    found = Note.objects.owned_by(scene.user).kept()
    for row in found.filter(text__icontains=wanted[0]).order_by("-pk"):
        if _has(row.text, wanted):
            yield Told(row.text, notes.NOTES, str(row.public_id))


def _events(scene: Scene, wanted: Sequence[str]) -> Iterator[Told]:
    seen = set[int]()
    end = scene.now + AHEAD
    for each in occurrences.between(
        user=scene.user, start=scene.now, end=end, zone=scene.zone
    ):
        if each.event.pk not in seen and _has(each.event.title, wanted):
            seen.add(each.event.pk)
            found = Found.mine(each)
            line = event_words.line(scene, agenda.values(found))
            yield Told(line, agenda.EVENTS, found.mark)


def _reminders(scene: Scene, wanted: Sequence[str]) -> Iterator[Told]:
    rows = Reminder.objects.owned_by(scene.user).upcoming()
    for row in rows.order_by("due_at"):
        if _has(row.text, wanted):
            line = receipts.timed(scene, "option_reminder", receipts.values(row))
            yield Told(line, REMINDERS, str(row.public_id))


def _items(scene: Scene, wanted: Sequence[str]) -> Iterator[Told]:
    rows = ListItem.objects.filter(
        user=scene.user, list__is_deleted=False, state=ListItem.State.OPEN
    )
    for row in rows.select_related("list").order_by("-pk"):
        if _has(row.text, wanted):
            day = moments.day(scene, str(row.due_on)) if row.due_on else row.list.name
            yield Told(f"{row.text}, {day}", "items", str(row.list.public_id))


def values(scene: Scene, found: Sequence[Told]) -> dict[str, Any]:
    """What the conversation takes over of it, where it is one."""
    if len(found) != 1:
        return {}
    (one,) = found
    if one.kind == agenda.EVENTS:
        return elsewhere.spoken_of(scene, one.kind, one.focus)
    return {"kind": one.kind, "focus": one.focus}
