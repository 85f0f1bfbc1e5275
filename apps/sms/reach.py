"""Whether texts to a number arrive. What surely does not is not paid for."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_noop

from apps.sms import troubles
from apps.sms.models import Lane, OutboundText, PhoneNumber, Turn

# One such error may be the carrier's own mistake.
ERRORS, WITHIN = 3, timedelta(days=30)
SENTENCE = gettext_noop(
    "Texts to this number do not arrive. Text us anything from it, and we try again."
)
_SAYS_SO = (troubles.Number.UNREACHABLE, troubles.Number.LANDLINE)


def is_unreachable(e164: str) -> bool:
    """After three errors in thirty days that mean the number itself, until it texts us
    or a text arrives."""
    texts = OutboundText.objects.filter(
        number=e164, created_at__gt=timezone.now() - WITHIN
    )
    failed = texts.filter(error_code__in=_codes()).order_by("-created_at")
    latest = list(failed.values_list("created_at", flat=True)[:ERRORS])
    if len(latest) < ERRORS:
        return False
    arrived = Q(delivery__in=("delivered", "read")) | Q(turn__isnull=False)
    if texts.filter(arrived, created_at__gt=latest[0]).exists():
        return False
    return not _texted_since(e164, latest[0])


def _texted_since(e164: str, at: datetime) -> bool:
    """Also what gets no answer: a stranger who was guided today, somebody over budget. By
    their lanes, for turns are in no order of numbers."""
    holder = PhoneNumber.objects.held().filter(e164=e164).values("user")
    lanes = Lane.objects.filter(Q(key=f"n:{e164}") | Q(user__in=holder))
    turns = Turn.objects.filter(lane__in=lanes, number=e164, started_at__gt=at)
    return turns.exists()


def unreachable(several: Iterable[str]) -> set[str]:
    """Those of several that are."""
    recent = OutboundText.objects.filter(
        number__in=list(several),
        created_at__gt=timezone.now() - WITHIN,
        error_code__in=_codes(),
    )
    failed = recent.values("number").annotate(times=Count("id")).order_by()
    often = failed.filter(times__gte=ERRORS).values_list("number", flat=True)
    return {number for number in often if is_unreachable(number)}


def says_so(code: str) -> bool:
    """Whether a carrier's error means the number itself."""
    return troubles.of(code).number in _SAYS_SO


def _codes() -> list[str]:
    table = troubles.table()
    return [code for code, each in table.items() if each.number in _SAYS_SO]
