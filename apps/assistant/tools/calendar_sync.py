"""Keep the own calendar and one that is connected in step, both ways."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.assistant import agenda, phrases, syncing
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.sync import shelf
from apps.assistant.toolbox import Result, Tool, said
from apps.rbac import verdicts
from apps.rbac.catalog import Permission


@dataclass(frozen=True)
class Arguments:
    account: str = said("google or microsoft where they name one, else nothing")


def run(scene: Scene, arguments: Arguments) -> Result:
    verdicts.insist(scene.user, Permission.EVENT_ADD)
    wanted = arguments.account.casefold()
    found = [
        each
        for each in shelf.able(scene.user)
        if not wanted or each.connection.provider in wanted
    ]
    if not found:
        raise agenda.ADD.missing()
    was_on = {row.connection_id for row in syncing.of(scene.user) if row.is_on}
    fresh = [each for each in found if each.connection.pk not in was_on]
    calendar = (fresh or found)[0]
    row = syncing.start(user=scene.user, calendar=calendar)
    values = {
        "account": str(calendar),
        "was_on": not fresh,
        "count": syncing.count(row),
        "problem": row.problem,
    }
    return Result(values, undo={"id": str(row.public_id)} if fresh else None)


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    if not values["was_on"]:
        return phrases.say("sync_started", account=values["account"])
    if values["problem"]:
        return phrases.say(
            "sync_troubled", account=values["account"], problem=values["problem"]
        )
    return phrases.say("sync_is_on", account=values["account"], count=values["count"])


def undo(scene: Scene, before: Mapping[str, Any]) -> str:
    row = syncing.get(user=scene.user, public_id=before["id"])
    syncing.pause(row=row)
    return phrases.say("undone_sync")


TOOL = Tool(
    name="calendar.sync",
    risk=Risk.WRITE,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    undo=undo,
    examples=("sync my google calendar", "sync google calendar"),
)
