"""Reminders: made, changed and fired, always for one person."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.assistant import firing, left, phrases, series
from apps.assistant.models import Reminder, ToolCall
from apps.assistant.recurrence import Recurrence
from apps.assistant.times import spoken
from apps.core import errors, prepared
from apps.core.logs import logger

LONGEST_TEXT = 300
# One person's open reminders: far above any use, far below what slows a list.
MOST_OPEN = 500
SNOOZE = timedelta(minutes=10)
MINUTE = timedelta(minutes=1)
# How many one round fires; the next round is seconds away.
BATCH = 500

State = Reminder.State

# Of a person's open ones: how many, and whether one says the same at that minute, and
# comes as often.
_OPEN = (
    "SELECT count(*), coalesce("
    "  bool_or(upper(text) = upper(%s) AND due_at >= %s AND due_at < %s"
    "   AND rule = %s), false)"
    " FROM assistant_reminder WHERE user_id = %s AND state IN ('active', 'fired')"
)


_ONE = (
    f"SELECT {prepared.columns(Reminder, 'one')}, series.public_id"
    " FROM assistant_reminder one"
    " LEFT JOIN assistant_reminder series ON series.id = one.series_id"
    " WHERE one.user_id = %s AND one.public_id = %s"
)


def create(
    *,
    user: User,
    text: str,
    due_at: datetime | None = None,
    repeats: Recurrence | None = None,
    made_by: ToolCall | None = None,
) -> Reminder:
    """Set a reminder at an aware instant, or one that repeats; raises errors.Invalid
    or Conflict.

    The same words in the same minute are one reminder: the second is a Conflict.
    """
    if len(text) > LONGEST_TEXT:
        raise errors.Invalid(phrases.say("too_long"))
    if repeats:
        due_at = repeats.next_after(timezone.now())
    if due_at is None:
        raise errors.Invalid(phrases.say("past"))
    minute = due_at.replace(second=0, microsecond=0)
    # One that comes again is another than one that comes once.
    rule = repeats.kept()["rule"] if repeats else ""
    asked = [text, minute, minute + MINUTE, rule, user.pk]
    ((count, is_set),) = prepared.rows(_OPEN, asked)
    if is_set:
        time = spoken.full(
            due_at, user.timezone, now=timezone.now(), hours=user.clock_hours
        )
        raise errors.Conflict(phrases.say("already_set", time=time))
    if count >= MOST_OPEN:
        raise errors.Conflict(phrases.say("too_many", count=count))
    reminder = Reminder(
        user=user, text=text, due_at=due_at, zone=user.timezone, made_by=made_by
    )
    if repeats:
        reminder.repeat(repeats)
    prepared.insert(reminder)
    return reminder


def read(*, user: User, public_id: UUID) -> Reminder:
    """The person's own reminder, with the one that it is an occurrence of; raises
    errors.NotFound."""
    found = prepared.rows(_ONE, [user.pk, public_id])
    if not found:
        raise errors.NotFound(phrases.say("no_target"))
    *row, series_id = found[0]
    reminder = prepared.made(Reminder, row)
    if series_id is not None:
        names = ("id", "public_id")
        reminder.series = prepared.instance(
            Reminder, names, (reminder.series_id, series_id)
        )
    return reminder


def get(*, user: User, public_id: str) -> Reminder:
    """The person's own reminder, locked for a change; raises errors.NotFound."""
    try:
        wanted = uuid.UUID(public_id)
        rows = Reminder.objects.owned_by(user).select_for_update()
        return rows.get(public_id=wanted)
    except (ValueError, Reminder.DoesNotExist):
        raise errors.NotFound(phrases.say("no_target")) from None


def get_open(*, user: User, public_id: str) -> Reminder:
    """As `get`; raises errors.Conflict too, when it is done or deleted."""
    reminder = get(user=user, public_id=public_id)
    if reminder.state in (State.DONE, State.DELETED):
        key = "already_done" if reminder.state == State.DONE else "already_deleted"
        raise errors.Conflict(phrases.say(key, text=reminder.text))
    return reminder


def complete(*, user: User, public_id: str) -> tuple[Reminder, dict[str, Any]]:
    """Mark it done; of one that repeats what has fired, else what comes next. Returns
    it with the snapshot that `restore` takes."""
    reminder = get_open(user=user, public_id=public_id)
    if not reminder.rule:
        return _change(reminder, state=State.DONE)
    if fired := series.just_fired(reminder):
        return _change(fired, state=State.DONE)
    return skip(user=user, public_id=public_id, occurrences=[reminder.due_at])


def delete(*, user: User, public_id: str) -> tuple[Reminder, dict[str, Any]]:
    """Take it off the list, with all that came of it if it repeats. Returns it with
    the snapshot that `restore` takes."""
    reminder = get_open(user=user, public_id=public_id)
    others = list(reminder.occurrences.open().select_for_update())
    also = [_change(other, state=State.DELETED)[1] for other in others]
    reminder, before = _change(reminder, state=State.DELETED)
    return reminder, {**before, "also": also}


def skip(
    *, user: User, public_id: str, occurrences: list[datetime]
) -> tuple[Reminder, dict[str, Any]]:
    """Leave these out of one that repeats. Returns it with its snapshot."""
    reminder = get_open(user=user, public_id=public_id)
    before = snapshot(reminder)
    series.leave_out(reminder, occurrences)
    return reminder, before


