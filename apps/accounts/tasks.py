"""Gathers the background tasks of this app, and when they run by themselves."""

from apps.accounts.erasure import erase, erase_due
from apps.accounts.exports import forget, make

__all__ = ["TIMETABLE", "erase", "erase_due", "forget", "make"]

TIMETABLE = {"erase-due": ("accounts.erase_due", 3_600)}
