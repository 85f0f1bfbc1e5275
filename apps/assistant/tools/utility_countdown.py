"""Count the days until a day."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from zoneinfo import ZoneInfo

from apps.assistant import moments, phrases, times, told
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.toolbox import Result, Tool, said


@dataclass(frozen=True)
class Arguments:
    when: str = said("the person's words for the day; nothing for that just told")


def run(scene: Scene, arguments: Arguments) -> Result:
    given = asdict(arguments)
    if not arguments.when:
        given["when"] = times.split(told.last_line(scene)).phrase
    # Today is that day until it is over.
    at = moments.find(scene, given, ask=phrases.say("not_a_time"), clock=moments.LATE)
    here = ZoneInfo(scene.zone)
    day = at.astimezone(here).date()
    today = scene.now.astimezone(here).date()
    return Result({"days": (day - today).days, "day": day.isoformat()})


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    key = "days_until" if values["days"] != 1 else "day_until"
    day = moments.day(scene, values["day"])
    return phrases.say(key, count=values["days"], day=day)


TOOL = Tool(
    name="utility.countdown",
    risk=Risk.READ,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    is_blind=True,
    examples=("days until dec 25", "how many days till friday"),
)
