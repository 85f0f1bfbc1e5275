"""Gathers the background tasks of this app, and when they run by themselves."""

from apps.core.tasks import task
from apps.rbac import partitions, seals
from apps.rbac.assignments import end_overdue_roles

__all__ = ["TIMETABLE", "end_overdue_roles", "seal_audit", "turn_audit_months"]

MINUTE, HOUR, DAY = 60, 3_600, 86_400

TIMETABLE = {
    # A role that has run out is noticed by its holder's next request; this is for
    # whoever makes none.
    "end-overdue-roles": ("rbac.end_overdue", MINUTE),
    # Sealed every hour: what happened since the last seal is what an intruder could
    # undo.
    "audit-seal": ("rbac.seal_audit", HOUR),
    "audit-months": ("rbac.turn_audit_months", DAY),
}
# Millions of events take minutes when sealing was off for long, and a run that is cut off
# would begin anew for ever. Twice at once is no harm: they take turns.
_LONG = {"soft_time_limit": 1_800, "time_limit": 1_860}


@task("rbac.seal_audit", **_LONG)
def seal_audit() -> None:
    seals.seal()


@task("rbac.turn_audit_months", **_LONG)
def turn_audit_months() -> None:
    """Make the months ahead, drop the ones that are too old."""
    partitions.open_months()
    partitions.retire()
