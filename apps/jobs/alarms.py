"""The life of an alert.

Several who see the same make one alert of it. It is pending until it has lasted, then
firing; it is told when it fires and when it is over, and an acknowledged one is not told
again. One that comes again soon after it was over is the same one, and is told when it
stays or keeps coming.
"""

from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce, Now

from apps.core.errors import Conflict
from apps.jobs.models import Alert
from apps.jobs.telling import tell
from apps.rbac import audit
from apps.rbac.catalog import Permission

# Whoever was told that it is over need not be told of each slip back.
SAME_WITHIN = timedelta(minutes=10)
# What comes and goes all the time is told so often.
FLAPPING_TOLD_EVERY = timedelta(hours=1)
CLOSE = "jobs.alert.close"
OPEN = (Alert.State.PENDING, Alert.State.FIRING, Alert.State.ACKNOWLEDGED)


def begin(
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
            tell(alert, "firing")


def resolve(source: str, mark: str) -> None:
    """It is over. One that never fired is forgotten, and nobody is told."""
    found = Alert.objects.filter(source=source, mark=mark)
    end(found, Alert.Ended.OVER, what="resolved")


@transaction.atomic
def close(*, by: Any, alert: Alert, words: str) -> None:
    """Somebody knows that it is over. Raises Conflict for what is measured here, and
    would only come again, and for one that is over."""
    if alert.source == Alert.Source.PRODUCT:
        raise Conflict("It ends when it is over. Acknowledge it, or change its rule.")
    found = Alert.objects.filter(pk=alert.pk)
    if not end(found, Alert.Ended.CLOSED, by=by, what="closed"):
        raise Conflict("That alert is over.")
    audit.done(CLOSE, actor=by, obj=alert, words=words)


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
def end(
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
            tell(alert, what)
    return ended


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
        tell(alert, "firing")
