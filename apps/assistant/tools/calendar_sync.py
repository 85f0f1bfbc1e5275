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
    known = {row.connection_id: row.is_on for row in syncing.of(scene.user)}
    fresh = [each for each in found if not known.get(each.connection.pk)]
    # What was paused together goes on together.
    paused = [each for each in fresh if each.connection.pk in known]
    chosen = paused or (fresh or found)[:1]
    rows = [syncing.start(user=scene.user, calendar=each) for each in chosen]
    row = rows[0]
    values = {
        "account": ", ".join(map(str, chosen)),
        "was_on": not fresh,
        "count": syncing.count(row),
        "problem": row.problem,
    }
    ids = [str(row.public_id) for row in rows]
    return Result(values, undo={"ids": ids} if fresh else None)


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    if not values["was_on"]:
        return phrases.say("sync_started", account=values["account"])
    if values["problem"]:
        return phrases.say(
            "sync_troubled", account=values["account"], problem=values["problem"]
        )
    return phrases.say("sync_is_on", account=values["account"], count=values["count"])


def undo(scene: Scene, before: Mapping[str, Any]) -> str:
    for public_id in before["ids"]:
        syncing.pause(row=syncing.get(user=scene.user, public_id=public_id))
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
