"""Why the last change was made, from the record of tool calls."""

from collections.abc import Mapping
from typing import Any

from apps.assistant import phrases, toolbox
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk, ToolCall
from apps.assistant.targets import BY_ID
from apps.assistant.times import spoken
from apps.assistant.toolbox import Nothing, Result, Tool


def run(scene: Scene, arguments: Nothing) -> Result:
    last = ToolCall.objects.owned_by(scene.user).changes().last()
    if last is None:
        return Result()
    return Result(
        {
            "at": spoken.clock(last.created_at, scene.zone, hours=scene.hours),
            "tool": last.tool,
            "arguments": _said(last),
            "receipt": last.receipt,
        }
    )


def _said(call: ToolCall) -> list[str]:
    """The person's own words, in the order the tool takes them."""
    names = toolbox.named(call.tool).schema()["properties"]
    words = [call.arguments.get(name, "") for name in names]
    return [word for word in words if word and not word.startswith(BY_ID)]


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    if not values:
        return phrases.say("why_nothing")
    arguments = ", ".join(values["arguments"])
    details = phrases.say("why_details", arguments=arguments) if arguments else ""
    return phrases.say(
        "why",
        time=values["at"],
        title=toolbox.named(values["tool"]).title,
        details=details,
        receipt=values["receipt"],
    )


TOOL = Tool(
    name="why",
    risk=Risk.READ,
    arguments=Nothing,
    run=run,
    receipt=receipt,
    examples=("why", "why did you do that"),
)
