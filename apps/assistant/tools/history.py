"""What was changed today, from the record of tool calls."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from apps.assistant import phrases
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk, ToolCall
from apps.assistant.times import spoken
from apps.assistant.toolbox import Nothing, Result, Tool

SENTENCES = {
    ToolCall.State.UNDONE: "today_undone",
    ToolCall.State.REFUSED: "today_refused",
    ToolCall.State.FAILED: "today_refused",
}


def run(scene: Scene, arguments: Nothing) -> Result:
    midnight = scene.now.astimezone(ZoneInfo(scene.zone)).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    calls = ToolCall.objects.owned_by(scene.user).changes()
    # What was undone says so itself. The latest first: the rest waits behind MORE.
    today = calls.filter(created_at__gte=midnight).exclude(tool="undo").reverse()
    return Result(
        {"lines": [[c.state, c.created_at.isoformat(), c.receipt] for c in today]}
    )


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    if not values["lines"]:
        return phrases.say("nothing_today")
    lines = [
        phrases.say(
            SENTENCES.get(ToolCall.State(state), "today_line"),
            time=spoken.clock(
                datetime.fromisoformat(at), scene.zone, hours=scene.hours
            ),
            receipt=said,
        )
        for state, at, said in values["lines"]
    ]
    return "\n".join([phrases.say("today"), *lines])


TOOL = Tool(
    name="history",
    risk=Risk.READ,
    arguments=Nothing,
    run=run,
    receipt=receipt,
    examples=("what did you do", "history"),
)
