"""Sums of texts and costs counted again from the texts themselves: nothing may differ.

All is seen at one moment: the texts, the sums, and the changes that still wait to be added
to them. What strangers texted goes with time, and so do people: where somebody has left
since, only the sums of those who are there can be counted again, and those of all are held
against what their parts come to.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from apps.accounts.models import User
from apps.analytics.alone import LOCK
from apps.analytics.models import (
    CountryMonth,
    PersonDay,
    PersonMonth,
    PersonSpeed,
    PersonTool,
    Recount,
)
from apps.analytics.models.texts import FORMER
from apps.analytics.sums import (
    DAY,
    HOUR,
    MONTH,
    MONTH_THERE,
    OF_ROLES,
    PERSON_DAY,
    SPLIT,
    Sum,
)
from apps.core.kinds import Queue, job
from apps.core.logs import logger

# With the columns of a change (`sms_delta`), as if it had all come about just now; less
# what waits to be added. What a text to us cost belongs to the moment it came: no turn
# waits for a week.
_CHANGES = """
CREATE TEMP TABLE changes ON COMMIT DROP AS
WITH charges AS MATERIALIZED (
    SELECT * FROM (
        SELECT CASE WHEN what = 'in' THEN coalesce(spent_at, at) ELSE at END AS moment,
            user_id, what, country, segments, micros
        FROM sms_charge
        WHERE at >= %(since)s AND at < %(until)s + interval '7 days'
    ) c WHERE moment >= %(since)s AND moment < %(until)s
)
SELECT created_at AS at, user_id, 'out' AS direction, kind, country,
    sms_status(state, delivery) AS status, error_code,
    1 AS texts, segments::int AS segments, 0::bigint AS micros
FROM sms_outboundtext
WHERE created_at >= %(since)s AND created_at < %(until)s AND our_number <> 'web'
UNION ALL
SELECT moment, user_id, 'in', 'text', country, 'received', '', 1, segments, 0
FROM charges WHERE what = 'in'
UNION ALL
SELECT moment, user_id, what, '', country, '', '', 0, 0, micros
FROM charges WHERE micros <> 0
UNION ALL
SELECT at, user_id, direction, kind, country, status, error_code,
    -texts, -segments, -micros
