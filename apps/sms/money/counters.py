"""What was spent of a budget: counted so that it is never overspent, and nobody waits.

A budget that everybody spends from has several rows, its parts, each with an equal
share of the limit. Whoever spends takes the first part that nobody holds and that has
room. Only where none is found are all of them locked, and what was spent is laid out
evenly again: so the sum keeps to the limit exactly, to the last of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from apps.sms.models import Spending


@dataclass(frozen=True)
class Budget:
    """How much may be spent of one scope in a short and a long window (None: as much
    as one likes); what is spent in a window that began earlier is forgotten."""

    scope: str
    parts: int
    short_from: datetime
    short_ends: datetime
    short_limit: int | None
    long_from: datetime
    long_ends: datetime
    long_limit: int | None
    texts_limit: int | None = None
    user_id: int | None = None


@dataclass(frozen=True)
class Spent:
    """Of all parts together."""

    short: int = 0
    long: int = 0
    texts: int = 0


# Far above any limit, so that "as much as one likes" is a number too.
_NO_LIMIT = 1 << 61
# What is counted of a row, now that the windows of the budget are the current ones.
_SHORT = "CASE WHEN short_from < %(short_from)s THEN 0 ELSE short_micros END"
_LONG = "CASE WHEN long_from < %(long_from)s THEN 0 ELSE long_micros END"
_TEXTS = "CASE WHEN long_from < %(long_from)s THEN 0 ELSE long_texts END"
_TAKE = f"""
UPDATE sms_spending SET
    short_micros = {_SHORT} + %(micros)s, short_from = greatest(short_from, %(short_from)s),
    long_micros = {_LONG} + %(micros)s, long_texts = {_TEXTS} + %(texts)s,
    long_from = greatest(long_from, %(long_from)s)
WHERE id = (
    SELECT id FROM sms_spending WHERE scope = %(scope)s
        AND {_SHORT} + %(micros)s <= %(short_share)s
        AND {_LONG} + %(micros)s <= %(long_share)s
        AND {_TEXTS} + %(texts)s <= %(texts_share)s
    LIMIT 1 FOR UPDATE {{skip}}
)
"""
# Of what was spent in a window: one that has begun since knows nothing of it.
_PUT = f"""
UPDATE sms_spending SET
    short_micros = CASE WHEN %(is_late)s AND short_from > %(short_from)s
        THEN short_micros ELSE {_SHORT} + %(micros)s END,
    long_micros = CASE WHEN %(is_late)s AND long_from > %(long_from)s
        THEN long_micros ELSE {_LONG} + %(micros)s END,
    long_texts = CASE WHEN %(is_late)s AND long_from > %(long_from)s
        THEN long_texts ELSE {_TEXTS} + %(texts)s END,
    short_from = greatest(short_from, %(short_from)s),
    long_from = greatest(long_from, %(long_from)s)
