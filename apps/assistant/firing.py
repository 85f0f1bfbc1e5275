"""A reminder coming due: texted once, on time or honestly late."""

from __future__ import annotations

from datetime import datetime, timedelta

from apps.accounts import quiet_hours
from apps.assistant import phrases, series
from apps.assistant.models import Reminder
from apps.assistant.times import spoken
from apps.sms import numbers, outbox, trust

# Up to here a reminder is on time; up to there it is late; then it was missed.
ON_TIME = timedelta(minutes=5)
LATE = timedelta(hours=2)


def fire(reminder: Reminder, now: datetime) -> None:
    """Text a reminder that is due, locked, and say in its row what came of it."""
    with phrases.spoken_in(phrases.of(reminder.user)):
        _text(reminder, now)


def _text(reminder: Reminder, now: datetime) -> None:
    if quiet_until := quiet_hours.end(reminder.user, now):
        reminder.held_until = quiet_until
        reminder.save(update_fields=["held_until", "updated_at"])
        return
    if reminder.rule:
        _text_newest(reminder, now)
    else:
        _send(reminder, reminder, now)


def _text_newest(reminder: Reminder, now: datetime) -> None:
    """Of all that have come due the newest, once, with how many came before it: after
    an outage nobody wants each of them."""
    *missed, newest = series.come_due(reminder, now)
    single = series.fired(reminder) or series.occurrence(reminder, newest)
    single.due_at, single.held_until = newest, None
    if reminder.held_until and newest < reminder.held_until:
        single.held_until = reminder.held_until
    _send(single, reminder, now, missed=len(missed))
    reminder.fired_at = now
    series.advance(reminder, now)


def _send(single: Reminder, of: Reminder, now: datetime, missed: int = 0) -> None:
    sent = outbox.queue(
        user=of.user,
        body=_body(single, now, missed),
        kind="reminder",
        dedupe_key=f"reminder:{of.public_id}:{single.due_at.timestamp():.0f}",
    )
    single.state = Reminder.State.FIRED
    single.fired_at = now
    # Without a number, or over budget, it stays on the portal's list as missed, and is
    # not tried again: hours later it would only confuse.
    if sent is None:
        single.note = phrases.say("not_texted")
    else:
        single.note = phrases.say("not_afforded") if sent.is_over_budget else ""
    single.save()


def _body(reminder: Reminder, now: datetime, missed: int) -> str:
    phone = numbers.primary(reminder.user)
    if phone is not None and phone.doubt:
        return phrases.say("due_unsure", url=trust.page())
    said = _due(reminder, now)
    if not missed:
        return said
    more = "one_earlier" if missed == 1 else "more_earlier"
    return f"{said} {phrases.say(more, count=missed)}"


def _due(reminder: Reminder, now: datetime) -> str:
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
