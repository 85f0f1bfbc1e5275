"""Offer a list, a note or the calendar to somebody, once the person said yes to it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from apps.assistant import offers, phrases, shared, sharing
from apps.assistant.conversations import Scene
from apps.assistant.models import Offer, Risk
from apps.assistant.targets import BY_ID, short
from apps.assistant.toolbox import Ask, Proposal, Result, Tool, said


@dataclass(frozen=True)
class Arguments:
    thing: str = said("what to share: a list by its name, note 2, or calendar")
    to: str = said("the mail address of one person, or their number")
    level: str = said("view, or edit if they may change it")


def propose(scene: Scene, arguments: Arguments) -> Proposal:
    given = asdict(arguments)
    if not arguments.thing.strip():
        raise Ask(phrases.say("share_what"), arguments=given, slot="thing")
    thing = sharing.the_thing(scene, arguments.thing, given)
    settled = {**given, "thing": f"{BY_ID}{thing.public_id}"}
    if not arguments.to.strip():
        ask = phrases.say("share_with", name=short(shared.called(thing)))
        raise Ask(ask, arguments=settled, slot="to")
    level = arguments.level if arguments.level in Offer.Level.values else "view"
    settled |= {"to": offers.address(arguments.to), "level": level}
    offers.insist_may_make(by=scene.user, thing=thing, to=settled["to"], level=level)
    says = phrases.say("offer_proposed", **_told(thing, settled))
    return Proposal(says, settled)


def run(scene: Scene, arguments: Arguments) -> Result:
    thing = sharing.the_thing(scene, arguments.thing, asdict(arguments))
    row = offers.make(
        by=scene.user, thing=thing, to=arguments.to, level=arguments.level
    )
    return Result(_told(thing, {"to": row.address, "level": row.level}))


def _told(thing: shared.Thing, given: Mapping[str, str]) -> dict[str, Any]:
    level = sharing.level(given["level"])
    return {**sharing.values_of(thing), "to": given["to"], "level": level}


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    return phrases.say("offer_made", **values)


TOOL = Tool(
    name="sharing.offer",
    risk=Risk.OUTWARD,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    propose=propose,
    examples=(
        "share my shopping list with ana@example.com",
        "share shopping with ana@example.com to edit",
        "share my calendar with ana@example.com",
    ),
)
