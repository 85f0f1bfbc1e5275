"""Set the hours in which nothing is texted that the person does not wait for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any

from apps.assistant import phrases, preferred, ranges
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.times import spoken
from apps.assistant.toolbox import Result, Tool, said
from apps.core import errors


@dataclass(frozen=True)
class Arguments:
    hours: str = said("from when until when, such as 22-7; off for none")


def run(scene: Scene, arguments: Arguments) -> Result:
    hours = phrases.folded(arguments.hours).strip()
    if hours in phrases.words().answers["off"]:
        before = preferred.change(scene, quiet_from=None, quiet_until=None)
        return Result({"from": "", "until": ""}, undo=before)
    joins = "|".join(map(re.escape, phrases.words().answers["until"]))
    told = [
        ranges.wall(each) for each in re.split(rf"(?:\b|\s)(?:{joins})(?:\b|\s)", hours)
    ]
    match told:
        case [time() as begin, time() as end]:
            before = preferred.change(scene, quiet_from=begin, quiet_until=end)
            return Result({"from": _told(begin), "until": _told(end)}, undo=before)
    raise errors.Invalid(phrases.say("quiet_what"))


def _told(at: time | None) -> str:
    return f"{at:%H:%M}" if at else ""


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    if not values["from"]:
        return phrases.say("quiet_off")
    begin, until = (time.fromisoformat(values[each]) for each in ("from", "until"))
    return phrases.say(
        "quiet_is",
        begin=spoken.wall(begin, hours=scene.hours),
        until=spoken.wall(until, hours=scene.hours),
    )


TOOL = Tool(
    name="settings.quiet",
    risk=Risk.WRITE,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    undo=preferred.restore,
    examples=("quiet 22-7", "quiet hours from 10pm to 7am", "quiet off"),
)
