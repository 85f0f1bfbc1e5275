"""Which part of a day is meant: "in the evening", "this morning", "tonight"."""

from __future__ import annotations

from datetime import datetime, timedelta

from apps.assistant.times import clocks
from apps.assistant.times.clocks import Clock
from apps.assistant.times.here import Here
from apps.assistant.times.pieces import Group
from apps.assistant.times.vocabulary import Vocabulary


def of(group: Group, words: Vocabulary) -> str:
    """The part that a time was said with; "" for none."""
    caught = _caught(group)
    if "today" in caught:
        return "night"
    if "part" in caught:
        return words.value("parts", caught["part"])
    return "morning" if caught else ""


def is_tonight(group: Group) -> bool:
    return "today" in _caught(group)


def is_todays(group: Group) -> bool:
    """Whether the part is one of today: "this morning", "tonight"."""
    return bool(_caught(group).keys() & {"this", "today"})


def _caught(group: Group) -> dict[str, str]:
    piece = group.of("part")
    return piece.caught if piece else {}


def instants(part: str, is_today: bool, here: Here) -> list[datetime]:
    """The first hour of the part that is ahead, today or when it comes next."""
    hours = clocks.HOURS[part]
    options = [here.on(here.today, Clock(hour)) for hour in hours]
    if is_today:
        return [option for option in options if option > here.at][:1] or options[-1:]
    if options[0] > here.at:
        return options[:1]
    return [here.on(here.today + timedelta(days=1), Clock(hours[0]))]
