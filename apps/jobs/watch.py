"""Rules are looked at, and whoever has to know is told once.

Each worker looks every quarter of a minute, not beat: one that is silent must not
silence the alert that says so. Several who see the same make one alert of it. An alert
is pending until it has lasted, then firing; it is told when it fires and when it is
over, and an acknowledged one is not told again. One that comes again soon after it was
over is the same one, and is told when it stays or keeps coming.
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
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce, Now
from django.utils.module_loading import import_string

from apps.core import http
from apps.core.errors import Conflict, OutsideFailure
from apps.core.kinds import Queue, job
from apps.core.logs import logger
from apps.jobs import jobs, rules
from apps.jobs.models import Alert, RuleSetting
from apps.jobs.rules import Rule, lag_of
from apps.rbac import audit
from apps.rbac.catalog import Permission

EVERY_SECONDS = 15
# Whoever was told that it is over need not be told of each slip back.
SAME_WITHIN = timedelta(minutes=10)
# What comes and goes all the time is told so often.
FLAPPING_TOLD_EVERY = timedelta(hours=1)
# An older release does not know every rule, and may still run beside a newer one.
GONE_AFTER = timedelta(minutes=10)
_CLOSE = "jobs.alert.close"
_SAID = {
    "firing": "Firing",
    "resolved": "Resolved",
    "ended": "Ended without a word",
    "closed": "Closed",
}
OPEN = (Alert.State.PENDING, Alert.State.FIRING, Alert.State.ACKNOWLEDGED)


def look() -> None:
    """At every rule. One that cannot be measured is logged, and stops no other."""
    said = {each.rule: each for each in RuleSetting.objects.all()}
    for rule in rules.every().values():
        setting = said.get(rule.key)
        if setting is not None and not setting.is_on:
            _end(_product(rule.key), Alert.Ended.OFF)
            continue
        _look_at(rule, _above(rule, setting))
    _end_what_is_not_seen()


def bound(rule: Rule) -> float:
    """Above which it fires, by operators' word or the code's."""
    return _above(rule, RuleSetting.objects.filter(rule=rule.key).first())


def raise_alert(
    source: str,
    mark: str,
    *,
    title: str,
    severity: str,
    words: str,
    lasting: int = 0,
    until: Any = None,
) -> None:
    """Begin an alert, or say that it goes on; `until` then, unless it is seen again."""
    found = Alert.objects.filter(source=source, mark=mark, state__in=OPEN)
    if not found.update(seen_at=Now(), words=words[:500], ends_at=until):
        try:
            with transaction.atomic():
                if not _reopen(source, mark, words, until):
                    Alert.objects.create(
                        source=source,
                        mark=mark,
                        title=title[:120],
                        severity=severity[:20],
                        words=words[:500],
                        ends_at=until,
                    )
        except IntegrityError:
            return  # somebody else has just begun it
    _tell_what_stays(found)
    since = Now() - timedelta(seconds=lasting)
    with transaction.atomic():
        fires = found.filter(state=Alert.State.PENDING, began_at__lte=since)
        for alert in fires.select_for_update(skip_locked=True):
            Alert.objects.filter(pk=alert.pk).update(
                state=Alert.State.FIRING, fired_at=Now()
            )
            _tell(alert, "firing")


def _reopen(source: str, mark: str, words: str, until: Any) -> int:
    """Without a word, if it was over only just now."""
    lately = Now() - SAME_WITHIN
    over = Alert.objects.filter(source=source, mark=mark, resolved_at__gt=lately)
    latest = over.order_by("-id").values("pk")[:1]
    found = Alert.objects.filter(pk__in=latest, state=Alert.State.RESOLVED)
    # What somebody ended is another one when it comes again.
    by_itself = found.filter(ended__in=["", Alert.Ended.OVER, Alert.Ended.UNSEEN])
    return by_itself.update(
        state=Alert.State.FIRING,
        resolved_at=None,
        ended="",
        ends_at=until,
        seen_at=Now(),
        words=words[:500],
        came_back=F("came_back") + 1,
        back_at=Now(),
        quiet_since=Coalesce("quiet_since", Now()),
    )


@transaction.atomic
def _tell_what_stays(found: "QuerySet[Alert]") -> None:
    """Of what came again: that it has lasted, or has come and gone for long."""
    stays = Q(back_at__lte=Now() - SAME_WITHIN)
    flaps = Q(quiet_since__lte=Now() - FLAPPING_TOLD_EVERY)
    back = found.filter(stays | flaps, state=Alert.State.FIRING)
    quiet = back.filter(quiet_since__isnull=False)
    for alert in quiet.select_for_update(skip_locked=True):
        Alert.objects.filter(pk=alert.pk).update(quiet_since=None)
        _tell(alert, "firing")


def resolve(source: str, mark: str) -> None:
    """It is over. One that never fired is forgotten, and nobody is told."""
    found = Alert.objects.filter(source=source, mark=mark)
    _end(found, Alert.Ended.OVER, what="resolved")


@transaction.atomic
def close(*, by: Any, alert: Alert, words: str) -> None:
    """Somebody knows that it is over. Raises Conflict for what is measured here, and
    would only come again, and for one that is over."""
    if alert.source == Alert.Source.PRODUCT:
        raise Conflict("It ends when it is over. Acknowledge it, or change its rule.")
    found = Alert.objects.filter(pk=alert.pk)
    if not _end(found, Alert.Ended.CLOSED, by=by, what="closed"):
        raise Conflict("That alert is over.")
    audit.done(_CLOSE, actor=by, obj=alert, words=words)


@transaction.atomic
def acknowledge(*, by: Any, alert: Alert, words: str) -> None:
    """Somebody looks after it. Raises Conflict unless it fires."""
    firing = Alert.objects.filter(pk=alert.pk, state=Alert.State.FIRING)
    if not firing.update(
        state=Alert.State.ACKNOWLEDGED, acknowledged_at=Now(), acknowledged_by=by
    ):
        raise Conflict("That alert does not fire.")
    audit.done(Permission.ALERT_ACKNOWLEDGE, actor=by, obj=alert, words=words)


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
        for alert in _end(_product(row.rule), Alert.Ended.OFF, by=by):
            audit.done(_CLOSE, actor=by, obj=alert, reason="rule_switched_off")
    audit.done(
        Permission.RULE_CHANGE,
        actor=by,
        obj=row,
        before={"is_on": kept.is_on, "above": kept.above} if kept else None,
        after={"is_on": row.is_on, "above": row.above},
    )


@job("jobs.tell_of_alert", queue=Queue.MAIL)
def tell_of_alert(alert_id: int, what: str, channel: str, again: int = 0) -> None:
    """By one channel; each is tried again by itself. `again`: how often it had
    come back."""
    alert = Alert.objects.filter(pk=alert_id).first()
    if alert is None:
        return
    words = f"{_SAID[what]}: {alert.words if what == 'firing' else alert.title}"
    if what == "firing" and again:
        words += f" It came and went {'once' if again == 1 else f'{again} times'}."
    if channel == "webhook":
        _post(alert, what, words)
    else:
        import_string(settings.ALERT_CHANNELS[channel])(
            subject=f"{_SAID[what]}: {alert.title}",
            words=words,
            is_urgent=alert.severity in rules.URGENT,
            mark=f"{alert_id}:{what}:{again}",
        )


def _product(mark: str) -> "QuerySet[Alert]":
    return Alert.objects.filter(source=Alert.Source.PRODUCT, mark=mark)


@transaction.atomic
def _end(
    found: "QuerySet[Alert]", how: Alert.Ended, *, by: Any = None, what: str = ""
) -> list[Alert]:
    """Those that are open; each is told as `what`, unless it came back in silence."""
    found.filter(state=Alert.State.PENDING).delete()
    ended = list(found.filter(state__in=OPEN).select_for_update(skip_locked=True))
    for alert in ended:
        Alert.objects.filter(pk=alert.pk).update(
            state=Alert.State.RESOLVED, resolved_at=Now(), ended=how, ended_by=by
        )
        if what and alert.quiet_since is None:
            _tell(alert, what)
    return ended


def _end_what_is_not_seen() -> None:
    """Whose end was lost on the way, and rules that the code has no more."""
    found = Alert.objects.filter(state__in=OPEN)
    _end(found.filter(ends_at__lte=Now()), Alert.Ended.UNSEEN, what="ended")
    unseen = found.filter(
        source=Alert.Source.PRODUCT, seen_at__lte=Now() - GONE_AFTER
    ).exclude(mark__in=rules.every())
    _end(unseen, Alert.Ended.GONE, what="ended")


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


def _tell(alert: Alert, what: str) -> None:
    """An alarm does not wait in the queue that it is about."""
    is_about_mail = alert.mark == lag_of(Queue.MAIL)
    channels: Sequence[str] = tuple(settings.ALERT_CHANNELS)
    if settings.ALERT_WEBHOOK_URL:
        channels = (*channels, "webhook")
    for channel in channels:
        jobs.enqueue(
            tell_of_alert,
            alert.pk,
            what,
            channel,
            alert.came_back,
            key=f"{alert.pk} {what} {alert.came_back} {channel}",
            queue=Queue.MESSAGES if is_about_mail else None,
        )


def _post(alert: Alert, what: str, words: str) -> None:
    fields = {
        "alert": str(alert.pk),
        # A pager knows these two.
        "state": "firing" if what == "firing" else "resolved",
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
