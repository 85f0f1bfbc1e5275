"""The day in a text: what is due, what is to do, what is in the calendar and the mail.

What a connected account does not answer is said, and keeps nothing else back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.utils import timezone

from apps.accounts import quiet_hours
from apps.accounts.models import User
from apps.assistant import agenda, conversations, event_words, features, lists, phrases
from apps.assistant.models import Approval, Brief, ListItem, Reminder
from apps.assistant.targets import short
from apps.assistant.times import spoken
from apps.core import http
from apps.core.errors import AppError
from apps.core.kinds import job
from apps.integrations import mailboxes
from apps.jobs import jobs
from apps.sms import outbox

# Longer than that after its minute it would be about another part of the day.
LATE = timedelta(hours=2)
MOST_OF_A_KIND = 5
# All that is asked of accounts, together.
SECONDS = 20.0
_BATCH = 500


def of(user: User) -> time | None:
    """When it comes each day; None while it does not."""
    row = Brief.objects.filter(user=user, next_at__isnull=False).first()
    return row.at if row else None


def keep(*, user: User, at: time | None, now: datetime) -> time | None:
    """Each day at this time of the person's clock, or not any more; what it was."""
    before = of(user)
    if at is None:
        Brief.objects.filter(user=user).update(next_at=None)
    else:
        following = _next(user, at, now)
        Brief.objects.update_or_create(
            user=user, defaults={"at": at, "next_at": following}
        )
    return before


@receiver(post_save, sender=User)
def follow_the_zone(
    instance: User, created: bool, update_fields: frozenset[str] | None, **_: object
) -> None:
    """Half past seven stays half past seven, wherever its person is."""
    if created or (update_fields is not None and "timezone" not in update_fields):
        return
    now = timezone.now()
    for row in Brief.objects.filter(user=instance, next_at__isnull=False):
        row.next_at = _next(instance, row.at, now)
        row.save(update_fields=["next_at"])


def fire_due(now: datetime) -> int:
    """Have those written whose minute has come; how many. Safe to run side by side.

    What quiet hours or a pause hold stays due until they end, or it is late."""
    count, last = 0, 0
    # Each once: those that are held stand in nobody's way.
    while found := _fire_some(now, after=last):
        last = max(found)
        count += sum(found.values())
    return count


@transaction.atomic
def _fire_some(now: datetime, after: int) -> dict[int, bool]:
    """Id of each → whether it is settled."""
    due = Brief.objects.filter(next_at__lte=now, user__frozen_at=None, pk__gt=after)
    rows = due.select_for_update(skip_locked=True, of=["self"])
    found = rows.select_related("user").order_by("pk")[:_BATCH]
    return {row.pk: _fire(row, now) for row in found}


def _fire(row: Brief, now: datetime) -> bool:
    if row.next_at and now - row.next_at <= LATE and row.user.is_active:
        if quiet_hours.end(row.user, now):
            return False
        day = row.next_at.isoformat()
        jobs.enqueue(write, row.pk, day, key=f"{row.pk}:{day}")
    row.next_at = _next(row.user, row.at, now)
    row.save(update_fields=["next_at"])
    return True


@job("assistant.brief", seconds=60)
def write(brief_id: int, due: str) -> str:
    """The text of one day. Run again, it is one text."""
    row = Brief.objects.select_related("user").filter(pk=brief_id).first()
    if row is None or row.next_at is None or not features.is_on(row.user, "brief"):
        return "not wanted any more"
    now = timezone.now()
    if quiet_hours.end(row.user, now):
        return "held back by quiet hours"
    with phrases.spoken_to(row.user):
        body = told(row.user, now)
    with transaction.atomic():
        sent = outbox.queue(
            user=row.user,
            body=body,
            kind="reminder",
            dedupe_key=f"brief:{row.pk}:{due}",
        )
    return "texted" if sent and not sent.is_over_budget else "not texted"


def told(user: User, now: datetime) -> str:
    """The rest of the day, from now on. Asks connected accounts: not in a transaction."""
    with http.within(SECONDS):
        found = [line for part in _PARTS for line in part(user, now)]
    date = spoken.day(now, user.timezone, now=now)
    if not found:
        return phrases.say("brief_empty", day=date)
    return "\n".join([phrases.say("brief_head", day=date), *found])


def _reminders(user: User, now: datetime) -> Iterator[str]:
    rows = Reminder.objects.owned_by(user).upcoming().filter(due_at__lt=_end(user, now))
    for row in rows[:MOST_OF_A_KIND]:
        at = spoken.clock(row.due_at, user.timezone, hours=user.clock_hours)
        yield phrases.say("brief_line", time=at, what=short(row.text))


def _events(user: User, now: datetime) -> Iterator[str]:
    if not features.is_on(user, "calendar"):
        return
    scene, here = conversations.aside(user, now), ZoneInfo(user.timezone)
    look = agenda.find(scene, now, _end(user, now))
    for each in look.found[:MOST_OF_A_KIND]:
        event = each.event
        if event.is_all_day:
            time = phrases.say("brief_all_day")
        elif event.start.astimezone(here).date() < now.astimezone(here).date():
            time = event_words.since(scene, event.start, "brief_since")
        else:
            time = event_words.clock(scene, event.start)
        yield phrases.say("brief_line", time=time, what=short(event.title))
    for account in look.silent:
        yield phrases.say("brief_unread", account=account)


def _tasks(user: User, now: datetime) -> Iterator[str]:
    today = now.astimezone(ZoneInfo(user.timezone)).date()
    due = ListItem.objects.filter(
        user=user,
        list__is_deleted=False,
        list__key=lists.TODO,
        state=ListItem.State.OPEN,
        due_on__lte=today,
    )
    for item in due.order_by("due_on", "pk")[:MOST_OF_A_KIND]:
        yield phrases.say("brief_task", what=short(item.text))


def _mail(user: User, now: datetime) -> Iterator[str]:
    if not features.is_on(user, "mail"):
        return
    for mailbox in mailboxes.of(user):
        if "mail.list" not in mailbox.can:
            continue
        try:
            count = len(mailbox.messages(unread=True, most=mailboxes.MOST_MESSAGES))
        except AppError:
            yield phrases.say("brief_unread", account=str(mailbox))
            continue
        if count:
            yield phrases.say("brief_mail", count=count)


def _approvals(user: User, now: datetime) -> Iterator[str]:
    if count := Approval.objects.owned_by(user).open(now).count():
        yield phrases.say("brief_approvals", count=count)


_PARTS: tuple[Callable[[User, datetime], Iterator[str]], ...] = (
    _events,
    _reminders,
    _tasks,
    _mail,
    _approvals,
)


def _end(user: User, now: datetime) -> datetime:
    """The midnight after."""
    here = now.astimezone(ZoneInfo(user.timezone))
    return datetime.combine(here.date() + timedelta(days=1), time(), here.tzinfo)


def _next(user: User, at: time, now: datetime) -> datetime:
    """A wall time that the clocks skip moves forward; one they repeat is the first."""
    zone = ZoneInfo(user.timezone)
    day = now.astimezone(zone).date()
    while True:
        found = datetime.combine(day, at, zone)
        if found.timestamp() > now.timestamp():
            return datetime.fromtimestamp(found.timestamp(), zone)
        day += timedelta(days=1)
