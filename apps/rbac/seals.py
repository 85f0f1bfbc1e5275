"""Every hour, a signed statement over the events of that hour, chained to the last one.

Which events are next? Not "ids greater than the last": numbers are given out before
transactions commit, so a lower one may appear later. Each event keeps its transaction
number, each seal the snapshot it was made in:

- ready is an event whose transaction has ended for certain: below the snapshot's
  horizon, or from the future, which a visible one can only be after a dump was restored
  into another server, where counting began anew;
- late is an event with a number the chain has passed; that is in order only if its
  transaction was running when the last seal was made;
- one with a new number is in order if it is not older than the last seal, give or take
  a clock (`CLOCKS`), or its transaction was running then.

What is in no order was put there by somebody else. It is never sealed, so that
`verify_audit` keeps naming it.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection, transaction

from apps.core.logs import logger
from apps.rbac import leaves, signing_key
from apps.rbac.leaves import Leaf
from apps.rbac.models import AuditAnchor, AuditLeaves, AuditSeal

# What two servers' clocks may differ by when one takes over from the other.
CLOCKS = timedelta(minutes=10)
# Seals are made every hour; one that failed is made good by the next.
SEALED_WITHIN = timedelta(hours=2)
# Events under one seal: 2 MB of leaves, and a check reads one seal's at a time.
MOST = 50_000
# One number for every sealer of this database ("audit").
LOCK = 0x6175646974
GENESIS = bytes(32)

# What is visible and ours lies below xmax of the snapshot it is visible in.
_READY = """
(id > %(top)s OR (xid >= %(horizon)s AND xid < %(ceiling)s))
AND (xid < %(now_horizon)s
     OR xid >= (SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint))
"""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`ceiling` is our own transaction's number, given out after the snapshot, so every
    transaction that drew an event's number before has a lower one. (The snapshot's
    xmax would not do: it is one past the last that *ended*.)"""

    horizon: int
    ceiling: int
    at: datetime


def seal() -> list[AuditSeal]:
    """Seal what is ready; two sealers at once make one chain."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        made = list(_make())
    for each in made:
        # An outside log that keeps this line is what the whole chain hangs on.
        logger.info(
            "audit_sealed",
            number=each.number,
            root=bytes(each.root).hex(),
            digest=bytes(each.digest).hex(),
            events=each.count,
            total=each.total,
        )
    return made


def is_in_order(leaf: Leaf, last: AuditSeal | None) -> bool:
    """Whether an event that is not sealed yet can be there by right."""
    if not leaf.is_possible:
        return False
    if last is None:
        return True
    was_running = last.horizon <= leaf.xid < last.ceiling
    if leaf.id <= last.top_id:
        return was_running
    return was_running or leaf.at >= last.sealed_at - CLOCKS


def statement(seal: AuditSeal) -> bytes:
    """What is signed. Everything a seal says but its digest and signature."""
    parts = (
        "switchboard audit seal 1",
        seal.number,
        seal.month.isoformat(),
        seal.count,
        seal.first_id,
        seal.last_id,
        seal.total,
        seal.top_id,
        seal.horizon,
        seal.ceiling,
        seal.sealed_at.isoformat(),
        bytes(seal.root).hex(),
        bytes(seal.previous).hex(),
    )
    return "\n".join(map(str, parts)).encode()


def _make() -> Iterator[AuditSeal]:
    last = AuditSeal.objects.order_by("-number").first()
    anchor = AuditAnchor.objects.filter(pk=1).first()
    if (anchor.number if anchor else 0) != (last.number if last else 0):
        # Goes on behind the anchor: the gap stays visible for ever, and what comes is
        # protected all the same.
        logger.error("audit_chain_cut", anchor=anchor and anchor.number)
    now = _snapshot()
    number = anchor.number if anchor else 0
    previous = bytes(anchor.digest) if anchor else GENESIS
    total, top = (last.total, last.top_id) if last else (0, 0)
    for month, group in _groups(last, now):
        number, total = number + 1, total + len(group)
        top = max(top, group[-1].id)
        made = AuditSeal(
            number=number,
            month=month,
            count=len(group),
            first_id=group[0].id,
            last_id=group[-1].id,
            total=total,
            top_id=top,
            horizon=now.horizon,
            ceiling=now.ceiling,
            sealed_at=now.at,
            root=leaves.root(leaf.digest for leaf in group),
            previous=previous,
        )
        _sign(made)
        made.save(force_insert=True)
        AuditLeaves.objects.create(seal=number, leaves=leaves.packed(group))
        AuditAnchor.objects.update_or_create(
            pk=1, defaults={"number": number, "digest": made.digest}
        )
        previous = bytes(made.digest)
        yield made


def _sign(seal: AuditSeal) -> None:
    said = statement(seal)
    seal.digest = hashlib.sha256(said).digest()
    seal.signature = signing_key.private().sign(said)


def _snapshot() -> Snapshot:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint,"
            " pg_current_xact_id()::text::bigint, clock_timestamp()"
        )
        row = cursor.fetchone()
    assert row is not None  # it always has one row
    return Snapshot(*row)


def _groups(last: AuditSeal | None, now: Snapshot) -> Iterator[tuple[date, list[Leaf]]]:
    """The events of the next seals: one month each, in the order of their ids."""
    groups: dict[date, list[Leaf]] = {}
    for leaf in _next(last, now):
        group = groups.setdefault(leaf.month, [])
        group.append(leaf)
        if len(group) == MOST:
            yield leaf.month, groups.pop(leaf.month)
    yield from sorted(groups.items())


def _next(last: AuditSeal | None, now: Snapshot) -> Iterator[Leaf]:
    values = {
        "top": last.top_id if last else 0,
        "horizon": last.horizon if last else 0,
        "ceiling": last.ceiling if last else 0,
        "now_horizon": now.horizon,
    }
    for leaf in leaves.stream(_READY, values):
        if not is_in_order(leaf, last):
            logger.error("audit_event_out_of_order", event_id=leaf.id)
        elif not (last and leaf.id <= last.top_id and _is_sealed(leaf)):
            yield leaf


def _is_sealed(leaf: Leaf) -> bool:
    """Asked only for an event with a number the chain has passed, which are few."""
    numbers = AuditSeal.objects.filter(
        month=leaf.month, first_id__lte=leaf.id, last_id__gte=leaf.id
    ).values_list("number", flat=True)
    rows = AuditLeaves.objects.filter(seal__in=list(numbers))
    return any(
        leaf.id == sealed
        for row in rows
        for sealed, _ in leaves.split(bytes(row.leaves))
    )
