"""Gathers the background tasks of this app, and when they run by themselves."""

from apps.sms.simulator import deliver
from apps.sms.worker import SWEEP, drain

__all__ = ["TIMETABLE", "deliver", "drain"]

# The sweeper: whatever a lost bell or a dead worker left is found within this time.
TIMETABLE = {"sms-sweep": ("sms.drain", SWEEP.total_seconds())}
