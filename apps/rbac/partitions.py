"""One table a month: made ahead, dropped when old, and only once it is proven sealed.

A month nobody made is no harm: its events lie in the default partition until it is.
"""

import re
from datetime import UTC, date, datetime

from django.conf import settings
from django.db import connection, transaction

from apps.core.logs import logger
from apps.rbac import audit, retirements, seals, verification
from apps.rbac.models import AuditLeaves, AuditRetirement, AuditSeal

# This month and two more: a job that fails for eight weeks is noticed before.
AHEAD = 2
_NAME = re.compile(r"rbac_auditevent_(\d{4})_(\d{2})")


def open_months(today: date | None = None) -> list[date]:
    """Make the months that are missing, also one whose events came without it."""
    this = (today or datetime.now(UTC).date()).replace(day=1)
    wanted = {_later(this, months) for months in range(AHEAD + 1)} | _stray_months()
    made = []
    # A month that was retired stays closed: nothing belongs there any more.
    retired = set(AuditRetirement.objects.values_list("month", flat=True))
    for month in sorted(wanted - retired):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT rbac_audit_open_month(%s)", [month])
            row = cursor.fetchone()
            if row and row[0]:
                made.append(month)
    return made


def retire(today: date | None = None) -> list[date]:
    """Drop the months before the last AUDIT_KEEP_MONTHS whole ones."""
    this = (today or datetime.now(UTC).date()).replace(day=1)
    oldest_kept = _later(this, -max(1, settings.AUDIT_KEEP_MONTHS))
    old = [month for month in months() if month < oldest_kept]
    return [month for month in old if _drop(month)]


def months() -> list[date]:
    """Those that have a table of their own."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
            " WHERE i.inhparent = 'rbac_auditevent'::regclass"
        )
        names = [_NAME.fullmatch(name) for (name,) in cursor.fetchall()]
    return sorted(date(int(name[1]), int(name[2]), 1) for name in names if name)


def _drop(month: date) -> bool:
    """The table goes, the leaves go; the seals and a signed line stay."""
    bounds = {"since": _start(month), "until": _start(_later(month, 1))}
    with transaction.atomic(), connection.cursor() as cursor:
        # No sealer in between. Two seconds, as in rbac_audit_open_month.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [seals.LOCK])
        cursor.execute("SET LOCAL lock_timeout = '2s'")
        where = "at >= %(since)s AND at < %(until)s"
        count = verification.month_stands(month, where, bounds)
        if count is None:
            logger.error("audit_month_not_retired", month=f"{month:%Y-%m}")
            return False
        retirements.sign(month, count)
        cursor.execute(f"DROP TABLE {_table(month)}")
        numbers = AuditSeal.objects.filter(month=month).values("number")
        AuditLeaves.objects.filter(seal__in=numbers).delete()
        private = {"month": f"{month:%Y-%m}", "events": count}
        audit.done("rbac.audit.retire", reason=f"{month:%Y-%m}", private=private)
    logger.info("audit_month_retired", month=f"{month:%Y-%m}", events=count)
    return True


def _stray_months() -> set[date]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT date_trunc('month', at AT TIME ZONE 'UTC')::date"
            " FROM rbac_auditevent_default WHERE at >= '2000-01-01' AND at < '2200-01-01'"
        )
        return {month for (month,) in cursor.fetchall()}


def _table(month: date) -> str:
    return f"rbac_auditevent_{month:%Y_%m}"


def _later(month: date, months: int) -> date:
    years, index = divmod(month.month - 1 + months, 12)
    return date(month.year + years, index + 1, 1)


def _start(month: date) -> datetime:
    return datetime(month.year, month.month, 1, tzinfo=UTC)
