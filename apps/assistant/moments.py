"""The instant a person means, or the rule, or the question that will tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from apps.assistant import phrases, times, told
from apps.assistant.conversations import Scene
from apps.assistant.recurrence import Recurrence
from apps.assistant.times import retold, spoken
from apps.assistant.toolbox import Ask, Option
from apps.core import errors

# Of a day that is meant whole.
LATE = time(23, 59)


def find(
    scene: Scene,
    arguments: Mapping[str, Any],
    *,
    ask: str = "",
    day: date | None = None,
    clock: time | None = None,
) -> datetime:
    """The one instant in `arguments["when"]`; raises Ask as `plan` does, and for a
    repetition too."""
    found = plan(scene, arguments, ask=ask, day=day, clock=clock)
    if isinstance(found, datetime):
        return found
    fresh = {**arguments, "when": ""}
    raise Ask(phrases.say("once_only"), arguments=fresh, slot="when")


def plan(
    scene: Scene,
    arguments: Mapping[str, Any],
    *,
    ask: str = "",
    day: date | None = None,
    clock: time | None = None,
) -> datetime | Recurrence:
    """The instant in `arguments["when"]`, or the rule if it asks for a repetition.

    A clock without a day is on `day`, and a day without a clock at `clock`, if given.

    Raises Ask with the sentence `ask` when it is missing, with numbered answers when
    it can mean several, and with the reason when it cannot be kept.
    """
    said = arguments["when"]
    outcome = _in_any_language(scene, said, day, clock)
    if isinstance(outcome, times.Exact) and outcome.at <= timezone.now():
        # It was still ahead when it was said, and the text has waited since.
        outcome = times.Impossible("past")
    if isinstance(outcome, times.Exact):
        return outcome.at
    if isinstance(outcome, times.Repeats) and len(outcome.rules) == 1:
        return outcome.rules[0]
    # Of what was said nothing is of use to an answer in words, except to one of a time
    # that is only unclear: "at 7" answered by "in the evening".
    fresh = {**arguments, "when": ""}
    if isinstance(outcome, times.Choices):
        raise _choose(scene, "which_time", outcome.at, arguments)
    if isinstance(outcome, times.Several):
        raise _choose(scene, "one_time", outcome.each, fresh)
    if isinstance(outcome, times.Repeats) and outcome.rules:
        raise _choose(scene, "which_time", outcome.rules, arguments)
    raise Ask(_reason(outcome, said) or ask, arguments=fresh, slot="when")


def _in_any_language(
    scene: Scene, said: str, day: date | None, clock: time | None
) -> times.Outcome:
    """What is no time in the person's language may be one in another: a model hands over
    words of its own."""
    for language in phrases.tried():
        with phrases.spoken_in(language):
            outcome = scene.read(said, day=day, clock=clock)
        if not isinstance(outcome, times.Missing):
            return outcome
    return times.Missing()


def _reason(outcome: times.Outcome, said: str) -> str:
    """Why nothing can be set at what was said; "" when there was no time in it."""
    if isinstance(outcome, times.Impossible):
        return phrases.say(outcome.reason)
    if isinstance(outcome, times.Repeats):
        return phrases.say("repeats_when")
    return phrases.say("not_a_time") if said else ""


def _choose(
    scene: Scene,
    key: str,
    each: Sequence[datetime | Recurrence],
    arguments: Mapping[str, Any],
) -> Ask:
    labels = [_named(scene, one) for one in each]
    if len({*labels}) < len(labels):
        # They differ in when they begin.
        labels = [_named(scene, one, has_next=True) for one in each]
    options = [
        Option(label, {**arguments, "when": _exact(scene, one)})
        for label, one in zip(labels, each, strict=True)
    ]
    return Ask(phrases.say(key), arguments=arguments, slot="when", options=options)


def day(scene: Scene, iso: str) -> str:
    """A date said as people say it, "Fri 27 Nov"."""
    noon = datetime.combine(date.fromisoformat(iso), time(12), ZoneInfo(scene.zone))
    return spoken.day(noon, scene.zone, now=scene.now)


def _named(scene: Scene, one: datetime | Recurrence, *, has_next: bool = False) -> str:
    if isinstance(one, datetime):
        return spoken.choice(one, scene.zone, now=scene.now, hours=scene.hours)
    if has_next:
        return told.when(scene, one.begins, one)
    return retold.rule(one, now=scene.now, hours=scene.hours)


def _exact(scene: Scene, one: datetime | Recurrence) -> str:
    if isinstance(one, datetime):
        return spoken.exact(one, scene.zone)
    return retold.exact(one, now=scene.now)


def offered(scene: Scene, said: str, exact: Sequence[str]) -> str:
    """The one of several exact times that an answer in words tells: of 5 PM on two
    Fridays "4 dec" is the second. "" when it tells none of them, or more than one."""
    fits = [each for each in exact if each and _fits(scene, said, each)]
    return fits[0] if len(fits) == 1 else ""


def _fits(scene: Scene, said: str, exact: str) -> bool:
    offer = scene.read(exact)
    if isinstance(offer, times.Repeats):
        outcome = scene.read(said)
        return (
            isinstance(outcome, times.Exact)
            and len(offer.rules) == 1
            and offer.rules[0].comes_at(outcome.at)
        )
    wall = datetime.fromisoformat(exact)
    outcome = scene.read(said, day=wall.date(), clock=wall.time())
    return (
        isinstance(outcome, times.Exact)
        and spoken.exact(outcome.at, scene.zone) == exact
    )


def trouble(scene: Scene, said: str) -> str:
    """Why nothing can be set at what was said; "" when something can."""
    outcome = scene.read(said)
    is_open = isinstance(outcome, times.Repeats) and not outcome.rules
    is_trouble = is_open or isinstance(outcome, times.Impossible | times.Missing)
    return _reason(outcome, said) if is_trouble else ""


def kept(scene: Scene, said: str) -> str:
    """The phrase in a form that means the same instant when it is read later."""
    outcome = scene.read(said)
    if isinstance(outcome, times.Exact):
        return spoken.exact(outcome.at, scene.zone)
    if isinstance(outcome, times.Repeats) and len(outcome.rules) == 1:
        return retold.exact(outcome.rules[0], now=scene.now)
    return "" if isinstance(outcome, times.Missing) else said


def later(at: datetime, by: str, zone: str) -> datetime:
    """So much later, "an hour" or "30 minutes". Raises errors.Invalid."""
    said = phrases.words().answers["ranges"]["ahead"].format(length=by)
    found = times.read(said, now=at, zone=zone)
    if not isinstance(found, times.Exact):
        raise errors.Invalid(phrases.say("not_a_time"))
    return found.at
