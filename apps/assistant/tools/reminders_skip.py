"""Leave one occurrence out of a reminder that repeats."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from apps.assistant import phrases, receipts, reminders, series, targets, times
from apps.assistant.conversations import Scene
from apps.assistant.models import Reminder, Risk
from apps.assistant.times import spoken
from apps.assistant.toolbox import Result, Tool, said
from apps.core import errors

# A day that is said without a time is all of it.
ANY_TIME = time(23, 59)


@dataclass(frozen=True)
class Arguments:
    target: str = said("number on the last list, words of the reminder, or nothing")
    when: str = said("the person's words for the day to skip, or nothing for the next")


def run(scene: Scene, arguments: Arguments) -> Result:
    given = asdict(arguments)
    given |= _day_of(scene, arguments.target)
    public_id = targets.find_repeating(
        scene,
        given["target"],
        given,
        lambda each: _comes(scene, each, given["when"]),
    )
    reminder = reminders.get_open(user=scene.user, public_id=public_id)
    skipped = _occurrences(scene, reminder, given["when"])
    reminder, before = reminders.skip(
        user=scene.user, public_id=public_id, occurrences=skipped
    )
    values = {**receipts.with_next(reminder), "skipped": skipped[0].isoformat()}
    return Result(values, undo=before)


def _day_of(scene: Scene, target: str) -> dict[str, str]:
    """ "friday's pills" are the pills on Friday, and "tomorrow's" any."""
    match = re.fullmatch(phrases.words().answers["owned"], target, re.IGNORECASE)
    day, rest = (match["day"], match["rest"]) if match else (target, "")
    outcome = scene.read(day)
    if isinstance(outcome, times.Exact | times.Choices) and times.has_day(day):
        return {"when": day, "target": rest.strip()}
    return {}


def _occurrences(scene: Scene, reminder: Reminder, when: str) -> list[datetime]:
    """The next one, or those of the day that is said; raises errors."""
    if not when:
        return [reminder.due_at]
    said_at = _moments(scene, when)
    if not said_at:
        raise errors.Invalid(phrases.say("skip_when"))
    for at in said_at:
        if found := _on(scene, reminder, at):
            return found
    day = spoken.day(said_at[0], scene.zone, now=scene.now)
    text = targets.short(reminder.text)
    raise errors.NotFound(phrases.say("not_on_that_day", text=text, day=day))


def _comes(scene: Scene, reminder: Reminder, when: str) -> bool:
    """On the day that is said; where none is, any may be meant."""
    said_at = _moments(scene, when) if when else ()
    return not said_at or any(_on(scene, reminder, at) for at in said_at)


def _moments(scene: Scene, when: str) -> tuple[datetime, ...]:
    """What the words can mean; nothing where they tell no day."""
    outcome = scene.read(when, clock=ANY_TIME)
    if isinstance(outcome, times.Exact):
        return (outcome.at,)
    return outcome.at if isinstance(outcome, times.Choices) else ()


def _on(scene: Scene, reminder: Reminder, at: datetime) -> list[datetime]:
    """The occurrence at an instant, or all of its day, that are still to come."""
    rule = series.rule_of(reminder)
    if rule.comes_at(at):
        return [at]
    zone = ZoneInfo(scene.zone)
    day = at.astimezone(zone).date()
    start = datetime.combine(day, time(), zone)
    end = datetime.combine(day + timedelta(days=1), time(), zone)
    return rule.between(max(start, scene.now), end)


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    at = datetime.fromisoformat(values["skipped"])
    day = spoken.day(at, scene.zone, now=scene.now)
    text = targets.short(values["text"])
    return receipts.then(scene, phrases.say("skipped", text=text, day=day), values)


def undo(scene: Scene, before: Mapping[str, Any]) -> str:
    return receipts.restored(scene, "undone_skip", before)


TOOL = Tool(
    name="reminders.skip",
    risk=Risk.WRITE,
    arguments=Arguments,
    run=run,
    undo=undo,
    receipt=receipt,
    examples=(
        "skip 2",
        "skip the pills on friday",
        "skip friday's",
        "skip the next one",
    ),
)
