"""What is on the calendar on a day, this week, next week."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from apps.assistant import agenda, event_words, phrases, ranges
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.times import spoken
from apps.assistant.toolbox import Result, Tool, said

# Of one day, and of several.
HEADS = {
    True: ("agenda", "agenda_empty"),
    False: ("agenda_days", "agenda_empty_days"),
}


@dataclass(frozen=True)
class Arguments:
    when: str = said(
        "the day in their words, this week or next week; nothing for today"
    )


def run(scene: Scene, arguments: Arguments) -> Result:
    start, end = ranges.day(scene, arguments.when)
    look = agenda.find(scene, start, end)
    # Of today what is over is of no use.
    found = [each for each in look.found if each.event.end > scene.now]
    is_day = end - start < timedelta(days=1, hours=2)
    last = end - timedelta(minutes=1)
    return Result(
        {
            "kind": agenda.EVENTS,
            "shown": [each.mark for each in found[: agenda.MOST_SHOWN]],
            "events": [
                {**agenda.values(each), "has_begun": each.event.start < start}
                for each in found[: agenda.MOST_SHOWN]
            ],
            "more": max(0, len(found) - agenda.MOST_SHOWN),
            "is_day": is_day,
            "first": spoken.day(start, scene.zone, now=scene.now),
            "last": spoken.day(last, scene.zone, now=scene.now),
            "silent": look.silent,
        }
    )


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    full, empty = HEADS[values["is_day"]]
    key = full if values["events"] else empty
    head = phrases.say(key, first=values["first"], last=values["last"])
    lines = [
        phrases.say(
            "agenda_line",
            number=number,
            event=event_words.line(scene, each, has_day=not values["is_day"]),
        )
        for number, each in enumerate(values["events"], start=1)
    ]
    more = [phrases.say("agenda_more", count=values["more"])] if values["more"] else []
    silent = [phrases.say("brief_unread", account=each) for each in values["silent"]]
    return "\n".join([head, *lines, *more, *silent])


TOOL = Tool(
    name="calendar.agenda",
    risk=Risk.READ,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    # Calendars that are connected are asked.
    is_apart=True,
    is_untrusted=True,
    examples=("agenda", "what's on tomorrow", "what's on friday", "agenda this week"),
)
