"""Read one note out whole."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from apps.assistant import notes
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.toolbox import Result, Tool, said


@dataclass(frozen=True)
class Arguments:
    target: str = said("its number on the list last shown, or its words")


def run(scene: Scene, arguments: Arguments) -> Result:
    return Result(notes.spoken(notes.the_note(scene, **asdict(arguments))))


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    return str(values["text"])


TOOL = Tool(
    name="notes.read",
    risk=Risk.READ,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    examples=("read note 1", "show note 2"),
)
