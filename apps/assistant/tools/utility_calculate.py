"""Work out a sum."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.assistant import phrases, sums
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.toolbox import Result, Tool, said


@dataclass(frozen=True)
class Arguments:
    sum: str = said("the sum, such as 18% of 64 or 3 * (2 + 4)")
    root: str = said("what to take the square root of, or nothing")


def run(scene: Scene, arguments: Arguments) -> Result:
    if arguments.root:
        return Result(
            {
                "sum": f"{arguments.root}^0.5",
                "result": sums.told(f"({arguments.root})^0.5"),
            }
        )
    return Result({"sum": arguments.sum, "result": sums.told(arguments.sum)})


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    return phrases.say("sum_is", sum=values["sum"], result=values["result"])


TOOL = Tool(
    name="utility.calculate",
    risk=Risk.READ,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    is_blind=True,
    examples=("18% of 64", "what is 12 * 7", "calculate 3 + 4"),
)
