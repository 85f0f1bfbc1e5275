"""Text the day each morning at the person's minute, or not any more."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from apps.assistant import briefs, left, moments, phrases, preferred
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.times import spoken
from apps.assistant.toolbox import Result, Tool, said


@dataclass(frozen=True)
class Arguments:
    when: str = said("the time of day, such as 7:30; off for none any more")


def run(scene: Scene, arguments: Arguments) -> Result:
    if phrases.folded(arguments.when) in phrases.words().answers["off"]:
        at = None
    else:
        ask = phrases.say("brief_when")
        found = moments.find(scene, asdict(arguments), ask=ask)
        at = found.astimezone(ZoneInfo(scene.zone)).time()
    before = briefs.keep(user=scene.user, at=at, now=scene.now)
    undo = left.by({"at": _told(before)}, _told(at)) if before != at else None
    return Result({"at": _told(at)}, undo=undo)


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    if not values["at"]:
        return phrases.say("brief_off")
    at = datetime.combine(
        scene.now.date(), time.fromisoformat(values["at"]), ZoneInfo(scene.zone)
    )
    clock = spoken.clock(at, scene.zone, hours=scene.hours)
    return phrases.say("brief_on", time=clock)


def undo(scene: Scene, before: Mapping[str, Any]) -> str:
    at = time.fromisoformat(before["at"]) if before["at"] else None
    now = briefs.keep(user=scene.user, at=at, now=scene.now)
    # A refusal takes that back with all else.
    left.insist_same(before, _told(now))
    return preferred.undone("brief")


def _told(at: time | None) -> str:
    return f"{at:%H:%M}" if at else ""


TOOL = Tool(
    name="brief.at",
    risk=Risk.WRITE,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    undo=undo,
    examples=("brief at 7:30", "brief off"),
)