FROM sms_delta WHERE at >= %(since)s AND at < %(until)s
"""
# What the sums of people come to, less those of all.
_PARTS = """
SELECT {split}, sum(texts), sum(segments), sum(micros) FROM (
    SELECT {split}, texts, segments, micros
    FROM analytics_personday WHERE day BETWEEN %(first)s AND %(last)s
    UNION ALL
    SELECT {split}, -texts, -segments, -micros FROM {of_all}
) parts GROUP BY {split}
HAVING sum(texts) <> 0 OR sum(segments) <> 0 OR sum(micros) <> 0
"""
_MONTHS = (MONTH, MONTH_THERE)
# What became of a number that texts no more, or does again, stands in no table.
_COUNTABLE = "direction NOT IN ('stop', 'start')"


@dataclass(frozen=True)
class Days:
    """From the first to the last of them, of UTC."""

    first: date
    last: date

    @property
    def values(self) -> dict[str, Any]:
        since = datetime.combine(self.first, time.min, UTC)
        until = datetime.combine(self.last, time.min, UTC) + timedelta(days=1)
        return {
            "first": self.first,
            "last": self.last,
            "since": since,
            "until": until,
        }


@job(
    "analytics.recount",
    queue=Queue.BULK,
    seconds=1_800,
    schedulable="Count yesterday's sums again from the texts themselves",
)
def recount() -> None:
    """Of yesterday. Operators are told where anything differs (alerts.py)."""
    yesterday = timezone.now().astimezone(UTC).date() - timedelta(days=1)
    let_go()
    check(Days(yesterday, yesterday))


def let_go() -> None:
    """Of sums of people who are there no more: something of theirs was being added up
    while they left."""
    for model in (PersonDay, PersonMonth, CountryMonth, PersonSpeed, PersonTool):
        person = User.objects.filter(pk=OuterRef("user_id"))
        gone: Any = model._default_manager.filter(~Exists(person), user_id__gt=0)
        gone.delete()


def check(days: Days) -> int:
    """How many sums of these days are not what their texts, or their parts, come to."""
    checks = {PERSON_DAY.table: _lacking(PERSON_DAY, "user_id > 0")}
    for each in (DAY, HOUR):
        of_all = f"{each.table} WHERE {_bounds(each)}"
        checks[each.table] = _PARTS.format(split=", ".join(SPLIT), of_all=of_all)
    checks |= {each.table: _months(each) for each in _MONTHS}
    checks |= {pair[0].table: _roles(*pair) for pair in OF_ROLES}
    with _at_one_moment(days) as cursor:
        found = {table: _found(cursor, each, days) for table, each in checks.items()}
    differing = sum(found.values())
    Recount.objects.create(
        first=days.first, last=days.last, differing=differing, at=timezone.now()
    )
    logger.info(
        "sums_recounted",
        first=days.first.isoformat(),
        differing=differing,
        **{table: count for table, count in found.items() if count},
    )
    return differing


@transaction.atomic
def mend(days: Days) -> None:
    """Add to the sums what they lack, as far as it can be counted."""
    with _at_one_moment(days) as cursor:
        has_left = PersonDay.objects.filter(
            user_id=FORMER, day__range=(days.first, days.last)
        ).exists()
        cursor.execute(
            PERSON_DAY.adding(
                _lacking(PERSON_DAY, "user_id > 0" if has_left else "true")
            ),
            days.values,
        )
        for each in () if has_left else (DAY, HOUR):
            cursor.execute(each.adding(_lacking(each, "true")), days.values)
        for each in _MONTHS:
            cursor.execute(each.adding(_months(each)), days.values)
        for of_role, of_person in OF_ROLES:
            lacking = of_role.adding(_roles(of_role, of_person))
            cursor.execute(lacking, days.values)


def _found(cursor: Any, rows: str, days: Days) -> int:
    cursor.execute(f"SELECT count(*) FROM ({rows}) found", days.values)
    return int(cursor.fetchone()[0])


def _lacking(each: Sum, where: str) -> str:
    """What the texts come to, less what the sum says."""
    return _together(
        each,
        f"{each.summed('changes')} UNION ALL"
        f" SELECT {', '.join(each.key)}, {_less(each)} FROM {each.table}"
        f" WHERE {_bounds(each)}",
        f"{where} AND {_COUNTABLE}",
    )


def _months(each: Sum) -> str:
    """What the days of people come to, less the sums of their months."""
    values = ", ".join(f"{how} AS {name}" for name, how in each.values.items())
    key = [name for name in each.key if name != "month"]
    return _together(
        each,
        f"""
        SELECT date_trunc('month', day)::date AS month, {', '.join(key)}, {values}
        FROM {PERSON_DAY.table}
        WHERE {each.where} AND day >= date_trunc('month', %(first)s::date)
            AND day < date_trunc('month', %(last)s::date) + interval '1 month'
        UNION ALL
        SELECT month, {', '.join(key)}, {_less(each)} FROM {each.table}
        WHERE month BETWEEN date_trunc('month', %(first)s::date) AND %(last)s
        """,
        "user_id > 0",
    )


def _roles(each: Sum, of_person: Sum) -> str:
    """What the sums of those who hold a role come to, less its own."""
    key, values = ", ".join(each.key), ", ".join(each.values)
    return _together(
        each,
        f"""
        SELECT {key}, {values} FROM {of_person.table} {each.beside}
        WHERE {_bounds(each)}
        UNION ALL
        SELECT {key}, {_less(each)} FROM {each.table} WHERE {_bounds(each)}
        """,
        "true",
    )


def _together(each: Sum, rows: str, where: str) -> str:
    """Rows like those of the sum, added up; what comes to nothing is none."""
    key = ", ".join(each.key)
    sums = ", ".join(f"sum({value}) AS {value}" for value in each.values)
    some = " OR ".join(f"sum({value}) <> 0" for value in each.values)
    return (
        f"SELECT {key}, {sums} FROM ({rows}) found WHERE {where}"
        f" GROUP BY {key} HAVING {some}"
    )


def _less(each: Sum) -> str:
    return ", ".join(f"-{value}" for value in each.values)


def _bounds(each: Sum) -> str:
    if "at" in each.key:
        return "at >= %(since)s AND at < %(until)s"
    return "day BETWEEN %(first)s AND %(last)s"


@contextmanager
def _at_one_moment(days: Days) -> Iterator[Any]:
    """Nobody adds to the sums meanwhile, so all statements see the same ones."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [LOCK])
        # No statistics know yet what is added here: a million rows are taken for one, and
        # the holders of roles would be read through for each.
        cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute(_CHANGES, days.values)
        yield cursor
