"""What the month has cost so far."""

from collections.abc import Mapping
from typing import Any

from apps.assistant import phrases
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.toolbox import Nothing, Result, Tool
from apps.sms.money import in_dollars, usage


def run(scene: Scene, arguments: Nothing) -> Result:
    used = usage.of_month(scene.user)
    return Result(
        {
            "came": used.came,
            "went": used.went,
            "micros": used.micros,
            "tokens": used.tokens_micros,
            "by_the_end": used.by_the_end,
        }
    )


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    key = "usage_with_model" if values["tokens"] else "usage"
    return phrases.say(
        key,
        came=_texts(values["came"]),
        went=values["went"],
        cost=in_dollars(values["micros"]),
        model=in_dollars(values["tokens"]),
        rate=in_dollars(values["by_the_end"]),
    )


def _texts(count: int) -> str:
    return phrases.say("one_text" if count == 1 else "texts", count=count)


TOOL = Tool(
    name="usage",
    risk=Risk.READ,
    arguments=Nothing,
    run=run,
    receipt=receipt,
    examples=("usage", "what did my texts cost", "how much have i used"),
)
