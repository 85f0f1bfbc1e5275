"""What people say was wrong, for operators to look at."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.assistant import phrases
from apps.assistant.models import Report
from apps.core import errors
from apps.rbac import audit
from apps.rbac.catalog import Permission
from apps.sms.models import Turn

LONGEST = 500
# Of one person, unseen: whoever says more has been heard.
MOST_UNSEEN = 20


def make(*, user: User, words: str, before: Turn) -> Report:
    """About the turn before that one. Raises errors.Invalid, and Conflict for one who has
    said enough."""
    if len(words) > LONGEST:
        raise errors.Invalid(phrases.say("report_length"))
    own = Report.objects.filter(user=user)
    if own.filter(seen_at=None).count() >= MOST_UNSEEN:
        raise errors.Conflict(phrases.say("report_enough"))
    meant = (
        Turn.objects.filter(user=user, pk__lt=before.pk or 0).order_by("-pk").first()
    )
    return Report.objects.create(
        user=user, turn=meant, words=words, reported_at=timezone.now()
    )


@transaction.atomic
def mark_seen(*, by: User, row: Report) -> None:
    """Once; whoever comes second changes nothing."""
    unseen = Report.objects.filter(pk=row.pk, seen_at=None)
    if unseen.update(seen_at=timezone.now()):
        audit.done(Permission.REPORT_CHANGE, actor=by, subject=row.user, obj=row)
