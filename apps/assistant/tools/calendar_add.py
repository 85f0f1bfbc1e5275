"""Put an event on the calendar; with mail addresses in its words it invites them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from apps.assistant import agenda, elsewhere, phrases
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.times import spoken
from apps.assistant.toolbox import Ask, Proposal, Result, Tool, said
from apps.core import errors


@dataclass(frozen=True)
class Arguments:
    text: str = said("what it is, with the addresses of those to invite, if any")
    when: str = said("when it begins, in their words, not computed")
    until: str = said(
        "when it ends or how long it is (4pm, for 30 minutes), or nothing"
    )


def propose(scene: Scene, arguments: Arguments) -> Proposal | None:
    guests = agenda.guests(arguments.text)
    if not guests:
        return None
    kept, settled = _planned(scene, arguments)
    says = phrases.say(
        "event_proposed",
        title=kept["title"],
        time=agenda.span(scene, kept),
        guests=agenda.told(guests),
    )
    return Proposal(says, settled, about=guests[0] if len(guests) == 1 else "")


def run(scene: Scene, arguments: Arguments) -> Result:
    assert scene.call
    given = asdict(arguments)
    start, end, is_all_day = agenda.times(scene, given, ask=_ask(arguments))
    title = _title(given)
    guests = agenda.guests(title)
    calendar = agenda.ADD.met_by(scene.user)[0]
    event = calendar.create(
        title=title,
        start=start,
        end=end,
        is_all_day=is_all_day,
        attendees=guests,
        zone=scene.zone,
        key=str(scene.call.handle),
    )
    found = agenda.Found(calendar, event)
    values = {**agenda.values(found), "guests": guests}
    values |= elsewhere.spoken_of(scene, agenda.EVENTS, found.mark)
    undo = {"event": elsewhere.mark(calendar, event.id), "title": title}
    # To take it back is to write to them once more: CANCEL asks before.
    return Result(values, undo=None if guests else undo)


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    key = "event_added_invited" if values["guests"] else "event_added"
    return phrases.say(
        key,
        title=values["title"],
        time=agenda.span(scene, {**values}),
        guests=agenda.told(values["guests"]),
    )


def undo(scene: Scene, before: Mapping[str, Any]) -> str:
    calendar, event = elsewhere.find(scene, agenda.CANCEL, before["event"])
    try:
        calendar.delete(event)
    except errors.NotFound:
        pass  # as it should be
    return phrases.say("undone_event", title=before["title"])


def _planned(
    scene: Scene, arguments: Arguments
) -> tuple[dict[str, Any], dict[str, str]]:
    """What it will be, and the arguments that mean it whenever they are read."""
    given = asdict(arguments)
    start, end, is_all_day = agenda.times(scene, given, ask=_ask(arguments))
    kept = {
        "title": _title(given),
        "start": start.isoformat(),
        "end": end.isoformat(),
        "is_all_day": is_all_day,
    }
    if is_all_day:
        return kept, {**given, "when": f"{start:%Y-%m-%d}"}
    exact = {
        "when": spoken.exact(start, scene.zone),
        "until": spoken.exact(end, scene.zone),
    }
    return kept, {**given, **exact}


def _ask(arguments: Arguments) -> str:
    return phrases.say("event_when", title=arguments.text)


def _title(given: dict[str, str]) -> str:
    title = " ".join(given["text"].split())
    if not title:
        raise Ask(phrases.say("event_what"), arguments=given, slot="text")
    return title


TOOL = Tool(
    name="calendar.add",
    risk=Risk.WRITE,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    propose=propose,
    undo=undo,
    needs=agenda.ADD,
    examples=(
        "add lunch with Ana friday 12:30",
        "add dentist to my calendar tomorrow at 10 for 30 minutes",
    ),
)
