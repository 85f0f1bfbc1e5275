"""Gathers the background work of this app, and when it runs by itself."""

from apps.integrations.keeping_fresh import EVERY, refresh, refresh_due
from apps.integrations.revoking import revoke

__all__ = ["TIMETABLE", "refresh", "refresh_due", "revoke"]

TIMETABLE = {
    "integrations-refresh": ("integrations.refresh_due", EVERY.total_seconds()),
}
