"""Set the hours in which nothing is texted that the person does not wait for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any

from apps.accounts import profile
from apps.assistant import phrases, ranges
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.toolbox import Result, Tool, said
from apps.core import errors


@dataclass(frozen=True)
class Arguments:
    hours: str = said("from when until when, such as 22-7; off for none")


def run(scene: Scene, arguments: Arguments) -> Result:
    user = scene.user
    before = {"from": _told(user.quiet_from), "until": _told(user.quiet_until)}
    hours = phrases.folded(arguments.hours).strip()
    if hours in phrases.words().answers["off"]:
        profile.change(user=user, quiet_from=None, quiet_until=None)
        return Result(
            {"from": "", "until": ""}, undo=before if before["from"] else None
        )
    joins = "|".join(map(re.escape, phrases.words().answers["until"]))
    told = [
        ranges.wall(each) for each in re.split(rf"(?:\b|\s)(?:{joins})(?:\b|\s)", hours)
    ]
    match told:
        case [time() as begin, time() as end]:
            profile.change(user=user, quiet_from=begin, quiet_until=end)
            return Result({"from": _told(begin), "until": _told(end)}, undo=before)
    raise errors.Invalid(phrases.say("quiet_what"))


def _told(at: time | None) -> str:
    return f"{at:%H:%M}" if at else ""


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    if not values["from"]:
        return phrases.say("quiet_off")
    return phrases.say("quiet_is", begin=values["from"], until=values["until"])


def undo(scene: Scene, before: Mapping[str, Any]) -> str:
    was = [time.fromisoformat(at) if at else None for at in before.values()]
    profile.change(user=scene.user, quiet_from=was[0], quiet_until=was[1])
    return phrases.say("undone_setting")


TOOL = Tool(
    name="settings.quiet",
    risk=Risk.WRITE,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    undo=undo,
    examples=("quiet 22-7", "quiet hours from 10pm to 7am", "quiet off"),
)
