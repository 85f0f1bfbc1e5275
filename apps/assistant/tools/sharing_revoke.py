"""Take back what one shares: at once, from one person or from all."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from apps.assistant import offers, phrases, shared, sharing
from apps.assistant.conversations import Scene
from apps.assistant.models import Offer, Risk
from apps.assistant.toolbox import Ask, Result, Tool, said


@dataclass(frozen=True)
class Arguments:
    thing: str = said("what is shared, or its number on what was last shown")
    to: str = said("with whom: a name or an address; nothing for everybody")


def run(scene: Scene, arguments: Arguments) -> Result:
    given = asdict(arguments)
    if not arguments.thing.strip():
        raise Ask(phrases.say("revoke_what"), arguments=given, slot="thing")
    found = sharing.to_take_back(scene, given)
    told = []
    for line in found:
        if isinstance(line.what, Offer):
            offers.withdraw(by=scene.user, row=line.what)
            told.append(line.what.address)
        else:
            shared.revoke(by=scene.user, thing=line.thing, person=line.what.person)
            told.append(sharing.person(line.what.person))
    return Result({**sharing.values_of(found[0].thing), "who": ", ".join(told[:3])})


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    return phrases.say("share_revoked", **values)


TOOL = Tool(
    name="sharing.revoke",
    risk=Risk.OUTWARD,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    by_model=False,
    examples=("stop sharing my shopping list with Ana", "unshare 1"),
)
