"""Which reminder is meant: "2", "it", "the dentist", or none named at all."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from apps.assistant import phrases, told
from apps.assistant.conversations import Scene
from apps.assistant.models import Reminder, ToolCall
from apps.assistant.models.conversations import REMINDERS
from apps.assistant.series import STILL_FRESH
from apps.assistant.toolbox import Ask, Option
from apps.core import errors

# What code hands over instead of words: never ambiguous.
BY_ID = "id:"
SNOOZE = "reminders.snooze"
# Reminders that fired this close together can both be what "done" means.
TOGETHER = timedelta(minutes=10)
MOST_CHOICES = 3
LONGEST_LABEL = 40


def short(text: str) -> str:
    """Words on one line, cut to fit one of a menu."""
    text = " ".join(text.split())
    if len(text) <= LONGEST_LABEL:
        return text
    return text[: LONGEST_LABEL - 3].rstrip() + "..."


def find(
    scene: Scene,
    said: str,
    arguments: dict[str, Any],
    *,
    spoken_of: bool = False,
    fired_only: bool = False,
) -> str:
    """The public id of the one open reminder that `said` means.

    With nothing said it is the one that has just fired, and with `spoken_of` else the
    one last spoken of; with `fired_only` else the one that was just snoozed, and none
    that is still to come. Raises NotFound when nothing fits, and Ask with numbered
    answers, each being `arguments` with its target settled, when several do or when
    what fits is still to come.
    """
    if said.startswith(BY_ID):
        return _by_id(said.removeprefix(BY_ID))
    if closed := _closed(scene, said):
        return closed
    if phrases.folded(said) in phrases.words().answers["all"]:
        raise errors.Invalid(phrases.say("one_by_one"))
    if said.isdigit():
        return _numbered(scene, int(said))
    is_unfired = fired_only and not said and not _fired(scene)
    if is_unfired and (snoozed := _snoozed(scene)):
        return snoozed
    found = _named(scene, said) if said else _unnamed(scene, spoken_of)
    found = _one_of_each(found, fired_only)
    if not found:
        sentence = phrases.say("no_match", target=short(said)) if said else ""
        raise errors.NotFound(sentence or phrases.say("no_target"))
    if len(found) > 1 or is_unfired:
        key = "which_unfired" if is_unfired else "which_one"
        if len(found) > MOST_CHOICES:
            key = "which_unfired_of_many" if is_unfired else "which_of_many"
        raise _ask(scene, key, found, arguments)
    return str(found[0].public_id)


def _by_id(said: str) -> str:
    try:
        return str(uuid.UUID(said))
    except ValueError:
        raise errors.NotFound(phrases.say("no_target")) from None


def find_repeating(
    scene: Scene,
    said: str,
    arguments: dict[str, Any],
    fits: Callable[[Reminder], bool] = lambda reminder: True,
) -> str:
    """As `find`, among those that repeat; with nothing said those that fit come first.
    Raises Invalid for one that does not repeat."""
    rows = Reminder.objects.owned_by(scene.user)
    if not said:
        every = list(rows.repeating())
        found = [each for each in every if fits(each)] or every
        found = _focused(scene, found) or found
        if not found:
            raise errors.NotFound(phrases.say("none_repeats"))
        if len(found) > 1:
            raise _ask(scene, "which_one", found, arguments)
        return str(found[0].public_id)
    public_id = find(scene, said, arguments, spoken_of=True)
    reminder = rows.select_related("series").filter(public_id=public_id).first()
    if reminder and reminder.series:
        # What has fired is over; what is meant comes next.
        reminder = reminder.series
    if reminder is None or not reminder.rule:
        text = short(reminder.text if reminder else said)
        raise errors.Invalid(phrases.say("comes_once", text=text))
    return str(reminder.public_id)


def _ask(
    scene: Scene, key: str, found: list[Reminder], arguments: dict[str, Any]
) -> Ask:
    return Ask(
        phrases.say(key, count=len(found)),
        arguments=arguments,
        slot="target",
        options=[_option(scene, each, arguments) for each in found[:MOST_CHOICES]],
    )


def _one_of_each(found: list[Reminder], fired_only: bool) -> list[Reminder]:
    """Of one that repeats either what has fired or the whole, whichever is meant."""
    have = {reminder.pk for reminder in found}
    have_fired = {r.series_id for r in found if r.state == Reminder.State.FIRED}
    if fired_only:
        return [r for r in found if r.pk not in have_fired]
    return [
        r for r in found if r.state != Reminder.State.FIRED or r.series_id not in have
    ]


def _option(scene: Scene, reminder: Reminder, arguments: dict[str, Any]) -> Option:
    time = told.when(scene, reminder.due_at, reminder.recurrence)
    label = phrases.say("option_reminder", text=short(reminder.text), time=time)
    return Option(label, {**arguments, "target": f"{BY_ID}{reminder.public_id}"})


def _numbered(scene: Scene, number: int) -> str:
    shown = scene.shown_of(REMINDERS)
    if not shown and scene.conversation.shown:
        # A list of something else was shown last, and numbers are those of that.
        raise errors.NotFound(phrases.say("no_number", number=number))
    if not shown:
        # Nothing was listed yet: the number counts in the order a list would have.
        rows = Reminder.objects.owned_by(scene.user).open()
        shown = [str(row.public_id) for row in rows]
        scene.count_from(REMINDERS, shown)
    if not 1 <= number <= len(shown):
        raise errors.NotFound(phrases.say("no_number", number=number))
    return shown[number - 1]


def _named(scene: Scene, said: str) -> list[Reminder]:
    answers = phrases.words().answers
    rows = list(Reminder.objects.owned_by(scene.user).open())
    if phrases.folded(said) in answers["it"]:
        focused = _focused(scene, rows)
        return _just_fired(scene, focused) or focused or _unnamed(scene, spoken_of=True)
    wanted = [w for w in phrases.folded(said).split() if w not in answers["articles"]]
    fits = [row for row in rows if has(row.text, wanted)]
    same = [row for row in fits if row.text.lower() == said.lower()]
    return same if len(same) == 1 else fits


def _closed(scene: Scene, said: str) -> str:
    """The id of "it" when it is done or deleted and nothing has fired since: the tool
    says so rather than change another one."""
    if phrases.folded(said) not in phrases.words().answers["it"]:
        return ""
    rows = Reminder.objects.owned_by(scene.user)
    focus = scene.focus_of(REMINDERS)
    gone = rows.filter(state__in=(Reminder.State.DONE, Reminder.State.DELETED))
    is_gone = bool(focus) and gone.filter(public_id=focus).exists()
    return focus if is_gone and not _fired(scene) else ""


def _focused(scene: Scene, rows: list[Reminder]) -> list[Reminder]:
    return [row for row in rows if str(row.public_id) == scene.focus_of(REMINDERS)]


def _just_fired(scene: Scene, focused: list[Reminder]) -> list[Reminder]:
    """What has fired last, if it is of what was spoken of."""
    known = {reminder.pk for reminder in focused}
    return [each for each in _fired(scene) if each.series_id in known]


def has(text: str, wanted: list[str]) -> bool:
    """Every wanted word begins a word of the text: "dent" finds "dentist"."""
    words = phrases.folded(text).split()
    return bool(wanted) and all(
        any(w.startswith(phrases.folded(x)) for w in words) for x in wanted
    )


def _unnamed(scene: Scene, spoken_of: bool) -> list[Reminder]:
    """What has just fired, else what was spoken of, else all that is to come."""
    if fired := _fired(scene):
        return fired
    upcoming = list(Reminder.objects.owned_by(scene.user).upcoming())
    return (_focused(scene, upcoming) if spoken_of else []) or upcoming


def _snoozed(scene: Scene) -> str:
    """The id of the reminder of the last change, when that was a snooze."""
    changes = ToolCall.objects.owned_by(scene.user).changes()
    if scene.call:
        changes = changes.exclude(pk=scene.call.pk)
    last = changes.filter(created_at__gt=scene.now - STILL_FRESH).last()
    is_snooze = last and (last.tool, last.state) == (SNOOZE, ToolCall.State.DONE)
    return str(last.result["focus"]) if last and is_snooze else ""


def _fired(scene: Scene) -> list[Reminder]:
    """What has fired last, with what fired beside it."""
    fresh = Reminder.objects.owned_by(scene.user).filter(
        state=Reminder.State.FIRED, fired_at__gt=scene.now - STILL_FRESH
    )
    fired = list(fresh.order_by("-fired_at", "-due_at", "-pk"))
    latest = fired[0].fired_at if fired else None
    if latest is None:
        return []
    return [r for r in fired if r.fired_at and latest - r.fired_at <= TOGETHER]
