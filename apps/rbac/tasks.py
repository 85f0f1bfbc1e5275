"""Gathers the background tasks of this app, and when they run by themselves."""

from apps.core.kinds import Queue, job
from apps.rbac import partitions, seals
from apps.rbac.assignments import end_overdue_roles

__all__ = ["TIMETABLE", "end_overdue_roles", "seal_audit", "turn_audit_months"]

MINUTE, HOUR = 60, 3_600

TIMETABLE = {
    # A role that has run out is noticed by its holder's next request; this is for
    # whoever makes none.
    "end-overdue-roles": ("rbac.end_overdue", MINUTE),
    # Sealed every hour: what happened since the last seal is what an intruder could
    # undo.
    "audit-seal": ("rbac.seal_audit", HOUR),
}
# Millions of events take minutes when sealing was off for long, and a run that is cut off
# would begin anew for ever. Twice at once is no harm: they take turns.
_LONG = 1_800


@job(
    "rbac.seal_audit",
    queue=Queue.BULK,
    seconds=_LONG,
    schedulable="Seal the audit",
)
def seal_audit() -> None:
    seals.seal()


@job(
    "rbac.turn_audit_months",
    queue=Queue.BULK,
    seconds=_LONG,
    schedulable="Make and drop months of the audit",
)
def turn_audit_months() -> None:
    """Make the months ahead, drop the ones that are too old."""
    partitions.open_months()
    partitions.retire()
