"""What was spent of a budget: counted so that it is never overspent, and nobody waits.

A budget that everybody spends from has several rows, its parts, each with an equal
share of the limit. Whoever spends takes the first part that nobody holds and that has
room, as long as no part is above its share: by a limit that was lowered, or by what was
put there whatever the limits say. Then, and where none has room, all of them are locked,
and what was spent is laid out evenly again: so the sum keeps to the limit exactly, to
the last of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from apps.core import prepared
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

    def ends(self, window: str) -> datetime:
        return self.long_ends if window == "long" else self.short_ends


@dataclass(frozen=True)
class Spent:
    """Of all parts together."""

    short: int = 0
    long: int = 0
    texts: int = 0


# Far above any limit, so that "as much as one likes" is a number too.
_NO_LIMIT = 1 << 61
# What is counted of a row, now that the windows of the budget are the current ones.
_SHORT = "CASE WHEN s.short_from < w.short_from THEN 0 ELSE s.short_micros END"
_LONG = "CASE WHEN s.long_from < w.long_from THEN 0 ELSE s.long_micros END"
_TEXTS = "CASE WHEN s.long_from < w.long_from THEN 0 ELSE s.long_texts END"
_WANTED = """
WITH wanted (scope, short_from, long_from, short_share, long_share, texts_share) AS (
    VALUES {rows}
)"""
_ROW = """(
    %s::text, %s::timestamptz, %s::timestamptz, %s::bigint, %s::bigint, %s::bigint
)"""
# Whether any part is above its share; the shares of the others are not to be filled then.
_IS_ANY_ABOVE = f"""SELECT FROM sms_spending s WHERE s.scope = w.scope
    AND ({_SHORT} > w.short_share OR {_LONG} > w.long_share OR {_TEXTS} > w.texts_share)"""
# One part of each, that nobody holds. What is put there meanwhile comes after this.
_TAKE = f"""{_WANTED},
w AS MATERIALIZED (
    SELECT w.*, part.id FROM wanted w CROSS JOIN LATERAL (
        SELECT s.id FROM sms_spending s WHERE s.scope = w.scope
            AND {_SHORT} + %s <= w.short_share
            AND {_LONG} + %s <= w.long_share
            AND {_TEXTS} + %s <= w.texts_share
            AND NOT EXISTS ({_IS_ANY_ABOVE})
        LIMIT 1 FOR UPDATE SKIP LOCKED
    ) part
)
UPDATE sms_spending s SET
    short_micros = {_SHORT} + %s, long_micros = {_LONG} + %s, long_texts = {_TEXTS} + %s,
    short_from = greatest(s.short_from, w.short_from),
    long_from = greatest(s.long_from, w.long_from)
FROM w WHERE s.id = w.id AND (SELECT count(*) FROM w) = %s
RETURNING s.scope
"""
# Of what was spent in a window: one that has begun since knows nothing of it. The part
# with the most room has it, so that none is soon above its share.
_PUT = f"""{_WANTED},
w AS MATERIALIZED (
    SELECT w.*, part.id FROM wanted w CROSS JOIN LATERAL (
        SELECT s.id FROM sms_spending s WHERE s.scope = w.scope
        ORDER BY {_LONG} LIMIT 1 FOR UPDATE {{skip}}
    ) part
)
UPDATE sms_spending s SET
    short_micros = CASE WHEN %s AND s.short_from > w.short_from
        THEN s.short_micros ELSE {_SHORT} + %s END,
    long_micros = CASE WHEN %s AND s.long_from > w.long_from
        THEN s.long_micros ELSE {_LONG} + %s END,
    long_texts = CASE WHEN %s AND s.long_from > w.long_from
        THEN s.long_texts ELSE {_TEXTS} + %s END,
    short_from = greatest(s.short_from, w.short_from),
    long_from = greatest(s.long_from, w.long_from)
FROM w WHERE s.id = w.id
RETURNING s.scope
"""
_SUM = f"""{_WANTED}
SELECT w.scope, coalesce(sum({_SHORT}), 0), coalesce(sum({_LONG}), 0),
    coalesce(sum({_TEXTS}), 0)
