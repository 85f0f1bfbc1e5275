"""Reminders that repeat: what comes next, what is left out, and where its clock hangs.

All of it works on rows that are locked, and saves them.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.utils import timezone

from apps.accounts.models import User
from apps.assistant.models import Reminder
from apps.assistant.recurrence import Recurrence

State = Reminder.State
INSTANT = timedelta(microseconds=1)
# A bare "done" next morning is hardly about last week's reminder.
STILL_FRESH = timedelta(hours=24)


def rule_of(series: Reminder) -> Recurrence:
    """Its rule; raises ValueError when it has none."""
    if (rule := series.recurrence) is None:
        raise ValueError(f"{series} does not repeat")
    return rule


def come_due(series: Reminder, now: datetime) -> list[datetime]:
    """The occurrences that were to be told until now, in order."""
    return rule_of(series).between(series.due_at, now + INSTANT) or [series.due_at]


def advance(series: Reminder, after: datetime) -> None:
    """On to the next occurrence after an instant; without one it is done."""
    upcoming = rule_of(series).next_after(after)
    series.held_until = series.passed_at = None
    if upcoming is None:
        series.state = State.DONE
    else:
        series.due_at = upcoming
    series.save()


def occurrence(series: Reminder, at: datetime) -> Reminder:
    """One of them as a reminder of its own, not yet saved."""
    return Reminder(
        user=series.user,
        text=series.text,
        due_at=at,
        zone=series.zone,
        series=series,
        made_by=series.made_by,
    )


def fired(series: Reminder, since: datetime | None = None) -> Reminder | None:
    """The one that has fired and is not done, locked, unless it is being changed."""
    rows = series.occurrences.filter(state=State.FIRED)
    if since:
        rows = rows.filter(fired_at__gt=since)
    locked = rows.select_for_update(skip_locked=True)
    return locked.order_by("-due_at", "-pk").first()


def just_fired(series: Reminder) -> Reminder | None:
    """What "done" with it can mean."""
    return fired(series, timezone.now() - STILL_FRESH)


def leave_out(series: Reminder, occurrences: list[datetime]) -> None:
    """Without these, and on to what then comes next."""
    rule = rule_of(series)
    for at in occurrences:
        rule = rule.without(at)
    series.repeat(rule)
    advance(series, series.due_at - INSTANT)


def settle(series: Reminder) -> None:
    """What was put back goes on from what was told since, and where the person is."""
    rule, zone, due_at = rule_of(series), series.user.timezone, series.due_at
    if series.zone != zone:
        due_at = rule.moved(zone, due_at)
        series.repeat(rule.in_zone(zone))
    if series.state == State.ACTIVE:
        advance(series, max(filter(None, [due_at - INSTANT, series.fired_at])))
    else:
        series.save()


@receiver(post_save, sender=User)
def _moved(
    instance: User,
    created: bool,
    update_fields: frozenset[str] | None = None,
    **_: object,
) -> None:
    if created or (update_fields is not None and "timezone" not in update_fields):
        return
    follow(instance)


def follow(user: User) -> int:
    """8 AM stays 8 AM: what repeats comes by the clocks of where the person is now.
    Returns how many were changed.

    What was told already is not told again where it is earlier. What is past where it is
    later comes the next time, and comes still where they go back in time.
    """
    now = timezone.now()
    with transaction.atomic():
        rows = Reminder.objects.owned_by(user).repeating()
        moved = list(rows.exclude(zone=user.timezone).select_for_update())
        for series in moved:
            rule = rule_of(series)
            due_at = rule.moved(user.timezone, series.passed_at or series.due_at)
            series.repeat(rule.in_zone(user.timezone))
            advance(series, max(now, due_at - INSTANT))
            if due_at <= now and series.state == State.ACTIVE:
                series.passed_at = due_at
                series.save(update_fields=["passed_at"])
    return len(moved)
