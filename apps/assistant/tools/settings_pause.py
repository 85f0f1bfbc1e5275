"""Text nothing unasked for a while."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from apps.accounts import profile
from apps.assistant import moments, phrases
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.times import spoken
from apps.assistant.toolbox import Result, Tool, said


@dataclass(frozen=True)
class Arguments:
    when: str = said("until when, in the person's words, such as in 2 hours or friday")


def run(scene: Scene, arguments: Arguments) -> Result:
    until = moments.find(scene, asdict(arguments), ask=phrases.say("pause_when"))
    return Result({"until": until.isoformat()}, undo=change(scene, until))


def change(scene: Scene, until: datetime | None) -> dict[str, Any] | None:
    """What takes it back; None where nothing has changed."""
    before = scene.user.paused_until
    if not profile.change(user=scene.user, paused_until=until):
        return None
    return {"until": before.isoformat() if before else ""}


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    until = datetime.fromisoformat(values["until"])
    time = spoken.full(until, scene.zone, now=scene.now, hours=scene.hours)
    return phrases.say("paused", time=time)


def undo(scene: Scene, before: Mapping[str, Any]) -> str:
    until = datetime.fromisoformat(before["until"]) if before["until"] else None
    profile.change(user=scene.user, paused_until=until)
    return phrases.say("undone_setting")


TOOL = Tool(
    name="settings.pause",
    risk=Risk.WRITE,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    undo=undo,
    examples=("pause 2h", "pause until friday 9am"),
)