FROM wanted w JOIN sms_spending s ON s.scope = w.scope GROUP BY w.scope
"""

_MAKE = """
WITH missing AS (
    SELECT * FROM (VALUES {rows}) w (scope, parts, user_id, short_from, long_from)
    WHERE NOT EXISTS (SELECT FROM sms_spending s WHERE s.scope = w.scope)
), made AS (
    INSERT INTO sms_spending (scope, part, user_id, short_from, long_from,
                              short_micros, long_micros, long_texts)
    SELECT scope, part, user_id, short_from, long_from, 0, 0, 0
    FROM missing CROSS JOIN LATERAL generate_series(0, parts - 1) part
    ON CONFLICT DO NOTHING
)
SELECT EXISTS (SELECT FROM missing)
"""
_MADE = "(%s::text, %s::bigint, %s::bigint, %s::timestamptz, %s::timestamptz)"


def take(budgets: Sequence[Budget], micros: int, texts: int = 0) -> bool:
    """Spend of all of them, in one statement, or of none where one had no free part with
    room. Then parts of others may be held."""
    values = [*_rows(budgets), *[micros, micros, texts] * 2, len(budgets)]
    return bool(prepared.rows(_with(_TAKE, budgets), values))


def make(budgets: Sequence[Budget]) -> bool:
    """The rows of those that have none; whether there were such."""
    statement = _MAKE.format(rows=", ".join([_MADE] * len(budgets)))
    values: list[Any] = []
    for one in budgets:
        values += [one.scope, one.parts, one.user_id, one.short_from, one.long_from]
    ((were_missing,),) = prepared.rows(statement, values)
    return bool(were_missing)


def full(budget: Budget, micros: int, texts: int = 0) -> str:
    """Which window has no room by what others have spent for good, "short" or "long";
    locks nothing."""
    return window_full(budget, spent(budget), micros, texts)


def window_full(budget: Budget, found: Spent, micros: int, texts: int = 0) -> str:
    """The same for what was found to be spent."""

    def over(was: int, more: int, limit: int | None) -> bool:
        return limit is not None and was + more > limit

    if over(found.long, micros, budget.long_limit):
        return "long"
    if over(found.texts, texts, budget.texts_limit):
        return "long"
    return "short" if over(found.short, micros, budget.short_limit) else ""


def take_exactly(budget: Budget, micros: int, texts: int = 0) -> str:
    """The same under a lock of all parts, which are laid out evenly again."""
    rows = _lock(budget)
    found = _counted(budget, rows)
    if full := window_full(budget, found, micros, texts):
        return full
    _lay_out(budget, rows, found, micros, texts)
    return ""


def put(
    budgets: Sequence[Budget], micros: int, texts: int = 0, *, is_late: bool = False
) -> None:
    """Spend whatever the limits say, or give back. `is_late`: the windows are those of
    back then."""
    try:
        with transaction.atomic():
            done = _put(budgets, micros, texts, is_late, skip="SKIP LOCKED")
            if len(done) < len(budgets):
                raise _Undo
    except _Undo:
        # Who waits for one holds none of those after it: they are locked in one order.
        make(budgets)
        _put(budgets, micros, texts, is_late, skip="")


class _Undo(Exception):
    """What was put, and the locks."""


def spent(budget: Budget) -> Spent:
    (found,) = spent_of([budget])
    return found


def spent_of(budgets: Sequence[Budget]) -> list[Spent]:
    """Of each. One query."""
    found = prepared.rows(_with(_SUM, budgets), _rows(budgets))
    by_scope = {scope: Spent(*map(int, sums)) for scope, *sums in found}
    return [by_scope.get(budget.scope, Spent()) for budget in budgets]


def _put(
    budgets: Sequence[Budget], micros: int, texts: int, is_late: bool, *, skip: str
) -> set[str]:
    amounts = [is_late, micros, is_late, micros, is_late, texts]
    statement = _with(_PUT, budgets, skip=skip)
    return {scope for (scope,) in prepared.rows(statement, _rows(budgets) + amounts)}


def _with(sql: str, budgets: Sequence[Budget], **more: str) -> str:
    return sql.format(rows=", ".join([_ROW] * len(budgets)), **more)


def _rows(budgets: Sequence[Budget]) -> list[Any]:
    def share(limit: int | None, parts: int) -> int:
        return _NO_LIMIT if limit is None else limit // parts

    return [
        value
        for budget in budgets
        for value in (
            budget.scope,
            budget.short_from,
            budget.long_from,
            share(budget.short_limit, budget.parts),
            share(budget.long_limit, budget.parts),
            share(budget.texts_limit, budget.parts),
        )
    ]


def _lock(budget: Budget) -> Sequence[Spending]:
    rows = Spending.objects.filter(scope=budget.scope).order_by("part")
    if found := list(rows.select_for_update()):
        return found
    make([budget])
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
