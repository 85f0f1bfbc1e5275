"""Change where the person is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.assistant import phrases, places, preferred
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.toolbox import Result, Tool, said


@dataclass(frozen=True)
class Arguments:
    place: str = said("the city, such as Paris")


def run(scene: Scene, arguments: Arguments) -> Result:
    zone = places.zone(arguments.place)
    before = preferred.change(scene, timezone=zone)
    return Result({"place": places.name(zone)}, undo=before)


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    return phrases.say("zone_is", place=values["place"])


TOOL = Tool(
    name="settings.timezone",
    risk=Risk.WRITE,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    undo=preferred.restore,
    examples=("timezone Paris", "I am in Tokyo now"),
)
