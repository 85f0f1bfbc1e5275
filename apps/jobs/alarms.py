"""The life of an alert.

Several who see the same make one alert of it. It is pending until it has lasted, then
firing; it is told when it fires and when it is over, and an acknowledged one is not told
again. One that comes again soon after it was over is the same one, and is told when it
stays or keeps coming.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from apps.core.errors import Conflict
from apps.jobs import sightings
from apps.jobs.models import Alert
from apps.jobs.sightings import SAME_WITHIN, Seen
from apps.jobs.telling import tell
from apps.rbac import audit
from apps.rbac.catalog import Permission

# What comes and goes all the time is told so often.
FLAPPING_TOLD_EVERY = timedelta(hours=1)
CLOSE = "jobs.alert.close"
OPEN = (Alert.State.PENDING, Alert.State.FIRING, Alert.State.ACKNOWLEDGED)


def begin(
    source: str,
    seen: Sequence[Seen],
    *,
    lasting: int = 0,
    ends_in: timedelta | None = None,
) -> None:
    """Begin alerts, or say that they go on. They fire once they have lasted so many
    seconds; `ends_in`: when those are over that do not say so, unless seen again."""
    sightings.note(source, seen, ends_in)
    found = Alert.objects.filter(source=source, mark__in=[each.mark for each in seen])
    _tell_what_stays(found)
    since = Now() - timedelta(seconds=lasting)
    pending = found.filter(state=Alert.State.PENDING, began_at__lte=since)
    with transaction.atomic():
        fires = list(pending.select_for_update(skip_locked=True))
        _update(fires, state=Alert.State.FIRING, fired_at=Now())
        tell(fires, "firing")


def resolve(source: str, marks: Sequence[str]) -> None:
    """They are over. One that never fired is forgotten, and nobody is told."""
    found = Alert.objects.filter(source=source, mark__in=marks)
    end(found, Alert.Ended.OVER, what="resolved")


@transaction.atomic
def close(*, by: Any, alert: Alert, words: str) -> None:
    """Somebody knows that it is over. Raises Conflict for what is measured here, and
    would only come again, and for one that is over."""
    if alert.ends_at is None:
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
    _update(
        ended, state=Alert.State.RESOLVED, resolved_at=Now(), ended=how, ended_by=by
    )
    if what:
        tell([alert for alert in ended if alert.quiet_since is None], what)
    return ended


def _update(alerts: Sequence[Alert], **facts: Any) -> None:
    Alert.objects.filter(pk__in=[alert.pk for alert in alerts]).update(**facts)


@transaction.atomic
def _tell_what_stays(found: "QuerySet[Alert]") -> None:
    """Of what came again: that it has lasted, or has come and gone for long."""
    stays = Q(back_at__lte=Now() - SAME_WITHIN)
    flaps = Q(quiet_since__lte=Now() - FLAPPING_TOLD_EVERY)
    back = found.filter(stays | flaps, state=Alert.State.FIRING)
    quiet = back.filter(quiet_since__isnull=False)
    told = list(quiet.select_for_update(skip_locked=True))
    _update(told, quiet_since=None)
    tell(told, "firing")
