"""Gathers the background tasks of this app, and when they run by themselves."""

from apps.webhooks.news import tell
from apps.webhooks.sending import send

__all__ = ["TIMETABLE", "send", "tell"]

TIMETABLE = {
    # What changed is told within seconds of the figures (analytics/tasks.py); and what a
    # lost bell or a dead worker left is found.
    "webhooks-tell": ("webhooks.tell", 2.0),
}
