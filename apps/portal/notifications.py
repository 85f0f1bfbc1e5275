"""What happened that a person should know, from where it stands anyway: approvals that
wait, connections that need them, texts that did not arrive or got no answer, and what
changed of who gets in. Nothing is kept of it but what was read, and for some seconds
how much was not.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from apps.accounts.models import ReadNotification, User
from apps.assistant.models import Approval
from apps.core import opaque
from apps.core.errors import NotFound
from apps.integrations import standing
from apps.integrations.models import Connection
from apps.portal.activity import line
from apps.rbac import timeline
from apps.rbac.models import AuditEvent
from apps.sms import numbers, troubles
from apps.sms.models import OutboundText, Turn
from apps.sms.models.inbound import WEB

SINCE = timedelta(days=30)
# Of each kind; more of one are a trouble that the newest tell of as well.
MOST = 20
KINDS = ("approval", "connection", "undelivered", "unanswered", "security")
_ALL = ""
_KNOWN_FOR = 20
_NOT_ARRIVED = (OutboundText.Delivery.UNDELIVERED, OutboundText.Delivery.FAILED)
_OVER_BUDGET = (Turn.Silence.OVER_BUDGET, Turn.Silence.UNTOLD)
# What changed of who gets in, by the beginning of its tag; sign-ins have a list.
_SECURITY = (
    "accounts.password.",
    "accounts.email.",
    "accounts.personaltoken.add",
    "accounts.standin.start",
    "accounts.user.link_sign_in",
    "accounts.user.panic",
    "accounts.user.re",  # reopened, restored
    "accounts.user.unlink_sign_in",
    "mfa.factor.",
    "mfa.loss.",
    "mfa.recovery.",
    "mfa.trust.add",
    "rbac.roleassignment.",
    "sms.phonenumber.",
    "webhooks.endpoint.add",
    "webhooks.endpoint.disable",
)


@dataclass(frozen=True)
class Notification:
    """`next_step` is a sentence, empty where there is nothing to do; `path` leads to
    the page about it."""

    id: str
    kind: str
    at: datetime
    words: str
    next_step: str
    path: str
    is_read: bool = False


def of(user: User) -> list[Notification]:
    """The newest first."""
    since = timezone.now() - SINCE
    found = [
        *_approvals(user),
        *_connections(user),
        *_undelivered(user, since),
        *_unanswered(user, since),
        *_security(user, since),
    ]
    found.sort(key=lambda each: each.at, reverse=True)
    read = dict(ReadNotification.objects.filter(user=user).values_list("key", "at"))
    until = read.get(_ALL)
    return [
        replace(
            each, is_read=each.id in read or (until is not None and each.at <= until)
        )
        for each in found
    ]


def known(user: User) -> int | None:
    """How many are not read, as of some seconds ago; None where nobody has counted."""
    count = cache.get(_bell(user))
    return None if count is None else int(count)


def unread(user: User) -> int:
    """The same, counted if need be."""
    count = known(user)
    if count is None:
        count = len(unread_of(of(user)))
        ring(user, count)
    return count


def unread_of(found: Iterable[Notification]) -> list[Notification]:
    return [each for each in found if not each.is_read]


def ring(user: User, count: int) -> None:
    """The bell says so many."""
    cache.set(_bell(user), count, _KNOWN_FOR)


def _bell(user: User) -> str:
    return f"bell:{user.pk}"


def read(user: User, key: str) -> Notification:
    """Raises NotFound, also for what is no more to be told."""
    found = next((each for each in of(user) if each.id == key), None)
    if found is None:
        raise NotFound("That notification is not there.")
    ReadNotification.objects.get_or_create(user=user, key=key)
    cache.delete(_bell(user))
    return replace(found, is_read=True)


def read_all(user: User) -> None:
    now = timezone.now()
    ReadNotification.objects.update_or_create(user=user, key=_ALL, defaults={"at": now})
    ReadNotification.objects.filter(user=user, at__lt=now).exclude(key=_ALL).delete()
    cache.delete(_bell(user))


def _approvals(user: User) -> Iterator[Notification]:
    path = reverse("portal:approvals")
    for row in Approval.objects.owned_by(user).open(timezone.now())[:MOST]:
        key = f"approval-{row.public_id}"
        words = gettext("Your yes is waited for: %(what)s.") % {"what": row.sentence}
        step = gettext("Say yes or no.")
        yield Notification(key, "approval", row.asked_at, words, step, path)


def _connections(user: User) -> Iterator[Notification]:
    for row in Connection.objects.owned_by(user).in_need()[:MOST]:
        # Each time that it breaks is another one.
        at = row.told_at or row.connected_at
        said = standing.words(row)
        needs = gettext("%(account)s needs attention.") % {"account": row.declared.name}
        yield Notification(
            f"connection-{row.public_id}-{int(at.timestamp())}",
            "connection",
            at,
            f"{needs} {said.why}".strip(),
            said.next_step,
            reverse("integrations:connection", args=[row.public_id]),
        )


def _undelivered(user: User, since: datetime) -> Iterator[Notification]:
    failed = Q(delivery__in=_NOT_ARRIVED) | Q(state=OutboundText.State.FAILED)
    texts = OutboundText.objects.owned_by(user).filter(failed, created_at__gt=since)
    path = f"{reverse('portal:conversation')}#newest"
    for text in texts.exclude(number=WEB).order_by("-id")[:MOST]:
        why = troubles.of(text.error_code)
        yield Notification(
            f"text-{text.ref}",
            "undelivered",
            text.created_at,
            gettext("A text to %(number)s did not arrive.")
            % {"number": numbers.display(text.number)},
            why.for_person,
            path,
        )


def _unanswered(user: User, since: datetime) -> Iterator[Notification]:
    """One a day, however many texts of it got no answer."""
    turns = Turn.objects.filter(
        user=user, silence__in=_OVER_BUDGET, started_at__gt=since
    )
    path = f"{reverse('portal:conversation')}#newest"
    days: set[str] = set()
    for at in turns.order_by("id").values_list("started_at", flat=True):
        day = f"{at.astimezone(user.zone):%Y-%m-%d}"
        if day in days:
            continue
        days.add(day)
        yield Notification(
            f"unanswered-{day}",
            "unanswered",
            at,
            gettext("Texts got no answer, because the budget for them was used up."),
            gettext("Write here on the website meanwhile."),
            path,
        )


def _security(user: User, since: datetime) -> Iterator[Notification]:
    path = reverse("portal:activity")
    for moment in timeline.page(user.pk, limit=MOST, actions=_SECURITY).moments:
        if moment.at > since:
            key = f"event-{opaque.name(AuditEvent, moment.id)}"
            words = f"{line(moment).words}."
            yield Notification(key, "security", moment.at, words, "", path)
