"""Turn one unit of measure into another."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from apps.assistant import figures, phrases, units
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.toolbox import Result, Tool, said
from apps.core import errors


@dataclass(frozen=True)
class Arguments:
    amount: str = said("how much, a number")
    unit: str = said("of which unit, such as miles")
    to: str = said("the unit it is to be in, such as km")
    feet: str = said("of a height in feet and inches: the feet, or nothing")
    inches: str = said("of a height in feet and inches: the inches, or nothing")


def run(scene: Scene, arguments: Arguments) -> Result:
    if arguments.feet:
        return _height(arguments)
    try:
        whole, _, parts = arguments.amount.partition("/")
        amount = Decimal(figures.plain(whole)) / Decimal(parts or 1)
    except (InvalidOperation, ZeroDivisionError):
        raise errors.Invalid(phrases.say("no_sum")) from None
    of, to = units.named(arguments.unit), units.named(arguments.to)
    found = units.converted(amount, of, to)
    return Result(
        {
            "amount": arguments.amount if parts else figures.shown(f"{amount:,f}"),
            "of": arguments.unit,
            "result": figures.shown(
                f"{float(found):,.4g}" if abs(found) < 10000 else f"{found:,.0f}"
            ),
            "to": arguments.to,
        }
    )


def _height(arguments: Arguments) -> Result:
    try:
        inches = 12 * int(arguments.feet) + int(arguments.inches or 0)
    except ValueError:
        raise errors.Invalid(phrases.say("no_sum")) from None
    found = units.converted(Decimal(inches), "in", units.named(arguments.to))
    return Result(
        {
            "amount": f"{arguments.feet}'{arguments.inches or 0}",
            "of": "ft",
            "result": figures.shown(f"{float(found):,.4g}"),
            "to": arguments.to,
        }
    )


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    return phrases.say("unit_is", **values)


TOOL = Tool(
    name="utility.convert",
    risk=Risk.READ,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    is_blind=True,
    examples=("12 mi in km", "convert 5 kg to lb", "how much is 100 f in c"),
)
