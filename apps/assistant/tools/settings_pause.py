"""Text nothing unasked for a while."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from apps.assistant import moments, phrases, preferred
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.times import spoken
from apps.assistant.toolbox import Result, Tool, said


@dataclass(frozen=True)
class Arguments:
    when: str = said("until when, in the person's words, such as in 2 hours or friday")


def run(scene: Scene, arguments: Arguments) -> Result:
    until = moments.find(scene, asdict(arguments), ask=phrases.say("pause_when"))
    return Result(
        {"until": until.isoformat()}, undo=preferred.change(scene, paused_until=until)
    )


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    until = datetime.fromisoformat(values["until"])
    time = spoken.full(until, scene.zone, now=scene.now, hours=scene.hours)
    return phrases.say("paused", time=time)


TOOL = Tool(
    name="settings.pause",
    risk=Risk.WRITE,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    undo=preferred.restore,
    examples=("pause 2h", "pause until friday 9am"),
)
