"""Tell the time, here or in another place."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from apps.assistant import phrases, places, ranges
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.times import spoken
from apps.assistant.toolbox import Result, Tool, said
from apps.core import errors


@dataclass(frozen=True)
class Arguments:
    place: str = said("a city; nothing for where the person is")
    at: str = said("a time of day there that is to be told as it is here, or nothing")


def run(scene: Scene, arguments: Arguments) -> Result:
    zone = places.zone(arguments.place) if arguments.place else scene.zone
    if arguments.at:
        return _here(scene, zone, arguments.at)
    at = scene.now.astimezone(ZoneInfo(zone))
    return Result(
        {
            "place": places.name(zone),
            "day": spoken.day(at, zone, now=at),
            "time": spoken.clock(at, zone, hours=scene.hours),
        }
    )


def _here(scene: Scene, zone: str, said: str) -> Result:
    clock = ranges.wall(said)
    if clock is None:
        raise errors.Invalid(phrases.say("no_such_time"))
    there = scene.now.astimezone(ZoneInfo(zone))
    at = datetime.combine(there.date(), clock, ZoneInfo(zone))
    return Result(
        {
            "place": places.name(scene.zone),
            "day": spoken.day(at, scene.zone, now=scene.now),
            "time": spoken.clock(at, scene.zone, hours=scene.hours),
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
