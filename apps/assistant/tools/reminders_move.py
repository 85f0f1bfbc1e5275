"""Give a reminder another time."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from typing import Any, TypedDict
from zoneinfo import ZoneInfo

from apps.assistant import (
    moments,
    phrases,
    ranges,
    receipts,
    reminders,
    scopes,
    series,
    targets,
    times,
)
from apps.assistant.conversations import Scene
from apps.assistant.models import Reminder, Risk
from apps.assistant.recurrence import Recurrence
from apps.assistant.times import spoken
from apps.assistant.toolbox import Result, Tool, said


@dataclass(frozen=True)
class Arguments:
    target: str = said("number on the last list, words of the reminder, or nothing")
    when: str = said("the person's words for the new time, not computed")
    scope: str = said("of one that repeats: one for only the next, all, or nothing")
    near: str = said("yes where an hour is in the same half of the day as it was")
    by: str = said("how much later, such as 30 minutes, where no time is said")


class Place(TypedDict):
    """Where a time that is only half said belongs."""

    day: date | None
    clock: time


def run(scene: Scene, arguments: Arguments) -> Result:
    given = asdict(arguments)
    public_id = targets.find(scene, arguments.target, given, spoken_of=True)
    current = reminders.get_open(user=scene.user, public_id=public_id)
    ask = phrases.say("move_when", text=targets.short(current.text))
    if given.pop("near"):
        given["when"] = _near(scene, current, given["when"])
    if by := given.pop("by"):
        given["when"] = spoken.exact(
            moments.later(max(current.due_at, scene.now), by, scene.zone), scene.zone
        )
    settled = {**given, "target": f"{targets.BY_ID}{public_id}"}
    scope = _scope(scene, current, settled)
    found = moments.plan(scene, settled, ask=ask, **_place(scene, current))
    if isinstance(found, datetime) and scope == scopes.ALL:
        clock = found.astimezone(ZoneInfo(scene.zone)).time()
        found = series.rule_of(current).at(clock.replace(second=0, microsecond=0))
    if isinstance(found, Recurrence):
        reminder, before = reminders.repeat(
            user=scene.user, public_id=public_id, rule=found
        )
        return Result(receipts.values(reminder), undo=before)
    reminder, before = reminders.move(
        user=scene.user, public_id=public_id, due_at=found
    )
    values = receipts.values(reminder)
    if current.rule:
        values["then"] = receipts.with_next(reminder)
    return Result(values, undo=before)


def _near(scene: Scene, current: Reminder, when: str) -> str:
    """ "6:30", of a time at 7 in the morning, is in the morning too."""
    clock = ranges.wall(when)
    if clock is None or times.has_day(when):
        return when
    due = current.due_at.astimezone(ZoneInfo(scene.zone))
    hours = {clock.hour, (clock.hour + 12) % 24} if clock.hour <= 12 else {clock.hour}
    each = (due.replace(hour=hour, minute=clock.minute) for hour in hours)
    return spoken.exact(min(each, key=lambda at: abs(at - due)), scene.zone)


def _scope(scene: Scene, current: Reminder, given: dict[str, str]) -> str:
    """Of one that repeats whether all of it is meant: a day is said of one alone."""
    rule = current.recurrence
    if rule is None or rule.is_elapsed or len(rule.times) > 1:
        return scopes.ONE
    if given["scope"] or (given["when"] and not times.has_day(given["when"])):
        return scopes.of(scene, current, given, current.due_at)
    return scopes.ONE


def _place(scene: Scene, reminder: Reminder) -> Place:
    """ "Move it to 5pm" stays on its day, "to friday" at its hour; a day that has come
    is no place to stay on."""
    zone = ZoneInfo(scene.zone)
    due = reminder.due_at.astimezone(zone)
    is_ahead = due.date() > scene.now.astimezone(zone).date()
    return {"day": due.date() if is_ahead else None, "clock": due.time()}


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    sentence = receipts.promised(scene, "moved", values)
    return (
        receipts.then(scene, sentence, values["then"]) if "then" in values else sentence
    )


def undo(scene: Scene, before: Mapping[str, Any]) -> str:
    return receipts.restored(scene, "undone_snooze", before)


TOOL = Tool(
    name="reminders.move",
    risk=Risk.WRITE,
    arguments=Arguments,
    run=run,
    undo=undo,
    receipt=receipt,
    examples=("move 1 to 5pm", "move the dentist to friday 10am", "move 1 wednesday"),
)
