"""Sealing that does not depend on what else this PostgreSQL is doing."""

import time

from django.db import connection

from apps.rbac import leaves, seals
from apps.rbac.models import AuditLeaves, AuditSeal

# The horizon is that of the whole server, and the tests beside us have transactions too.
_RUNNING = (
    "SELECT EXISTS (SELECT FROM rbac_auditevent WHERE"
    " xid >= (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint) AND"
    " xid < (SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint))"
)


def seal() -> list[AuditSeal]:
    """Once every event's transaction has ended for certain."""
    end = time.monotonic() + 60
    with connection.cursor() as cursor:
        while True:
            cursor.execute(_RUNNING)
            row = cursor.fetchone()
            if row and not row[0]:
                break
            assert time.monotonic() < end, "a transaction does not end"
    return seals.seal()


def sealed_ids() -> list[int]:
    """In the order of the chain."""
    rows = AuditLeaves.objects.order_by("seal")
    return [id_ for row in rows for id_, _ in leaves.split(bytes(row.leaves))]
