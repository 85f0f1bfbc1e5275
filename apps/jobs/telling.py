"""Whoever has to know of alerts is told, by every channel there is.

The first is told at once, and what comes within a minute of it together: a storm is one
text and one letter a minute. Of texts, which wake people, there are only so many in an
hour; then one says that there is more. What is not told yet waits as a row.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import takewhile

from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils.module_loading import import_string

from apps.core import http
from apps.core.errors import OutsideFailure
from apps.core.kinds import Queue, job
from apps.jobs import bulletins, jobs, rules
from apps.jobs.bulletins import Bulletin
from apps.jobs.models import Alert, AlertNews, Telling
from apps.jobs.rules import lag_of

WEBHOOK = "webhook"
TOGETHER = timedelta(minutes=1)
HOUR = timedelta(hours=1)
# Whoever was woken ten times within an hour knows that they are needed.
MOST_AN_HOUR = 10


def tell(alerts: Sequence[Alert], what: str) -> None:
    """Once the transaction stands."""
    for channel in _channels():
        wakes = channel in settings.ALERT_URGENT_CHANNELS
        told = [a for a in alerts if not wakes or a.severity in rules.URGENT]
        if told:
            AlertNews.objects.bulk_create(
                AlertNews(alert=a, what=what, again=a.came_back, channel=channel)
                for a in told
            )
            jobs.enqueue(gather, channel, queue=_queue(a.mark for a in told))


@job("jobs.gather_news_of_alerts", queue=Queue.MAIL, atomic=True)
def gather(channel: str) -> None:
    """What is to be told now by a channel is told together. Safe side by side: one at a
    time for each channel, and a row is taken once."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext(%s))", [f"tell {channel}"]
        )
        # The one before may have ended after this one began.
        cursor.execute("SELECT clock_timestamp()")
        (now,) = cursor.fetchone()
    news = AlertNews.objects.filter(channel=channel, telling=None)
    if not news.exists():
        return
    queue = _queue(news.values_list("alert__mark", flat=True).distinct())
    wait = _wait(channel, now)
    if wait > timedelta():
        jobs.enqueue(gather, channel, after=wait, queue=queue)
        return
    telling = Telling.objects.create(channel=channel, at=now)
    news.update(telling=telling)
    jobs.enqueue(tell_together, telling.pk, queue=queue)


@job("jobs.tell_of_alerts", queue=Queue.MAIL)
def tell_together(telling_id: int) -> None:
    """By one channel; each is tried again by itself."""
    telling = Telling.objects.filter(pk=telling_id).first()
    if telling is None:
        return
    bulletin = bulletins.of(telling.news.select_related("alert"))
    if telling.is_pause:
        _hand_over(telling, "More alerts", _more(telling), is_urgent=True)
    elif not bulletin.news:
        return
    elif telling.channel == WEBHOOK:
        _post(bulletin)
    else:
        words = _words(bulletin, telling.channel)
        _hand_over(telling, bulletin.subject, words, is_urgent=bulletin.is_urgent)


def _channels() -> Sequence[str]:
    own = tuple(settings.ALERT_CHANNELS)
    return (*own, WEBHOOK) if settings.ALERT_WEBHOOK_URL else own


def _queue(marks: Iterable[str]) -> Queue | None:
    """An alarm does not wait in the queue that it is about."""
    return Queue.MESSAGES if lag_of(Queue.MAIL) in marks else None


def _wait(channel: str, now: datetime) -> timedelta:
    """Until the channel may be used again. What lies ahead was told by a clock that has
    been set back since, and keeps nobody waiting."""
    lately = Telling.objects.filter(channel=channel, at__gt=now - HOUR, at__lte=now)
    told = list(lately.order_by("-id")[: MOST_AN_HOUR + 1])
    if not told:
        return timedelta()
    if told[0].is_pause:
        return told[0].at + HOUR - now
    if channel in settings.ALERT_URGENT_CHANNELS:
        since = list(takewhile(lambda each: not each.is_pause, told))
        if len(since) >= MOST_AN_HOUR:
            pause = Telling.objects.create(channel=channel, at=now, is_pause=True)
            jobs.enqueue(tell_together, pause.pk)
            return HOUR
    return told[0].at + TOGETHER - now


def _words(bulletin: Bulletin, channel: str) -> str:
    if channel not in settings.ALERT_URGENT_CHANNELS:
        return bulletin.letter
    if len(bulletin.news) == 1:
        return bulletin.line
    return f"{bulletin.line} {_page()}"


def _more(telling: Telling) -> str:
    until = f"{telling.at + HOUR:%H:%M} UTC"
    return f"More alerts, and no more texts about them until {until}: {_page()}"


def _page() -> str:
    return f"{settings.PUBLIC_URL}{reverse('admin:jobs_alert_changelist')}"


def _hand_over(telling: Telling, subject: str, words: str, *, is_urgent: bool) -> None:
    import_string(settings.ALERT_CHANNELS[telling.channel])(
        subject=subject,
        words=words,
        is_urgent=is_urgent,
        mark=f"telling:{telling.pk}",
    )


def _post(bulletin: Bulletin) -> None:
    status, _ = http.post_form(settings.ALERT_WEBHOOK_URL, bulletin.form)
    if status >= 400:
        gone = 400 <= status < 500 and status not in (408, 429)
        raise OutsideFailure(f"It answered {status}.", permanent=gone)
