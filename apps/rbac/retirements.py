"""What retention leaves behind of a month: a signed line, and the seals themselves."""

from datetime import date

from django.utils import timezone

from apps.rbac import signing_key
from apps.rbac.models import AuditRetirement


def sign(month: date, count: int) -> AuditRetirement:
    """In the transaction that drops the month."""
    made = AuditRetirement(month=month, count=count, retired_at=timezone.now())
    made.signature = signing_key.private().sign(statement(made))
    made.save(force_insert=True)
    return made


def statement(each: AuditRetirement) -> bytes:
    parts = (
        "switchboard audit retirement 1",
        each.month.isoformat(),
        each.count,
        each.retired_at.isoformat(),
    )
    return "\n".join(map(str, parts)).encode()
