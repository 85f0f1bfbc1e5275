"""Whether the person is free at a time, or when on a day."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from apps.assistant import agenda, appointments, event_words, phrases, ranges
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.times import spoken
from apps.assistant.toolbox import Result, Tool, said
from apps.integrations.calendars import Busy

# Between these hours people meet.
FIRST, LAST = timedelta(hours=8), timedelta(hours=20)
# Less is no time for anything.
LEAST = timedelta(minutes=30)


@dataclass(frozen=True)
class Arguments:
    when: str = said("the day, or when it begins, in their words")
    until: str = said(
        "when it ends or how long it is (4pm, for 30 minutes), or nothing"
    )


def run(scene: Scene, arguments: Arguments) -> Result:
    given = asdict(arguments)
    both = ranges.split(arguments.when)
    if ranges.has_clock(scene, both.when):
        times = appointments.times(scene, given, ask=phrases.say("free_when"))
        start, end = appointments.edges(scene, times)
        taken = agenda.busy(scene, start, end)
        return Result({"asked": _kept(start, end), "busy": _all(taken)})
    first, last = ranges.day(scene, arguments.when)
    last = min(last, first + timedelta(days=1))
    start, end = max(first + FIRST, scene.now), first + LAST
    day = spoken.day(first, scene.zone, now=scene.now)
    if start >= end:
        return Result({"day": day, "free": []})
    taken = agenda.busy(scene, start, end)
    return Result({"day": day, "free": list(_free(taken, start, end))})


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    if "day" in values:
        if not values["free"]:
            return phrases.say("free_never", day=values["day"])
        times = ", ".join(_said(scene, each) for each in values["free"])
        return phrases.say("free_times", day=values["day"], times=times)
    asked = event_words.between(scene, *map(datetime.fromisoformat, values["asked"]))
    if not values["busy"]:
        return phrases.say("free_yes", time=asked)
    times = ", ".join(_said(scene, each) for each in values["busy"])
    return phrases.say("free_no", time=asked, times=times)


def _free(taken: list[Busy], start: datetime, end: datetime) -> Iterator[list[str]]:
    for each in taken:
        if each.start - start >= LEAST:
            yield _kept(start, each.start)
        start = max(start, each.end)
    if end - start >= LEAST:
        yield _kept(start, end)


def _all(taken: list[Busy]) -> list[list[str]]:
    return [_kept(each.start, each.end) for each in taken]


def _kept(start: datetime, end: datetime) -> list[str]:
    return [start.isoformat(), end.isoformat()]


def _said(scene: Scene, edges: list[str]) -> str:
    first, last = (
        event_words.clock(scene, datetime.fromisoformat(each)) for each in edges
    )
    return phrases.say("from_to", first=first, last=last)


TOOL = Tool(
    name="calendar.free",
    risk=Risk.READ,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    # Calendars that are connected are asked.
    is_apart=True,
    examples=("am I free friday 3-4", "when am I free tomorrow"),
)
