"""How long things are kept: one table of rules, and one job that keeps to them.

Each app names what grows old in `retention.py`, a tuple `RULES`:

    Rule("accounts.sign_ins", "Sign-ins that are over", _over, days=90)

Rows go in batches, each a transaction of its own, so nothing waits for a long delete.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from apps.core import shelves
from apps.core.errors import Invalid, NotFound
from apps.core.kinds import Queue, job
from apps.core.logs import logger
from apps.jobs import progress
from apps.jobs.models import RetentionRule
from apps.rbac import audit
from apps.rbac.catalog import Permission

BATCH = 1_000
# Further than anybody needs to know before they agree.
MOST_COUNTED = 100_000
LONGEST = 3_660  # days


@dataclass(frozen=True)
class Rule:
    """`old` answers the rows that nobody needs after a moment; those of `days` before
    now go. An operator may say another number of days, no fewer than `least`."""

    key: str  # app.what
    words: str
    old: Callable[[datetime], "QuerySet[Any]"]
    days: int
    least: int = 1


@dataclass(frozen=True)
class Looked:
    """What a rule would remove now; `rows` stops at MOST_COUNTED."""

    rule: Rule
    days: int
    is_on: bool
    rows: int


def every() -> dict[str, Rule]:
    return {rule.key: rule for rule in shelves.across_apps("retention", "RULES")}


def enter(**_: Any) -> None:
    """A row for each rule, for operators to change; those without a rule go."""
    if RetentionRule._meta.db_table not in connection.introspection.table_names():
        return  # on the way back, or before anything is there
    rules = every()
    RetentionRule.objects.exclude(rule__in=rules).delete()
    RetentionRule.objects.bulk_create(
        (RetentionRule(rule=key, days=rule.days) for key, rule in rules.items()),
        ignore_conflicts=True,
    )


def dry_run(keys: list[str] | None = None) -> list[Looked]:
    """Nothing is removed."""
    found = [each for each in settled() if keys is None or each[0].key in keys]
    return [
        Looked(rule, days, is_on, _old(rule, days)[:MOST_COUNTED].count())
        for rule, days, is_on in found
    ]


def change(*, by: Any, row: RetentionRule) -> None:
    """To what the row says. Raises Invalid for fewer days than may be, NotFound for a
    rule that is not there any more."""
    rule = every().get(row.rule)
    if rule is None:
        raise NotFound("There is no such rule any more.")
    if not rule.least <= row.days <= LONGEST:
        raise Invalid(f"It may be {rule.least} to {LONGEST} days.")
    with transaction.atomic():
        kept = RetentionRule.objects.select_for_update().get(pk=row.pk)
        before = {"days": kept.days, "is_on": kept.is_on}
        row.save(update_fields=["days", "is_on"])
        after = {"days": row.days, "is_on": row.is_on}
        audit.done(
            Permission.RETENTION_CHANGE, actor=by, obj=row, before=before, after=after
        )


@job(
    "jobs.retain",
    queue=Queue.BULK,
    seconds=3_600,
    schedulable="Remove what is older than its retention rule",
)
def retain() -> None:
    """Remove what is too old. Safe to run twice and side by side."""
    rules = [(rule, days) for rule, days, is_on in settled() if is_on]
    for position, (rule, days) in enumerate(rules):
        progress.say(position, len(rules), rule.words)
        removed = sum(_batches(_old(rule, days)))
        if removed:
            logger.info("rows_removed", rule=rule.key, rows=removed)


def settled() -> Iterator[tuple[Rule, int, bool]]:
    """Each rule with the days that hold, and whether it is on. One query."""
    said = {row.rule: row for row in RetentionRule.objects.all()}
    for key, rule in every().items():
        row = said.get(key)
        if row is None:
            yield rule, rule.days, True
        else:
            # A release may ask for more than somebody said before it.
            yield rule, max(row.days, rule.least), row.is_on


def _old(rule: Rule, days: int) -> "QuerySet[Any]":
    return rule.old(timezone.now() - timedelta(days=days)).order_by()


def _batches(rows: "QuerySet[Any]") -> Iterator[int]:
    model = rows.model._default_manager
    while keys := list(rows.values_list("pk", flat=True)[:BATCH]):
        # The question again, because a row may have come back to life meanwhile.
        gone, _ = rows.filter(pk__in=keys).delete()
        yield gone
        if not gone and model.filter(pk__in=keys).exists():
            return
