"""Set a reminder some time before something else: before an event or another reminder."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from apps.assistant import (
    agenda,
    occurrences,
    phrases,
    ranges,
    receipts,
    reminders,
    times,
)
from apps.assistant.conversations import Scene
from apps.assistant.models import Reminder, Risk
from apps.assistant.models.conversations import REMINDERS
from apps.assistant.targets import has
from apps.assistant.toolbox import Result, Tool, said
from apps.core import errors
from apps.rbac.catalog import Permission


@dataclass(frozen=True)
class Arguments:
    length: str = said("how long before, such as 3 hours or a week")
    of: str = said("words of what it is before; nothing for what was spoken of")
    text: str = said("what to remind of; nothing for the same words")
    clock: str = said("the time of that day, or nothing for the same")


def run(scene: Scene, arguments: Arguments) -> Result:
    title, start = _anchor(scene, arguments.of)
    zone = ZoneInfo(scene.zone)
    ahead = times.read(
        phrases.words().answers["ranges"]["ahead"].format(length=arguments.length),
        now=start,
        zone=scene.zone,
        week_starts=scene.week_starts,
        clock=start.astimezone(zone).time(),
    )
    if not isinstance(ahead, times.Exact):
        raise errors.Invalid(phrases.say("not_a_time"))
    # As far before by the clock on the wall as that would be after.
    wall = start.astimezone(zone).replace(tzinfo=None)
    far = ahead.at.astimezone(zone).replace(tzinfo=None) - wall
    due_at = (wall - far).replace(tzinfo=zone)
    if arguments.clock:
        clock = ranges.wall(arguments.clock)
        if clock is None:
            raise errors.Invalid(phrases.say("no_such_time"))
        due_at = due_at.replace(hour=clock.hour, minute=clock.minute)
    if due_at <= scene.now:
        raise errors.Invalid(phrases.say("past"))
    reminder = reminders.create(
        user=scene.user,
        text=arguments.text or title,
        due_at=due_at,
        made_by=scene.call,
    )
    return Result(receipts.values(reminder), undo=reminders.unmade(reminder))


def _anchor(scene: Scene, of: str) -> tuple[str, datetime]:
    """What it is before, and when that is. Raises errors.NotFound, or Ask."""
    its = phrases.words().answers["it"]
    is_named = bool(of) and phrases.folded(of) not in its
    rows = Reminder.objects.owned_by(scene.user).upcoming().order_by("due_at")
    if is_named:
        wanted = occurrences.wanted(of)
        fits = [row for row in rows if has(row.text, wanted)]
        if not occurrences.about(scene.user, wanted, scene.now, scene.zone) and fits:
            return fits[0].text, fits[0].due_at
        outcome = scene.read(of)
        if isinstance(outcome, times.Exact):
            return of, outcome.at
    elif focus := scene.focus_of(REMINDERS):
        for row in rows.filter(public_id=focus):
            return row.text, row.due_at
    found = agenda.the_event(scene, of or "it", {})
    return found.event.title, found.event.start


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    return receipts.promised(scene, "created", values)


def undo(scene: Scene, before: Mapping[str, Any]) -> str:
    return receipts.restored(scene, "undone_create", before)


TOOL = Tool(
    name="reminders.before",
    risk=Risk.WRITE,
    permission=Permission.REMINDER_ADD,
    arguments=Arguments,
    run=run,
    undo=undo,
    receipt=receipt,
    hint="created_hint",
    examples=("remind me 2 hours before the dentist",),
)
