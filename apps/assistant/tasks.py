"""What the assistant does by itself, and when."""

from __future__ import annotations

from django.utils import timezone

from apps.assistant import reminders
from apps.core.tasks import task

# Name of the entry -> (task, seconds between two runs). Five seconds: "at 9" may come
# at 9:00:05, nobody notices, and one indexed query costs nothing.
TIMETABLE = {"fire-reminders": ("assistant.fire_due", 5.0)}


@task("assistant.fire_due")
def fire_due() -> int:
    """Text what is due. Safe to run twice and side by side."""
    return reminders.fire_due(timezone.now())
