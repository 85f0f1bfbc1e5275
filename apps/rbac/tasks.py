"""Gathers the background tasks of this app, and when they run by themselves."""

from apps.rbac.assignments import end_overdue_roles

__all__ = ["TIMETABLE", "end_overdue_roles"]

# A role that has run out is noticed by its holder's next request; this is for whoever
# makes none.
TIMETABLE = {"end-overdue-roles": ("rbac.end_overdue", 60.0)}
