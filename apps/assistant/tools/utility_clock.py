"""Tell the time, here or in another place."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from apps.assistant import phrases, places
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.times import spoken
from apps.assistant.toolbox import Result, Tool, said


@dataclass(frozen=True)
class Arguments:
    place: str = said("a city; nothing for where the person is")


def run(scene: Scene, arguments: Arguments) -> Result:
    zone = places.zone(arguments.place) if arguments.place else scene.zone
    at = scene.now.astimezone(ZoneInfo(zone))
    return Result(
        {
            "place": places.name(zone),
            "day": spoken.day(at, zone, now=at),
            "time": spoken.clock(at, zone, hours=scene.hours),
        }
    )


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    return phrases.say("time_is", **values)


TOOL = Tool(
    name="utility.clock",
    risk=Risk.READ,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    is_blind=True,
    examples=("time in Tokyo", "what time is it"),
)
