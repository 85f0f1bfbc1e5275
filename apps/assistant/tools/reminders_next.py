"""Tell what comes next: of what was spoken of, or of all reminders."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.assistant import (
    agenda,
    elsewhere,
    event_words,
    occurrences,
    phrases,
    receipts,
)
from apps.assistant.agenda import Found
from apps.assistant.conversations import Scene
from apps.assistant.models import Reminder, Risk
from apps.assistant.models.conversations import REMINDERS
from apps.assistant.targets import has
from apps.assistant.toolbox import Result, Tool, said


@dataclass(frozen=True)
class Arguments:
    target: str = said("words of the reminder, it for the one spoken of, or nothing")


def run(scene: Scene, arguments: Arguments) -> Result:
    rows = list(Reminder.objects.owned_by(scene.user).upcoming().order_by("due_at"))
    words = phrases.words().answers
    if arguments.target and phrases.folded(arguments.target) not in words["it"]:
        wanted = occurrences.wanted(arguments.target)
        rows = [row for row in rows if has(row.text, wanted)]
    elif arguments.target:
        own = Reminder.objects.owned_by(scene.user)
        focus = scene.focus_of(REMINDERS)
        named = own.filter(public_id=focus) if focus else own.none()
        of = {each for pair in named.values_list("pk", "series_id") for each in pair}
        rows = [row for row in rows if row.pk in of] or rows
    if not arguments.target and (event := _event(scene, rows)):
        return Result(event)
    if not rows:
        return Result({"text": ""})
    return Result(receipts.values(rows[0]))


def _event(scene: Scene, rows: list[Reminder]) -> dict[str, Any]:
    """What the calendar has before the first reminder, if it has."""
    end = rows[0].due_at if rows else scene.now + occurrences.AHEAD
    if end <= scene.now:
        return {}
    ahead = occurrences.between(
        user=scene.user, start=scene.now, end=end, zone=scene.zone
    )
    for each in ahead:
        if each.start >= scene.now:
            found = Found.mine(each)
            spoken = elsewhere.spoken_of(scene, agenda.EVENTS, found.mark)
            line = event_words.line(scene, agenda.values(found))
            return {**spoken, "text": found.event.title, "event": line}
    return {}


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    if "event" in values:
        return str(values["event"])
    if not values["text"]:
        return phrases.say("no_reminders")
    return receipts.timed(scene, "option_reminder", values)


TOOL = Tool(
    name="reminders.next",
    risk=Risk.READ,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    examples=("when's the next one", "how long till the next reminder"),
)
