"""Change where the person is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.accounts import profile
from apps.assistant import phrases, places
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.toolbox import Result, Tool, said


@dataclass(frozen=True)
class Arguments:
    place: str = said("the city, such as Paris")


def run(scene: Scene, arguments: Arguments) -> Result:
    before = {"timezone": scene.user.timezone}
    zone = places.zone(arguments.place)
    profile.change(user=scene.user, timezone=zone)
    return Result({"place": places.name(zone)}, undo=before)


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    return phrases.say("zone_is", place=values["place"])


def undo(scene: Scene, before: Mapping[str, Any]) -> str:
    profile.change(user=scene.user, timezone=before["timezone"])
    return phrases.say("undone_setting")


TOOL = Tool(
    name="settings.timezone",
    risk=Risk.WRITE,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    undo=undo,
    examples=("timezone Paris", "I am in Tokyo now"),
)
