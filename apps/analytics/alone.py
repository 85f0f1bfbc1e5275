"""One at a time adds to the sums: two would wait for each other, in any order."""

from apps.core import prepared

LOCK = "analytics.drain"


def is_mine() -> bool:
    """Whether nobody else is at it, to the end of the caller's transaction."""
    asked = "SELECT pg_try_advisory_xact_lock(hashtext(%s))"
    ((is_ours,),) = prepared.rows(asked, [LOCK])
    return bool(is_ours)