WHERE id = (
    SELECT id FROM sms_spending WHERE scope = %(scope)s
    LIMIT 1 FOR UPDATE {{skip}}
)
"""
_SUM = f"""
SELECT coalesce(sum({_SHORT}), 0), coalesce(sum({_LONG}), 0), coalesce(sum({_TEXTS}), 0)
FROM sms_spending WHERE scope = %(scope)s
"""


class Tight(Exception):
    """No part had room, though together they may have: undo, and take exactly."""


def take(budget: Budget, micros: int, texts: int = 0) -> str:
    """Spend, within the limits, in the caller's transaction; else nothing.

    Answers which window has no room, "short" or "long", or an empty string. Raises
    `Tight`; rows that were looked at may stay locked until the caller's savepoint is
    rolled back.
    """
    # Of a part that is alone, whoever finds it locked waits for what comes of that.
    sql = _TAKE.format(skip="SKIP LOCKED" if budget.parts > 1 else "")
    if _run(sql, budget, micros, texts):
        return ""
    if not Spending.objects.filter(scope=budget.scope).exists():
        _make(budget)
        if _run(sql, budget, micros, texts):
            return ""
    # What others have spent for good: who is far over it locks nothing.
    if full := _full(budget, spent(budget), micros, texts):
        return full
    raise Tight(budget.scope)


def take_exactly(budget: Budget, micros: int, texts: int = 0) -> str:
    """The same under a lock of all parts, which are laid out evenly again."""
    rows = _lock(budget)
    found = _counted(budget, rows)
    if full := _full(budget, found, micros, texts):
        return full
    _lay_out(budget, rows, found, micros, texts)
    return ""


def put(budget: Budget, micros: int, texts: int = 0, *, is_late: bool = False) -> None:
    """Spend whatever the limits say, or give back. `is_late`: the windows are those of
    back then."""
    if _run(_PUT.format(skip="SKIP LOCKED"), budget, micros, texts, is_late):
        return
    _make(budget)
    _run(_PUT.format(skip=""), budget, micros, texts, is_late)


def spent(budget: Budget) -> Spent:
    with connection.cursor() as cursor:
        cursor.execute(_SUM, _values(budget, 0, 0))
        return Spent(*map(int, cursor.fetchone()))


def _run(
    sql: str, budget: Budget, micros: int, texts: int, is_late: bool = False
) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, _values(budget, micros, texts) | {"is_late": is_late})
        return int(cursor.rowcount)


def _values(budget: Budget, micros: int, texts: int) -> dict[str, Any]:
    def share(limit: int | None) -> int:
        return _NO_LIMIT if limit is None else limit // budget.parts

    return {
        "scope": budget.scope,
        "short_from": budget.short_from,
        "long_from": budget.long_from,
        "micros": micros,
        "texts": texts,
        "short_share": share(budget.short_limit),
        "long_share": share(budget.long_limit),
        "texts_share": share(budget.texts_limit),
    }


def _full(budget: Budget, found: Spent, micros: int, texts: int) -> str:
    def over(was: int, more: int, limit: int | None) -> bool:
        return limit is not None and was + more > limit

    if over(found.long, micros, budget.long_limit):
        return "long"
    if over(found.texts, texts, budget.texts_limit):
        return "long"
    return "short" if over(found.short, micros, budget.short_limit) else ""


def _make(budget: Budget) -> None:
    """The rows of a budget, once."""
    Spending.objects.bulk_create(
        (
            Spending(
                scope=budget.scope,
                part=part,
                user_id=budget.user_id,
                short_from=budget.short_from,
                long_from=budget.long_from,
            )
            for part in range(budget.parts)
        ),
        ignore_conflicts=True,
    )


def _lock(budget: Budget) -> Sequence[Spending]:
    rows = Spending.objects.filter(scope=budget.scope).order_by("part")
    if found := list(rows.select_for_update()):
        return found
    _make(budget)
    return list(rows.select_for_update())


def _counted(budget: Budget, rows: Sequence[Spending]) -> Spent:
    return Spent(
        sum(r.short_micros for r in rows if r.short_from >= budget.short_from),
        sum(r.long_micros for r in rows if r.long_from >= budget.long_from),
        sum(r.long_texts for r in rows if r.long_from >= budget.long_from),
    )


def _lay_out(
    budget: Budget, rows: Sequence[Spending], found: Spent, micros: int, texts: int
) -> None:
    def part_of(whole: int, place: int) -> int:
        each, over = divmod(whole, len(rows))
        return each + (place < over)

    for place, row in enumerate(rows):
        row.short_micros = part_of(found.short + micros, place)
        row.long_micros = part_of(found.long + micros, place)
        row.long_texts = part_of(found.texts + texts, place)
        row.short_from = max(row.short_from, budget.short_from)
        row.long_from = max(row.long_from, budget.long_from)
    Spending.objects.bulk_update(
        rows,
        ["short_micros", "long_micros", "long_texts", "short_from", "long_from"],
    )
