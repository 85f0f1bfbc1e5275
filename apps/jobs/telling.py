"""Whoever has to know of an alert is told, by every channel there is."""

from collections.abc import Sequence

from django.conf import settings
from django.utils.module_loading import import_string

from apps.core import http
from apps.core.errors import OutsideFailure
from apps.core.kinds import Queue, job
from apps.jobs import jobs, rules
from apps.jobs.models import Alert
from apps.jobs.rules import lag_of

_SAID = {
    "firing": "Firing",
    "resolved": "Resolved",
    "ended": "Ended without a word",
    "closed": "Closed",
}


def tell(alerts: Sequence[Alert], what: str) -> None:
    """Once the transaction stands."""
    for alert in alerts:
        _ask(alert, what)


def _ask(alert: Alert, what: str) -> None:
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