def move(
    *, user: User, public_id: str, due_at: datetime, snoozes: int = 0
) -> tuple[Reminder, dict[str, Any]]:
    """Set another time; of one that repeats, of the next occurrence alone, which is
    what is then returned. With the snapshot that `restore` takes."""
    reminder = get_open(user=user, public_id=public_id)
    if not reminder.rule:
        return _change(
            reminder,
            state=State.ACTIVE,
            due_at=due_at,
            fired_at=None,
            snoozes=reminder.snoozes + snoozes,
        )
    before = snapshot(reminder)
    single = series.occurrence(reminder, due_at)
    single.snoozes = snoozes
    single.save()
    series.leave_out(reminder, [reminder.due_at])
    gone = {**snapshot(single), "state": State.DELETED}
    return single, {**before, "also": [gone]}


def repeat(
    *, user: User, public_id: str, rule: Recurrence
) -> tuple[Reminder, dict[str, Any]]:
    """Give it a rule from now on. Returns it with the snapshot that `restore` takes."""
    reminder = get_open(user=user, public_id=public_id)
    before = snapshot(reminder)
    reminder.repeat(rule)
    reminder.state, reminder.note = State.ACTIVE, ""
    series.advance(reminder, timezone.now())
    return reminder, before


def snooze(
    *, user: User, public_id: str, due_at: datetime
) -> tuple[Reminder, dict[str, Any]]:
    """Say it again later, and count that; of one that repeats what has fired, else
    what comes next. Returns it with its snapshot."""
    reminder = get_open(user=user, public_id=public_id)
    if reminder.rule and (fired := series.just_fired(reminder)):
        public_id = str(fired.public_id)
    return move(user=user, public_id=public_id, due_at=due_at, snoozes=1)


def reword(*, user: User, public_id: str, text: str) -> tuple[Reminder, dict[str, Any]]:
    """Give it other words. Returns it with the snapshot that `restore` takes. Raises
    errors.Invalid as well."""
    text = " ".join(text.split())
    if not text or len(text) > LONGEST_TEXT:
        raise errors.Invalid(phrases.say("too_long" if text else "what"))
    reminder = get_open(user=user, public_id=public_id)
    before = {**snapshot(reminder), "text": reminder.text}
    reminder.text = text
    reminder.save(update_fields=["text", "updated_at"])
    return reminder, left.by(before, _wanted(reminder))


def _change(reminder: Reminder, **changes: Any) -> tuple[Reminder, dict[str, Any]]:
    before = snapshot(reminder)
    for name, value in changes.items():
        setattr(reminder, name, value)
    reminder.note = ""
    reminder.held_until = None
    reminder.save()
    return reminder, left.by(before, _wanted(reminder))


def _wanted(reminder: Reminder) -> list[Any]:
    """What people change of it; that it comes due is no change of theirs."""
    due_at = "" if reminder.rule else reminder.due_at.isoformat()
    return [reminder.text, reminder.rule, reminder.exceptions, due_at]


def unmade(reminder: Reminder) -> dict[str, Any]:
    """What takes back that it was set."""
    return {**snapshot(reminder), "state": State.DELETED}


def snapshot(reminder: Reminder) -> dict[str, Any]:
    """What a change can alter, as JSON."""
    return {
        "id": str(reminder.public_id),
        "state": reminder.state,
        "due_at": reminder.due_at.isoformat(),
        "fired_at": reminder.fired_at and reminder.fired_at.isoformat(),
        "snoozes": reminder.snoozes,
        "note": reminder.note,
        "rule": reminder.rule,
        "starts": reminder.starts,
        "exceptions": reminder.exceptions,
        "zone": reminder.zone,
    }


def restore(*, user: User, before: Mapping[str, Any]) -> Reminder:
    """Put a reminder back as the snapshot says; raises errors.NotFound, and Conflict
    where it was changed since."""
    reminder = get(user=user, public_id=before["id"])
    left.insist_same(before, _wanted(reminder))
    fired = before["fired_at"]
    repeated = bool(reminder.rule)
    reminder.state = before["state"]
    reminder.due_at = datetime.fromisoformat(before["due_at"])
    for name in ("text", "snoozes", "note", "rule", "starts", "exceptions", "zone"):
        setattr(reminder, name, before.get(name, getattr(reminder, name)))
    if not (repeated and reminder.rule):
        reminder.fired_at = datetime.fromisoformat(fired) if fired else None
    reminder.held_until = None
    reminder.save()
    if reminder.rule:
        series.settle(reminder)
    for other in before.get("also", []):
        restore(user=user, before=other)
    return reminder


def fire_due(now: datetime) -> int:
    """Text every reminder due at `now`, each once; returns how many were handled.

    A row is claimed with SKIP LOCKED and changed in the transaction that queues its
    text, so workers side by side share the work and a killed one loses nothing. Each
    is on its own: somebody's trouble holds up nobody else's reminder.
    """
    due = Reminder.objects.due(now).values_list("pk", flat=True)[:BATCH]
    return sum(_fire_one(pk, now) for pk in list(due))


def _fire_one(pk: int, now: datetime) -> bool:
    try:
        with transaction.atomic():
            rows = Reminder.objects.due(now).select_related("user").filter(pk=pk)
            reminder = rows.select_for_update(skip_locked=True, of=("self",)).first()
            if reminder is None:
                return False
            firing.fire(reminder, now)
    except Exception:
        # Logged and left for the next round, five seconds later.
        logger.exception("reminder_failed", reminder=pk)
        return False
    return True
