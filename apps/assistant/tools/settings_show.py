"""Tell how the assistant is set up for this person."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from apps.assistant import briefs, phrases, places
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.times import spoken
from apps.assistant.toolbox import Nothing, Result, Tool


def run(scene: Scene, arguments: Nothing) -> Result:
    user = scene.user
    quiet = [_told(user.quiet_from), _told(user.quiet_until)]
    place = places.name(user.timezone)
    paused = user.paused_until
    until = paused.isoformat() if paused and paused > scene.now else ""
    values = {
        "name": user.name,
        "place": place,
        "quiet": quiet,
        "paused": until,
        "brief": _told(briefs.of(user)),
    }
    return Result(values)


def _told(at: time | None) -> str:
    return f"{at:%H:%M}" if at else ""


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    said = phrases.say("settings_unnamed", place=values["place"])
    if values["name"].strip():
        said = phrases.say("settings_are", name=values["name"], place=values["place"])
    quiet = phrases.say("quiet_none")
    if all(values["quiet"]):
        begin, until = (
            spoken.wall(time.fromisoformat(each), hours=scene.hours)
            for each in values["quiet"]
        )
        quiet = phrases.say("quiet_is", begin=begin, until=until)
    told = f"{said} {quiet} {_rest(scene, values)}"
    if not values["paused"]:
        return told
    ends = datetime.fromisoformat(values["paused"])
    at = spoken.full(ends, scene.zone, now=scene.now, hours=scene.hours)
    return f"{told} " + phrases.say("paused", time=at)


def _rest(scene: Scene, values: Mapping[str, Any]) -> str:
    """The clock, the language and the brief."""
    brief = phrases.say("brief_none")
    if values.get("brief"):
        at = spoken.wall(time.fromisoformat(values["brief"]), hours=scene.hours)
        brief = phrases.say("brief_is", time=at)
    language = phrases.words().answers["own_name"]
    return phrases.say(
        "settings_rest", hours=scene.hours, language=language, brief=brief
    )


TOOL = Tool(
    name="settings.show",
    risk=Risk.READ,
    arguments=Nothing,
    run=run,
    receipt=receipt,
    examples=("my settings", "what's my name", "quiet"),
)
