"""Show the open reminders, numbered."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from apps.assistant import phrases
from apps.assistant.conversations import Scene
from apps.assistant.models import Reminder, Risk
from apps.assistant.targets import STILL_FRESH, short
from apps.assistant.times import spoken
from apps.assistant.toolbox import Nothing, Result, Tool

# More lines than anyone reads by text; the portal shows them all.
MOST_SHOWN = 30


def run(scene: Scene, arguments: Nothing) -> Result:
    rows = [
        row
        for row in Reminder.objects.owned_by(scene.user).open()
        if row.state == Reminder.State.ACTIVE or _is_fresh(scene, row)
    ][:MOST_SHOWN]
    return Result(
        {
            "shown": [str(row.public_id) for row in rows],
            "lines": [
                [row.text, row.due_at.isoformat(), row.state == Reminder.State.FIRED]
                for row in rows
            ],
        }
    )


def _is_fresh(scene: Scene, row: Reminder) -> bool:
    return row.fired_at is not None and row.fired_at > scene.now - STILL_FRESH


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    if not values["lines"]:
        return phrases.say("no_reminders")
    lines = [
        phrases.say(
            "list_line_fired" if has_fired else "list_line",
            number=number,
            text=short(text),
            time=spoken.full(
                datetime.fromisoformat(due_at),
                scene.zone,
                now=scene.now,
                hours=scene.hours,
            ),
        )
        for number, (text, due_at, has_fired) in enumerate(values["lines"], start=1)
    ]
    return "\n".join([phrases.say("list_head"), *lines])


TOOL = Tool(
    name="reminders.list",
    risk=Risk.READ,
    arguments=Nothing,
    run=run,
    receipt=receipt,
    examples=("reminders", "what are my reminders", "show my reminders"),
)
