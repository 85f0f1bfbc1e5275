"""Flip a coin, roll a die, or pick one of several."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.assistant import phrases
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.targets import short
from apps.assistant.toolbox import Result, Tool, said
from apps.core import errors


@dataclass(frozen=True)
class Arguments:
    of: str = said("coin, die, or the things to pick one of, with 'or' between")
    low: str = said("for a number: the lowest it may be")
    high: str = said("for a number: the highest it may be")


def run(scene: Scene, arguments: Arguments) -> Result:
    if arguments.low or arguments.high:
        return Result({"picked": _number(arguments.low, arguments.high)})
    answers = phrases.words().answers
    sides: list[str] = answers["chances"].get(arguments.of) or _parts(arguments.of)
    if len(sides) < 2:
        raise errors.Invalid(phrases.say("pick_of_what"))
    return Result({"picked": secrets.choice(sides)})


def _number(low: str, high: str) -> str:
    if not low.isdecimal() or not high.isdecimal() or len(low + high) > 30:
        raise errors.Invalid(phrases.say("pick_of_what"))
    first, last = sorted((int(low), int(high)))
    return str(first + secrets.randbelow(last - first + 1))


def _parts(said: str) -> list[str]:
    either = "|".join(map(re.escape, phrases.words().answers["or"]))
    parts = re.split(rf"\s*,\s*|\s+(?:{either})\s+", said, flags=re.IGNORECASE)
    return [part for part in parts if part]


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    return phrases.say("picked", picked=short(values["picked"]))


TOOL = Tool(
    name="utility.chance",
    risk=Risk.READ,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    is_blind=True,
    examples=("flip a coin", "roll a die", "pick pizza or pasta"),
)
