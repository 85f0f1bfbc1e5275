"""What the assistant does by itself, and when."""

from __future__ import annotations

from celery import signals
from django.urls import get_resolver
from django.utils import timezone

from apps.assistant import approvals, briefs, commands, nudges, phrases, reminders
from apps.assistant.brain.summing import summarise
from apps.assistant.sync import core as sync
from apps.core.tasks import task
from apps.sms import bell, turns

__all__ = [
    "TIMETABLE",
    "close_approvals",
    "fire_briefs",
    "fire_due",
    "fire_nudges",
    "fire_syncs",
    "learn",
    "summarise",
]

# Name of the entry -> (task, seconds between two runs). Five seconds: "at 9" may come
# at 9:00:05, nobody notices, and one indexed query costs nothing.
TIMETABLE = {
    "fire-reminders": ("assistant.fire_due", 5.0),
    "close-approvals": ("assistant.close_approvals", 60.0),
    "fire-nudges": ("assistant.fire_nudges", 60.0),
    "fire-briefs": ("assistant.fire_briefs", 20.0),
    "fire-syncs": ("assistant.fire_syncs", 30.0),
}


@signals.worker_init.connect
def learn(**_: object) -> None:
    """Before a worker's processes are forked: what takes a second to read is read once,
    and the first texts after a start wait for none of it."""
    if bell.is_answered_here():
        turns.answerer()
        _ = get_resolver().reverse_dict
        for language in phrases.languages():
            with phrases.spoken_in(language):
                commands.learn()


@task("assistant.fire_due")
def fire_due() -> int:
    """Text what is due. Safe to run twice and side by side."""
    return reminders.fire_due(timezone.now())


@task("assistant.close_approvals")
def close_approvals() -> int:
    """Close what nobody said yes to in time. Safe to run twice and side by side."""
    return approvals.expire(timezone.now())


@task("assistant.fire_nudges")
def fire_nudges() -> int:
    """Ask once more about reminders that nobody answered. Safe to run twice and side by
    side."""
    return nudges.fire_due(timezone.now())


@task("assistant.fire_briefs")
def fire_briefs() -> int:
    """Have the briefs written whose minute has come. Safe to run twice and side by
    side."""
    return briefs.fire_due(timezone.now())


@task("assistant.fire_syncs")
def fire_syncs() -> int:
    """Have calendars compared whose time has come. Safe to run twice and side by side."""
    return sync.fire_due(timezone.now())
