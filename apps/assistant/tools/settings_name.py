"""Change what the person is called."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.core.exceptions import ValidationError

from apps.assistant import phrases, preferred
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
    try:
        before = preferred.change(scene, name=arguments.name.strip())
    except ValidationError:
        raise errors.Invalid(phrases.say("name_bad")) from None
    return Result({"name": scene.user.name}, undo=before)


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    return phrases.say("name_is", name=values["name"])


TOOL = Tool(
    name="settings.name",
    risk=Risk.WRITE,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    undo=preferred.restore,
    examples=("call me Ana", "my name is Ana"),
)
