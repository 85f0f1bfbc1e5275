"""Rules are looked at, and whoever has to know is told once.

Each worker looks every quarter of a minute, not beat: one that is silent must not
silence the alert that says so. Several who see the same make one alert of it. An alert
is pending until it has lasted, then firing; it is told when it fires and when it is
over, and an acknowledged one is not told again.
"""

import threading
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from celery import signals
from django.conf import settings
from django.db import (
    DatabaseError,
    IntegrityError,
    InterfaceError,
    connection,
    transaction,
)
from django.db.models.functions import Now
from django.utils.module_loading import import_string

from apps.core import http
from apps.core.errors import Conflict, OutsideFailure
from apps.core.kinds import Queue, job
from apps.core.logs import logger
from apps.jobs import jobs, rules
from apps.jobs.models import Alert, RuleSetting
from apps.jobs.rules import Rule
from apps.rbac import audit
from apps.rbac.catalog import Permission

EVERY_SECONDS = 15
OPEN = (Alert.State.PENDING, Alert.State.FIRING, Alert.State.ACKNOWLEDGED)


def look() -> None:
    """At every rule. One that cannot be measured is logged, and stops no other."""
    said = {each.rule: each for each in RuleSetting.objects.all()}
    for rule in rules.every().values():
        setting = said.get(rule.key)
        if setting is not None and not setting.is_on:
            resolve(Alert.Source.PRODUCT, rule.key)
            continue
        _look_at(rule, _above(rule, setting))


def bound(rule: Rule) -> float:
    """Above which it fires, by operators' word or the code's."""
    return _above(rule, RuleSetting.objects.filter(rule=rule.key).first())


def raise_alert(
    source: str, mark: str, *, title: str, severity: str, words: str, lasting: int = 0
) -> None:
    """Begin an alert, or say that it goes on."""
    found = Alert.objects.filter(source=source, mark=mark, state__in=OPEN)
    if not found.update(seen_at=Now(), words=words[:500]):
        try:
            with transaction.atomic():
                Alert.objects.create(
                    source=source,
                    mark=mark,
                    title=title[:120],
                    severity=severity[:20],
                    words=words[:500],
                )
        except IntegrityError:
            return  # somebody else has just begun it
    since = Now() - timedelta(seconds=lasting)
    with transaction.atomic():
        fires = found.filter(state=Alert.State.PENDING, began_at__lte=since)
        for alert in fires.select_for_update(skip_locked=True):
            Alert.objects.filter(pk=alert.pk).update(
                state=Alert.State.FIRING, fired_at=Now()
            )
            _tell(alert.pk, "firing")


@transaction.atomic
def resolve(source: str, mark: str) -> None:
    """It is over. One that never fired is forgotten, and nobody is told."""
    found = Alert.objects.filter(source=source, mark=mark)
    found.filter(state=Alert.State.PENDING).delete()
    for alert in found.filter(state__in=OPEN).select_for_update(skip_locked=True):
        Alert.objects.filter(pk=alert.pk).update(
            state=Alert.State.RESOLVED, resolved_at=Now()
        )
        _tell(alert.pk, "resolved")


@transaction.atomic
def acknowledge(*, by: Any, alert: Alert, words: str) -> None:
    """Somebody looks after it. Raises Conflict unless it fires."""
    firing = Alert.objects.filter(pk=alert.pk, state=Alert.State.FIRING)
    if not firing.update(
        state=Alert.State.ACKNOWLEDGED, acknowledged_at=Now(), acknowledged_by=by
    ):
        raise Conflict("That alert does not fire.")
    audit.done(Permission.ALERT_ACKNOWLEDGE, actor=by, obj=alert, words=words)


@transaction.atomic
def change_rule(*, by: Any, row: RuleSetting) -> None:
    """To what the row says: a new one, or another bound."""
    kept = RuleSetting.objects.select_for_update().filter(pk=row.pk).first()
    row.save()
    audit.done(
        Permission.RULE_CHANGE,
        actor=by,
        obj=row,
        before={"is_on": kept.is_on, "above": kept.above} if kept else None,
        after={"is_on": row.is_on, "above": row.above},
    )


@job("jobs.tell_of_alert", queue=Queue.MESSAGES)
def tell_of_alert(alert_id: int, what: str, channel: str) -> None:
    """By one channel; each is tried again by itself."""
    alert = Alert.objects.filter(pk=alert_id).first()
    if alert is None:
        return
    words = f"{what.capitalize()}: {alert.words if what == 'firing' else alert.title}"
    if channel == "webhook":
        _post(alert, what, words)
    else:
        import_string(settings.ALERT_CHANNELS[channel])(
            subject=f"{what.capitalize()}: {alert.title}",
            words=words,
            is_urgent=alert.severity == rules.Severity.PAGE,
            mark=f"{alert_id}:{what}",
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
    if value is not None and value > above:
        _seen(rule, rule.said(value, above))
    else:
        resolve(Alert.Source.PRODUCT, rule.key)


def _seen(rule: Rule, words: str) -> None:
    raise_alert(
        Alert.Source.PRODUCT,
        rule.key,
        title=rule.title,
        severity=rule.severity,
        words=words,
        lasting=rule.lasting,
    )


def _tell(alert_id: int, what: str) -> None:
    channels: Sequence[str] = tuple(settings.ALERT_CHANNELS)
    if settings.ALERT_WEBHOOK_URL:
        channels = (*channels, "webhook")
    for channel in channels:
        jobs.enqueue(
            tell_of_alert,
            alert_id,
            what,
            channel,
            key=f"{alert_id} {what} {channel}",
        )


def _post(alert: Alert, what: str, words: str) -> None:
    fields = {
        "alert": str(alert.pk),
        "state": what,
        "source": alert.source,
        "mark": alert.mark,
        "severity": alert.severity,
        "text": words,
    }
    status, _ = http.post_form(settings.ALERT_WEBHOOK_URL, fields)
    if status >= 400:
        gone = 400 <= status < 500 and status not in (408, 429)
        raise OutsideFailure(f"It answered {status}.", permanent=gone)


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
