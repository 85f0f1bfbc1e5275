"""What is left of the budgets, and when they begin anew."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from apps.assistant import phrases
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.times import spoken
from apps.assistant.toolbox import Nothing, Result, Tool
from apps.sms.money import in_dollars, usage


def run(scene: Scene, arguments: Nothing) -> Result:
    left = usage.left(scene.user)
    return Result(
        {
            "texts": left.texts,
            "texts_of": left.texts_of,
            "started": left.started,
            "micros": left.micros,
            "tokens": left.tokens_micros,
            "renews_at": left.renews_at.isoformat(),
        }
    )


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    return phrases.say(
        "budget",
        texts=values["texts"],
        of=values["texts_of"],
        started=values["started"],
        money=in_dollars(values["micros"]),
        model=in_dollars(values["tokens"]),
        when=spoken.full(
            datetime.fromisoformat(values["renews_at"]),
            scene.zone,
            now=scene.now,
            hours=scene.hours,
        ),
    )


TOOL = Tool(
    name="budget",
    risk=Risk.READ,
    arguments=Nothing,
    run=run,
    receipt=receipt,
    examples=("budget", "what is left of my budget", "how many texts are left"),
)
