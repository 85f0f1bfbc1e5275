"""Asking once more about a reminder that was texted and not answered.

Only people who switched it on, outside of their quiet hours, out of the budget of what we
start, and once for each time that it came.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet

from apps.accounts import quiet_hours
from apps.assistant import phrases
from apps.assistant.models import Reminder
from apps.sms import outbox

FEATURE = "nudges"
AFTER = timedelta(hours=2)
# Half a day later it would only confuse.
NO_LONGER = timedelta(hours=12)
# Who has just texted is at their phone, and has seen it.
LATELY = timedelta(minutes=10)
BATCH = 500


def fire_due(now: datetime) -> int:
    """Ask about all that wait for it; how many. Safe to run twice and side by side."""
    found = list(_due(now).values_list("pk", flat=True)[:BATCH])
    return sum(_nudge(pk, now) for pk in found)


def _due(now: datetime) -> QuerySet[Reminder]:
    """Texted, as nothing else is in its note, and not asked about since."""
    never = Q(nudged_at=None) | Q(nudged_at__lt=F("fired_at"))
    return Reminder.objects.filter(
        never,
        state=Reminder.State.FIRED,
        note="",
        fired_at__lte=now - AFTER,
        fired_at__gt=now - NO_LONGER,
        user__is_active=True,
        user__frozen_at=None,
        user__feature_settings__feature=FEATURE,
        user__feature_settings__is_on=True,
    )


@transaction.atomic
def _nudge(pk: int, now: datetime) -> bool:
    rows = _due(now).select_related("user").filter(pk=pk)
    reminder = rows.select_for_update(skip_locked=True, of=("self",)).first()
    if reminder is None or quiet_hours.end(reminder.user, now):
        return False
    if reminder.user.turn_set.filter(started_at__gt=now - LATELY).exists():
        return False
    assert reminder.fired_at
    with phrases.spoken_to(reminder.user):
        body = phrases.say("nudge", text=reminder.text)
    outbox.queue(
        user=reminder.user,
        body=body,
        kind="reminder",
        dedupe_key=f"nudge:{reminder.public_id}:{reminder.fired_at.timestamp():.0f}",
    )
    reminder.nudged_at = now
    reminder.save(update_fields=["nudged_at", "updated_at"])
    return True
