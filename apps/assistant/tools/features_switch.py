"""Switch something that the assistant can do on or off."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.assistant import features, left, phrases
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.toolbox import Result, Tool, said
from apps.core import errors


@dataclass(frozen=True)
class Arguments:
    feature: str = said("which: mail, calendar, pages, videos, reminders, lists ...")
    to: str = said("on or off")


def run(scene: Scene, arguments: Arguments) -> Result:
    key = features.named(arguments.feature)
    if arguments.to not in ("on", "off"):
        raise errors.Invalid(phrases.say("feature_how"))
    is_on, was_on = arguments.to == "on", features.is_on(scene.user, key)
    values = {"feature": features.FEATURES[key].name, "is_on": is_on}
    if is_on == was_on:
        return Result(values)
    features.switch(user=scene.user, key=key, is_on=is_on)
    return Result(values, undo=left.by({"key": key, "is_on": was_on}, is_on))


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    key = "feature_is_on" if values["is_on"] else "feature_is_off"
    return phrases.say(key, feature=values["feature"])


def undo(scene: Scene, before: Mapping[str, Any]) -> str:
    left.insist_same(before, features.is_on(scene.user, before["key"]))
    features.switch(user=scene.user, key=before["key"], is_on=before["is_on"])
    key = "undone_feature_on" if before["is_on"] else "undone_feature_off"
    return phrases.say(key, feature=features.FEATURES[before["key"]].name)


TOOL = Tool(
    name="features.switch",
    risk=Risk.WRITE,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    undo=undo,
    # What may be done is for the person to say.
    by_model=False,
    examples=("switch mail off", "turn off calendar", "switch mail on"),
)
