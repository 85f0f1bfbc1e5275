"""Show which accounts are connected, and how they stand."""

from collections.abc import Mapping
from typing import Any

from apps.assistant import phrases
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.targets import short
from apps.assistant.toolbox import Nothing, Result, Tool
from apps.integrations import cards
from apps.integrations.models import Connection


def run(scene: Scene, arguments: Nothing) -> Result:
    found = cards.of(scene.user)
    accounts = [
        [card.provider.name, each.row.label, _state(each.row)]
        for card in found
        for each in card.accounts
    ]
    free = [card.provider.name for card in found if card.is_open and not card.accounts]
    return Result({"accounts": accounts, "free": free})


def _state(row: Connection) -> str:
    called: dict[str, str] = phrases.words().answers["states"]
    return called.get(row.status, row.get_status_display())


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    lines = [
        phrases.say("connection_line", provider=name, account=short(label), state=state)
        for name, label, state in values["accounts"]
    ]
    if not lines:
        lines = [phrases.say("no_connections")]
    if values["free"]:
        free = ", ".join(values["free"])
        lines.append(
            phrases.say("connections_free", names=free, first=values["free"][0])
        )
    return "\n".join(lines)


TOOL = Tool(
    name="connections.list",
    risk=Risk.READ,
    arguments=Nothing,
    run=run,
    receipt=receipt,
    examples=("connections", "what is connected"),
)
