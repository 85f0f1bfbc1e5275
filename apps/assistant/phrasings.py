"""What operators teach the assistant to understand, and what it makes of a text.

A phrasing is one more way to say what a tool does. It is asked after everything that
comes with the release, so it can add to that and never change it, and it counts from the
next text on.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from apps.accounts.models import User
from apps.assistant import (
    commands,
    conversations,
    moments,
    phrases,
    templates,
    times,
    toolbox,
    wording,
)
from apps.assistant.interpreters import suggest
from apps.assistant.models import Phrasing
from apps.assistant.times import retold, spoken
from apps.core import errors
from apps.rbac import audit
from apps.rbac.catalog import Permission
from apps.sms.models import InboundText

# Each place takes any words: many of them would try every way to part a long text.
MOST_PLACES = 3
_PLACE = re.compile(r"\{(\w+)\}")
# What is filled in under another name than that of the tool's argument.
_FILLS: Mapping[str, tuple[str, ...]] = {
    "number": ("target",),
    "numbers": ("target",),
    "span": ("when", "until"),
}


def add(
    *, by: User, language: str, tool: str, says: str, time: str = "", is_active: bool
) -> Phrasing:
    """Raises errors.Invalid, and Conflict where it is there already."""
    row = Phrasing(language=language, tool=tool, says=says, time=time)
    row.is_active = is_active
    return _kept(row, by=by, as_what=Permission.PHRASING_ADD, before=None)


def change(*, by: User, row: Phrasing, **given: Any) -> Phrasing:
    """Raises errors.Invalid and Conflict."""
    before = _facts(row)
    for name, value in given.items():
        setattr(row, name, value)
    return _kept(row, by=by, as_what=Permission.PHRASING_CHANGE, before=before)


def _kept(row: Phrasing, *, by: User, as_what: str, before: Any) -> Phrasing:
    row.says = " ".join(row.says.split())
    insist(row)
    try:
        with transaction.atomic():
            row.save()
            audit.done(as_what, actor=by, obj=row, before=before, after=_facts(row))
    except IntegrityError as error:
        raise errors.Conflict("That is one of them already.") from error
    return row


def _facts(row: Phrasing) -> dict[str, Any]:
    names = ("language", "tool", "says", "time", "is_active")
    return {name: getattr(row, name) for name in names}


def insist(row: Phrasing) -> None:
    """That it can be understood, and fills in what its tool knows. Raises
    errors.Invalid."""
    for trouble in _troubles(row):
        raise errors.Invalid(trouble)


def _troubles(row: Phrasing) -> Iterator[str]:
    if row.language not in phrases.languages():
        yield "The assistant does not speak that language."
    tool = next((each for each in toolbox.every() if each.name == row.tool), None)
    if tool is None:
        yield "There is no such tool."
        return
    if templates.ITEM.sub("", row.says).strip():
        yield "A bracket is open: [may be left out], (one|of several), {filled in}."
    places = _PLACE.findall(row.says)
    if len(places) > MOST_PLACES or len(set(places)) < len(places):
        yield f"At most {MOST_PLACES} places, each once."
    # What may be left out tells nothing apart.
    if not re.search(r"[^\W\d]{2,}", re.sub(r"\[[^\]]*\]|\{\w+\}", " ", row.says)):
        yield "At least one word must be said."
    filled = {each for place in places for each in _FILLS.get(place, (place,))}
    filled |= {"": set(), "span": {"when", "until"}}.get(row.time, {"when"})
    if unknown := filled - {each.name for each in dataclasses.fields(tool.arguments)}:
        yield f"{row.tool} knows nothing of {', '.join(sorted(unknown))}."


@dataclass(frozen=True)
class Call:
    """A tool and what its arguments are filled with: pairs, as one may be "items"."""

    tool: str
    filled: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Trial:
    """What a text would be. `times` are what its time can mean, in words; `reply` is what
    is answered where it is no command."""

    tool: str = ""
    says: str = ""
    is_taught: bool = False
    calls: tuple[Call, ...] = ()
    times: tuple[str, ...] = ()
    reply: str = ""


def tried(text: str, *, language: str, zone: str, now: datetime) -> Trial:
    """What the grammar makes of a text that nothing came before. Does nothing of it."""
    user = User(timezone=zone, locale=language)
    scene = conversations.aside(user)
    scene.now = now
    with phrases.spoken_in(language):
        found = commands.match(scene, text)
        if found is None:
            return Trial(reply=_reply(scene, text))
        return Trial(
            tool=found.command.tool,
            says=found.says,
            is_taught=found.command not in commands.every(),
            calls=tuple(
                Call(intent.tool, tuple(intent.arguments.items()))
                for intent in commands.understand(scene, text)
            ),
            times=tuple(_times(scene, found.caught.get("when", ""))),
        )


def _reply(scene: conversations.Scene, text: str) -> str:
    if key := wording.courtesy(text):
        return phrases.say(key)
    reading = suggest.read(scene, InboundText(body=text))
    return reading.say if reading else ""


def _times(scene: conversations.Scene, said: str) -> Iterator[str]:
    if not said:
        return
    outcome = scene.read(said)
    each: tuple[Any, ...] = ()
    if isinstance(outcome, times.Exact):
        each = (outcome.at,)
    elif isinstance(outcome, times.Choices):
        each = outcome.at
    elif isinstance(outcome, times.Several):
        each = outcome.each
    elif isinstance(outcome, times.Repeats):
        each = outcome.rules
    for one in each:
        if isinstance(one, datetime):
            yield spoken.full(one, scene.zone, now=scene.now, hours=scene.hours)
        else:
            yield retold.rule(one, now=scene.now, hours=scene.hours)
    if not each:
        yield moments.trouble(scene, said)
