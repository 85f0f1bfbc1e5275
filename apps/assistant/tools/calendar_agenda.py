"""What is on the calendar on a day, this week, next week."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from apps.assistant import agenda, event_words, phrases, ranges, sharing
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.times import spoken
from apps.assistant.toolbox import Result, Tool, said

# Of one day, and of several: with something on it, with nothing, and with nothing on the
# calendar of somebody else.
HEADS = {
    True: ("agenda", "agenda_empty", "agenda_empty_of"),
    False: ("agenda_days", "agenda_empty_days", "agenda_empty_days_of"),
}


@dataclass(frozen=True)
class Arguments:
    when: str = said(
        "the day in their words, this week or next week; nothing for today"
    )
    calendar: str = said(
        "who shares the calendar that is asked for (Alice), nothing for all of them"
    )


def run(scene: Scene, arguments: Arguments) -> Result:
    start, end = ranges.day(scene, arguments.when)
    theirs = sharing.the_calendar(scene, arguments.calendar, asdict(arguments))
    look = agenda.find(scene, start, end)
    if theirs is not None:
        look = agenda.Look([each for each in look.found if each.is_of(theirs.user)])
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
            "owner": theirs.user.short_name if theirs else "",
        }
    )


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    full, empty, empty_of = HEADS[values["is_day"]]
    owner = values["owner"]
    key = full if values["events"] else empty_of if owner else empty
    head = phrases.say(key, first=values["first"], last=values["last"], owner=owner)
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
