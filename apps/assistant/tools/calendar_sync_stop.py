"""Keep a connected calendar in step no more; what is on either side stays."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.assistant import phrases, syncing
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.toolbox import Result, Tool, said
from apps.core import errors


@dataclass(frozen=True)
class Arguments:
    account: str = said("google or microsoft where they name one, else nothing")


def run(scene: Scene, arguments: Arguments) -> Result:
    wanted = arguments.account.casefold()
    found = [
        row
        for row in syncing.of(scene.user)
        if row.is_on and (not wanted or row.connection.provider in wanted)
    ]
    if not found:
        raise errors.NotFound(phrases.say("sync_none"))
    for row in found:
        syncing.pause(row=row)
    return Result({}, undo={"ids": [str(row.public_id) for row in found]})


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    return phrases.say("sync_stopped")


def undo(scene: Scene, before: Mapping[str, Any]) -> str:
    for public_id in before["ids"]:
        syncing.resume(row=syncing.get(user=scene.user, public_id=public_id))
    return phrases.say("undone_sync_stop")


TOOL = Tool(
    name="calendar.sync_stop",
    risk=Risk.WRITE,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    undo=undo,
    examples=("stop syncing my google calendar", "pause calendar sync"),
)
