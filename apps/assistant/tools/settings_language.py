"""Change the language that is spoken."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.assistant import phrases, preferred
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.toolbox import Result, Tool, said
from apps.core import errors


@dataclass(frozen=True)
class Arguments:
    language: str = said("the language, such as Spanish")


def run(scene: Scene, arguments: Arguments) -> Result:
    wanted = phrases.folded(arguments.language).strip()
    called = {each: _answers(each) for each in phrases.languages()}
    for language, answers in called.items():
        if wanted in answers["called"]:
            if phrases.of(scene.user) == language:
                return Result({"language": language})
            before = preferred.change(scene, locale=language)
            return Result({"language": language}, undo=before)
    names = ", ".join(each["own_name"] for each in called.values())
    raise errors.Invalid(phrases.say("language_none", names=names))


def _answers(language: str) -> dict[str, Any]:
    with phrases.spoken_in(language):
        return phrases.words().answers


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    with phrases.spoken_in(values["language"]):
        return phrases.say("language_is")


def undo(scene: Scene, before: Mapping[str, Any]) -> str:
    preferred.restore(scene, before)
    with phrases.spoken_in(phrases.of(scene.user)):
        return preferred.undone("locale")


TOOL = Tool(
    name="settings.language",
    risk=Risk.WRITE,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    undo=undo,
    examples=("language Spanish", "speak Spanish"),
)
