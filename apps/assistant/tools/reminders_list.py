"""Show the open reminders, numbered."""

from collections.abc import Mapping
from typing import Any

from apps.assistant import phrases, receipts
from apps.assistant.conversations import Scene
from apps.assistant.models import Reminder, Risk
from apps.assistant.series import STILL_FRESH
from apps.assistant.targets import short
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
                {**receipts.values(row), "fired": row.state == Reminder.State.FIRED}
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
            "list_line_fired" if line["fired"] else "list_line",
            number=number,
            text=short(line["text"]),
            time=receipts.when(scene, line),
        )
        for number, line in enumerate(values["lines"], start=1)
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
