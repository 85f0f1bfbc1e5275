"""The instant a person means, or the question that will tell."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from django.utils import timezone

from apps.assistant import phrases, times
from apps.assistant.conversations import Scene
from apps.assistant.times import spoken
from apps.assistant.toolbox import Ask, Option

# As spoken.exact writes it.
_EXACT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d")


def find(
    scene: Scene,
    arguments: Mapping[str, Any],
    *,
    ask: str = "",
    day: date | None = None,
    clock: time | None = None,
) -> datetime:
    """The instant in `arguments["when"]`.

    A clock without a day is on `day`, and a day without a clock at `clock`, if given.

    Raises Ask with the sentence `ask` when it is missing, with numbered answers when
    it can mean several, and with the reason when it cannot be kept.
    """
    said = arguments["when"]
    outcome = times.read(said, now=scene.now, zone=scene.zone, day=day, clock=clock)
    if isinstance(outcome, times.Exact) and outcome.at <= timezone.now():
        # It was still ahead when it was said, and the text has waited since.
        outcome = times.Impossible("past")
    if isinstance(outcome, times.Exact):
        return outcome.at
    if isinstance(outcome, times.Choices):
        raise _choose(scene, "which_time", outcome.at, arguments)
    if isinstance(outcome, times.Repeats) and _says("first_unknown", said):
        fresh = {**arguments, "when": ""}
        raise Ask(phrases.say("repeats_when"), arguments=fresh, slot="when")
    if isinstance(outcome, times.Repeats):
        key = "repeats_one" if len(outcome.at) == 1 else "repeats_many"
        raise _choose(scene, key, outcome.at, arguments)
    if isinstance(outcome, times.Impossible):
        # What was said is of no use to the answer that follows.
        fresh = {**arguments, "when": ""}
        raise Ask(phrases.say(outcome.reason), arguments=fresh, slot="when")
    sentence = phrases.say("not_a_time") if said else ask
    raise Ask(sentence, arguments={**arguments, "when": ""}, slot="when")


def _choose(
    scene: Scene,
    key: str,
    instants: Sequence[datetime],
    arguments: Mapping[str, Any],
) -> Ask:
    options = [
        Option(
            spoken.choice(at, scene.zone, now=scene.now),
            {**arguments, "when": spoken.exact(at, scene.zone)},
        )
        for at in instants
    ]
    return Ask(phrases.say(key), arguments=arguments, slot="when", options=options)


def one_only(scene: Scene, arguments: Mapping[str, Any]) -> None:
    """Raises Ask when what to remind of holds words of another time, or of a part of
    this one that was not read. A time that was chosen is exact and settles it.
    """
    said, text = arguments["when"], arguments["text"]
    other = times.split(text).phrase
    if not said or _EXACT.fullmatch(said) or not (other or _says("unread", text)):
        return
    found = [*_instants(scene, said), *_instants(scene, other)]
    fresh = {**arguments, "when": ""}
    if not other or not found:
        raise Ask(phrases.say("unread_time"), arguments=fresh, slot="when")
    raise _choose(scene, "one_time", sorted(set(found))[:4], fresh)


def _instants(scene: Scene, said: str) -> tuple[datetime, ...]:
    outcome = times.read(said, now=scene.now, zone=scene.zone)
    if isinstance(outcome, times.Exact):
        return (outcome.at,)
    if isinstance(outcome, times.Choices | times.Repeats):
        return tuple(outcome.at)
    return ()


def _says(page: str, said: str) -> bool:
    pattern: str = phrases.page("commands")["answers"][page]
    return re.search(pattern, said, re.IGNORECASE) is not None


def kept(scene: Scene, said: str) -> str:
    """The phrase in a form that means the same instant when it is read later."""
    outcome = times.read(said, now=scene.now, zone=scene.zone)
    if isinstance(outcome, times.Exact):
        return spoken.exact(outcome.at, scene.zone)
    return "" if isinstance(outcome, times.Missing) else said
