"""Change what the person is called."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.core.exceptions import ValidationError

from apps.accounts import profile
from apps.assistant import phrases
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.toolbox import Ask, Result, Tool, said
from apps.core import errors


@dataclass(frozen=True)
class Arguments:
    name: str = said("what to call them")


def run(scene: Scene, arguments: Arguments) -> Result:
    if not arguments.name.strip():
        raise Ask(phrases.say("name_what"), arguments=asdict(arguments), slot="name")
    before = {"name": scene.user.name}
    try:
        profile.change(user=scene.user, name=arguments.name.strip())
    except ValidationError:
        raise errors.Invalid(phrases.say("name_bad")) from None
    return Result({"name": scene.user.name}, undo=before)


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    return phrases.say("name_is", name=values["name"])


def undo(scene: Scene, before: Mapping[str, Any]) -> str:
    profile.change(user=scene.user, name=before["name"])
    return phrases.say("undone_setting")


TOOL = Tool(
    name="settings.name",
    risk=Risk.WRITE,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    undo=undo,
    examples=("call me Ana", "my name is Ana"),
)
