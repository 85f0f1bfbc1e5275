"""Rules are looked at, and what is above its bound is an alert (alarms.py).

Each worker looks every quarter of a minute, not beat: one that is silent must not
silence the alert that says so.
"""

import threading
import time
from datetime import timedelta
from typing import Any

from celery import signals
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from apps.core.logs import logger
from apps.jobs import alarms, rules
from apps.jobs.models import Alert, RuleSetting
from apps.jobs.rules import Rule
from apps.jobs.sightings import Seen
from apps.rbac import audit
from apps.rbac.catalog import Permission

EVERY_SECONDS = 15
# An older release does not know every rule, and may still run beside a newer one.
GONE_AFTER = timedelta(minutes=10)


def look() -> None:
    """At every rule. One that cannot be measured is logged, and stops no other."""
    said = {each.rule: each for each in RuleSetting.objects.all()}
    for rule in rules.every().values():
        setting = said.get(rule.key)
        if setting is not None and not setting.is_on:
            alarms.end(_product(rule.key), Alert.Ended.OFF)
            continue
        _look_at(rule, _above(rule, setting))
    _end_what_is_not_seen()


def bound(rule: Rule) -> float:
    """Above which it fires, by operators' word or the code's."""
    return _above(rule, RuleSetting.objects.filter(rule=rule.key).first())


def enter(**_: Any) -> None:
    """A row for each rule, for operators to change; those without a rule go."""
    if RuleSetting._meta.db_table not in connection.introspection.table_names():
        return  # on the way back, or before anything is there
    known = rules.every()
    RuleSetting.objects.exclude(rule__in=known).delete()
    RuleSetting.objects.bulk_create(
        (RuleSetting(rule=key) for key in known), ignore_conflicts=True
    )


@transaction.atomic
def change_rule(*, by: Any, row: RuleSetting) -> None:
    """To what the row says."""
    kept = RuleSetting.objects.select_for_update().filter(pk=row.pk).first()
    row.save()
    if not row.is_on:
        # Nobody is told that it is over, because it is not.
        for alert in alarms.end(_product(row.rule), Alert.Ended.OFF, by=by):
            audit.done(alarms.CLOSE, actor=by, obj=alert, reason="rule_switched_off")
    audit.done(
        Permission.RULE_CHANGE,
        actor=by,
        obj=row,
        before={"is_on": kept.is_on, "above": kept.above} if kept else None,
        after={"is_on": row.is_on, "above": row.above},
    )


def _above(rule: Rule, setting: RuleSetting | None) -> float:
    own = setting.above if setting is not None else None
    return rule.above if own is None else own


def _look_at(rule: Rule, above: float) -> None:
    try:
        value = rule.measure()
    except Exception:
        # Whatever it is: the others are still worth knowing.
        logger.exception("rule_not_measured", rule=rule.key)
        connection.close()
        return
    if value is None and not rule.is_over_at_none:
        return
    if value is not None and value > above:
        _seen(rule, rule.said(value, above))
    else:
        alarms.resolve(Alert.Source.PRODUCT, [rule.key])


def _seen(rule: Rule, words: str) -> None:
    seen = Seen(rule.key, rule.title, rule.severity, words)
    alarms.begin(Alert.Source.PRODUCT, [seen], lasting=rule.lasting)


def _product(mark: str) -> "QuerySet[Alert]":
    return Alert.objects.filter(source=Alert.Source.PRODUCT, mark=mark)


def _end_what_is_not_seen() -> None:
    """Whose end was lost on the way, and rules that the code has no more."""
    found = Alert.objects.filter(state__in=alarms.OPEN)
    alarms.end(found.filter(ends_at__lte=Now()), Alert.Ended.UNSEEN, what="ended")
    unseen = found.filter(
        source=Alert.Source.PRODUCT, ends_at=None, seen_at__lte=Now() - GONE_AFTER
    ).exclude(mark__in=rules.every())
    alarms.end(unseen, Alert.Ended.GONE, what="ended")


@signals.worker_ready.connect
def _begin(**_: object) -> None:
    """Each worker looks, in a thread with a connection of its own."""
    threading.Thread(target=_keep_looking, name="watch", daemon=True).start()


def _keep_looking() -> None:
    while True:
        time.sleep(EVERY_SECONDS)
        try:
            look()
        except (DatabaseError, InterfaceError) as error:
            logger.warning("rules_not_looked_at", error=type(error).__name__)
            connection.close()
