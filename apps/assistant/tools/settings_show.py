"""Tell how the assistant is set up for this person."""

from collections.abc import Mapping
from datetime import time
from typing import Any

from apps.assistant import phrases, places
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.toolbox import Nothing, Result, Tool


def run(scene: Scene, arguments: Nothing) -> Result:
    user = scene.user
    quiet = [_told(user.quiet_from), _told(user.quiet_until)]
    place = places.name(user.timezone)
    return Result({"name": user.name, "place": place, "quiet": quiet})


def _told(at: time | None) -> str:
    return f"{at:%H:%M}" if at else ""


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    begin, until = values["quiet"]
    said = phrases.say("settings_are", name=values["name"], place=values["place"])
    if not begin:
        return f"{said} " + phrases.say("quiet_none")
    return f"{said} " + phrases.say("quiet_is", begin=begin, until=until)


TOOL = Tool(
    name="settings.show",
    risk=Risk.READ,
    arguments=Nothing,
    run=run,
    receipt=receipt,
    examples=("my settings", "what's my name", "quiet"),
)
