"""Which sums are kept of which changes: as data, for whoever adds up or counts again."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from apps.analytics.models import Holder
from apps.analytics.models.texts import NOBODY
from apps.assistant.models import ToolDelta
from apps.integrations.models import CallDelta
from apps.sms.models import Delta, OutboundText
from apps.webhooks import news

_AN_HOUR = "date_trunc('hour', at, 'UTC')"
_A_DAY = "(at AT TIME ZONE 'UTC')::date"
_A_MONTH = "date_trunc('month', at AT TIME ZONE 'UTC')::date"


@dataclass(frozen=True)
class Sum:
    """Rows of a table, one for each value of `key`; both map columns to expressions over
    the columns of the changes."""

    table: str
    key: Mapping[str, str]
    values: Mapping[str, str]
    where: str = "true"
    # What stands beside each change.
    beside: str = ""

    def adding(self, found: str) -> str:
        """The statement that adds what a query finds to the rows that are there."""
        key, values = ", ".join(self.key), ", ".join(self.values)
        more = ", ".join(f"{c} = {self.table}.{c} + excluded.{c}" for c in self.values)
        return (
            f"INSERT INTO {self.table} ({key}, {values}) {found}"
            f" ON CONFLICT ({key}) DO UPDATE SET {more}"
        )

    def summed(self, changes: str) -> str:
        """What they come to; what moved and came back within them is nothing."""
        named = ", ".join(f"{how} AS {name}" for name, how in self.key.items())
        sums = ", ".join(f"sum({how}) AS {name}" for name, how in self.values.items())
        places = ", ".join(str(place + 1) for place in range(len(self.key)))
        some = " OR ".join(f"sum({how}) <> 0" for how in self.values.values())
        return (
            f"SELECT {named}, {sums} FROM {changes} {self.beside} WHERE {self.where}"
            f" GROUP BY {places} HAVING {some}"
        )


def _same(*columns: str) -> dict[str, str]:
    return {column: column for column in columns}


SPLIT = _same("direction", "kind", "country", "status", "error_code")
# On its way to the carrier or taken by it, whatever came of it then. A text that was
# refused, or never sent, is none of them.
TAKEN = tuple(
    sorted(
        {*OutboundText.Delivery.values}
        - {"", OutboundText.Delivery.FAILED, OutboundText.Delivery.CANCELED}
    )
)
_TAKEN = ", ".join(f"'{status}'" for status in TAKEN)
_TEXTS = _same("texts", "segments", "micros")
_TIMES = _same("times")
_PERSON = {"user_id": f"coalesce(user_id, {NOBODY})"}
# A lower bound of each is a tenth above that of the one before (histogram.py).
_BUCKET = {"bucket": "analytics_bucket(ms)"}

# Somebody counts in the sums of each role they hold.
_HELD = f"JOIN {Holder._meta.db_table} USING (user_id)"
_ROLE = _same("group_id")
_USED = {
    "came": "CASE WHEN direction = 'in' THEN texts ELSE 0 END",
    "went": f"CASE WHEN direction = 'out' AND status IN ({_TAKEN})"
    " THEN texts ELSE 0 END",
    "micros": "micros",
}
_SOMEBODY = "user_id IS NOT NULL"

PERSON_DAY = Sum(
    "analytics_personday",
    {**_PERSON, "day": _A_DAY, **SPLIT},
    _TEXTS,
)
ROLE_DAY = Sum(
    "analytics_roleday", {**_ROLE, "day": _A_DAY, **SPLIT}, _TEXTS, beside=_HELD
)
HOUR = Sum("analytics_hoursum", {"at": _AN_HOUR, **SPLIT}, _TEXTS)
DAY = Sum("analytics_daysum", {"day": _A_DAY, **SPLIT}, _TEXTS)
MONTH = Sum(
    "analytics_personmonth",
    {"user_id": "user_id", "month": _A_MONTH},
    _USED,
    _SOMEBODY,
)
MONTH_THERE = Sum(
    "analytics_countrymonth",
    {"user_id": "user_id", "month": _A_MONTH, **_same("country")},
    _USED,
    _SOMEBODY,
)
TEXTS = (HOUR, DAY, PERSON_DAY, ROLE_DAY, MONTH, MONTH_THERE)

_WAITED = "stage = 'reply' AND ms IS NOT NULL"
_WAITING = {"day": _A_DAY, **_same("country"), **_BUCKET}
PERSON_SPEED = Sum(
    "analytics_personspeed",
    {"user_id": "user_id", **_WAITING},
    _TIMES,
    f"{_WAITED} AND {_SOMEBODY}",
)
ROLE_SPEED = Sum(
    "analytics_rolespeed", {**_ROLE, **_WAITING}, _TIMES, _WAITED, beside=_HELD
)
SPEEDS = (
    Sum(
        "analytics_speedhour",
        {"stage": "stage", "at": _AN_HOUR, **_BUCKET},
        _TIMES,
        "ms IS NOT NULL",
    ),
    Sum(
        "analytics_speedday",
        {"stage": "stage", "day": _A_DAY, **_BUCKET},
        _TIMES,
        "ms IS NOT NULL",
    ),
    Sum("analytics_countryspeed", _WAITING, _TIMES, _WAITED),
    PERSON_SPEED,
    ROLE_SPEED,
)

_TOOL = {"day": _A_DAY, **_same("tool", "outcome")}
_CALLS = _same("calls")
PERSON_TOOL = Sum("analytics_persontool", {"user_id": "user_id", **_TOOL}, _CALLS)
ROLE_TOOL = Sum("analytics_roletool", {**_ROLE, **_TOOL}, _CALLS, beside=_HELD)
TOOLS = (Sum("analytics_toolday", _TOOL, _CALLS), PERSON_TOOL, ROLE_TOOL)
# Each of roles is of so much of people.
OF_ROLES = (
    (ROLE_DAY, PERSON_DAY),
    (ROLE_SPEED, PERSON_SPEED),
    (ROLE_TOOL, PERSON_TOOL),
)

CALLS = (
    Sum(
        "analytics_callday",
        {"day": _A_DAY, **_same("provider", "capability", "outcome")},
        {"calls": "1", **_same("milliseconds")},
    ),
)


@dataclass(frozen=True)
class Source:
    """Changes that wait in a table, and what they are added to."""

    model: Any
    sums: tuple[Sum, ...]
    # What else the statement does with those that are `taken`, under a name of its own.
    beside: str = ""

    @cached_property
    def statement(self) -> str:
        """Takes up to so many; answers how many it took. Whoever erases a person has some
        of them, and waits for us: so they are passed over."""
        table = self.model._meta.db_table
        taken = (
            f"DELETE FROM {table} WHERE id = ANY (ARRAY(SELECT id FROM {table}"
            " ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)) RETURNING *"
        )
        added = [
            f"added_{place} AS ({each.adding(each.summed('taken'))})"
            for place, each in enumerate(self.sums)
        ]
        steps = ", ".join([f"taken AS ({taken})", *added, *filter(None, [self.beside])])
        return f"WITH {steps} SELECT count(*) FROM taken"


SOURCES = (
    Source(Delta, (*TEXTS, *SPEEDS), news.OF_TEXTS),
    Source(ToolDelta, TOOLS),
    Source(CallDelta, CALLS),
)
