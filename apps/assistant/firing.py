"""A reminder coming due: texted once, on time or honestly late."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models.signals import post_save
from django.dispatch import receiver
from django.utils import timezone

from apps.accounts import quiet_hours
from apps.accounts.models import User
from apps.assistant import phrases, series
from apps.assistant.models import Reminder
from apps.assistant.times import spoken
from apps.sms import numbers, outbox, trust

# Up to here a reminder is on time; up to there it is late; then it was missed.
ON_TIME = timedelta(minutes=5)
LATE = timedelta(hours=2)


def fire(reminder: Reminder, now: datetime) -> None:
    """Text a reminder that is due, locked, and say in its row what came of it."""
    with phrases.spoken_to(reminder.user):
        _text(reminder, now)


def _text(reminder: Reminder, now: datetime) -> None:
    if quiet_hours.end(reminder.user, now):
        _hold(reminder, now)
        return
    if reminder.rule:
        _text_newest(reminder, now)
    else:
        _send(reminder, reminder, now)


def _hold(reminder: Reminder, now: datetime) -> None:
    """Until what holds it ends, as it is now: whoever changes that comes before this, or
    sees what this has held. Where they are at it, the next round says."""
    people = User.objects.select_for_update(no_key=True, skip_locked=True)
    person = people.filter(pk=reminder.user_id).first()
    if person and (until := quiet_hours.end(person, now)):
        reminder.held_until = until
        reminder.save(update_fields=["held_until", "updated_at"])


@receiver(post_save, sender=User)
def let_go(instance: User, update_fields: frozenset[str] | None, **_: object) -> None:
    """What was held is looked at anew: it comes at once, or at the new end."""
    if update_fields is None or update_fields & quiet_hours.FIELDS:
        now = timezone.now()
        held = Reminder.objects.owned_by(instance).upcoming().filter(held_until__gt=now)
        held.update(held_until=now)


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
        return phrases.say(_why_held(reminder), time=time, text=reminder.text)
    if late <= ON_TIME:
        return phrases.say("due", text=reminder.text)
    if late <= LATE:
        time = spoken.clock(reminder.due_at, zone, hours=hours)
        return phrases.say("due_late", time=time, text=reminder.text)
    time = spoken.full(reminder.due_at, zone, now=now, hours=hours)
    return phrases.say("due_missed", time=time, text=reminder.text)


def _why_held(reminder: Reminder) -> str:
    """As it is now; whatever held it may be over, and forgotten."""
    if quiet_hours.is_paused(reminder.user, reminder.due_at):
        return "due_paused"
    is_quiet = quiet_hours.end(reminder.user, reminder.due_at)
    return "due_held" if is_quiet else "due_waited"
