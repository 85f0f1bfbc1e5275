"""Tell which day a date is, and today's; or how many days are between two."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from apps.assistant import moments, phrases
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.toolbox import Result, Tool, said


@dataclass(frozen=True)
class Arguments:
    when: str = said("the person's words for the day; nothing for today")
    until: str = said("words for a second day, to count the days from the first")


def run(scene: Scene, arguments: Arguments) -> Result:
    day = _day(scene, arguments.when) if arguments.when else _today(scene)
    if not arguments.until:
        return Result({"day": day.isoformat(), "days": None})
    until = _day(scene, arguments.until)
    return Result({"day": until.isoformat(), "days": abs((until - day).days)})


def _today(scene: Scene) -> date:
    return scene.now.astimezone(ZoneInfo(scene.zone)).date()


def _day(scene: Scene, when: str) -> date:
    given = {"when": when, "until": ""}
    # Today is that day until it is over.
    at = moments.find(scene, given, ask=phrases.say("not_a_time"), clock=moments.LATE)
    return at.astimezone(ZoneInfo(scene.zone)).date()


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    if values["days"] is None:
        return phrases.say("day_is", day=moments.day(scene, values["day"]))
    return phrases.say("days_between", count=values["days"])


TOOL = Tool(
    name="utility.date",
    risk=Risk.READ,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    is_blind=True,
    examples=("what day is dec 25", "how many days between dec 1 and dec 25"),
)
