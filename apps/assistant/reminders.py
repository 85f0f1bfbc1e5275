"""Reminders: made, changed and fired, always for one person."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.accounts import quiet_hours
from apps.accounts.models import User
from apps.assistant import phrases
from apps.assistant.models import Reminder, ToolCall
from apps.assistant.times import spoken
from apps.core import errors, prepared
from apps.core.logs import logger
from apps.sms import numbers, outbox, trust

LONGEST_TEXT = 300
# One person's open reminders: far above any use, far below what slows a list.
MOST_OPEN = 500
SNOOZE = timedelta(minutes=10)
MINUTE = timedelta(minutes=1)
# Up to here a reminder is on time; up to there it is late; then it was missed.
ON_TIME = timedelta(minutes=5)
LATE = timedelta(hours=2)
# How many one round fires; the next round is seconds away.
BATCH = 500

State = Reminder.State

# Of a person's open ones: how many, and whether one says the same at that minute.
_OPEN = (
    "SELECT count(*), coalesce("
    "  bool_or(upper(text) = upper(%s) AND due_at >= %s AND due_at < %s), false)"
    " FROM assistant_reminder WHERE user_id = %s AND state IN ('active', 'fired')"
)


def create(
    *,
    user: User,
    text: str,
    due_at: datetime,
    made_by: ToolCall | None = None,
) -> Reminder:
    """Set a reminder at an aware instant; raises errors.Invalid or Conflict.

    The same words in the same minute are one reminder: the second is a Conflict.
    """
    if len(text) > LONGEST_TEXT:
        raise errors.Invalid(phrases.say("too_long"))
    minute = due_at.replace(second=0, microsecond=0)
    asked = [text, minute, minute + MINUTE, user.pk]
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
    prepared.insert(reminder)
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
    """Mark it done. Returns it with the snapshot that `restore` takes."""
    return _change(user, public_id, state=State.DONE)


def delete(*, user: User, public_id: str) -> tuple[Reminder, dict[str, Any]]:
    """Take it off the list. Returns it with the snapshot that `restore` takes."""
    return _change(user, public_id, state=State.DELETED)


def move(
    *, user: User, public_id: str, due_at: datetime
) -> tuple[Reminder, dict[str, Any]]:
    """Set another time. Returns it with the snapshot that `restore` takes."""
    return _change(user, public_id, state=State.ACTIVE, due_at=due_at, fired_at=None)


def snooze(
    *, user: User, public_id: str, due_at: datetime
) -> tuple[Reminder, dict[str, Any]]:
    """Say it again later, and count that. Returns it with its snapshot."""
    snoozes = get(user=user, public_id=public_id).snoozes + 1
    return _change(
        user,
        public_id,
        state=State.ACTIVE,
        due_at=due_at,
        fired_at=None,
        snoozes=snoozes,
    )


def _change(
    user: User, public_id: str, **changes: Any
) -> tuple[Reminder, dict[str, Any]]:
    reminder = get_open(user=user, public_id=public_id)
    before = snapshot(reminder)
    for name, value in changes.items():
        setattr(reminder, name, value)
    reminder.note = ""
    reminder.held_until = None
    reminder.save()
    return reminder, before


def snapshot(reminder: Reminder) -> dict[str, Any]:
    """What a change can alter, as JSON."""
    return {
        "id": str(reminder.public_id),
        "state": reminder.state,
        "due_at": reminder.due_at.isoformat(),
        "fired_at": reminder.fired_at and reminder.fired_at.isoformat(),
        "snoozes": reminder.snoozes,
        "note": reminder.note,
    }


def restore(*, user: User, before: Mapping[str, Any]) -> Reminder:
    """Put a reminder back as the snapshot says; raises errors.NotFound."""
    reminder = get(user=user, public_id=before["id"])
    fired = before["fired_at"]
    reminder.state = before["state"]
    reminder.due_at = datetime.fromisoformat(before["due_at"])
    reminder.fired_at = datetime.fromisoformat(fired) if fired else None
    reminder.snoozes = before["snoozes"]
    reminder.note = before["note"]
    reminder.held_until = None
    reminder.save()
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
            _fire(reminder, now)
    except Exception:
        # Logged and left for the next round, five seconds later.
        logger.exception("reminder_failed", reminder=pk)
        return False
    return True


def _fire(reminder: Reminder, now: datetime) -> None:
    with phrases.spoken_in(phrases.of(reminder.user)):
        _text(reminder, now)


def _text(reminder: Reminder, now: datetime) -> None:
    if quiet_until := quiet_hours.end(reminder.user, now):
        reminder.held_until = quiet_until
        reminder.save(update_fields=["held_until", "updated_at"])
        return
    due = reminder.due_at.timestamp()
    sent = outbox.queue(
        user=reminder.user,
        body=_body(reminder, now),
        kind="reminder",
        dedupe_key=f"reminder:{reminder.public_id}:{due:.0f}",
    )
    reminder.state = State.FIRED
    reminder.fired_at = now
    # Without a number, or over budget, it stays on the portal's list as missed, and is
    # not tried again: hours later it would only confuse.
    if sent is None:
        reminder.note = phrases.say("not_texted")
    else:
        reminder.note = phrases.say("not_afforded") if sent.is_over_budget else ""
    reminder.save(update_fields=["state", "fired_at", "note", "updated_at"])


def _body(reminder: Reminder, now: datetime) -> str:
    phone = numbers.primary(reminder.user)
    if phone is not None and phone.doubt:
        return phrases.say("due_unsure", url=trust.page())
    zone, hours = reminder.user.timezone, reminder.user.clock_hours
    late = now - reminder.due_at
    if reminder.held_until:
        time = spoken.choice(reminder.due_at, zone, now=now, hours=hours)
        return phrases.say("due_held", time=time, text=reminder.text)
    if late <= ON_TIME:
        return phrases.say("due", text=reminder.text)
    if late <= LATE:
        time = spoken.clock(reminder.due_at, zone, hours=hours)
        return phrases.say("due_late", time=time, text=reminder.text)
    time = spoken.full(reminder.due_at, zone, now=now, hours=hours)
    return phrases.say("due_missed", time=time, text=reminder.text)
