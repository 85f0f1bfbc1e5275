"""A person is told once that a budget is used up, and when there is more."""

from zoneinfo import ZoneInfo

from django.utils.formats import date_format

from apps.accounts import preferences
from apps.accounts.models import User
from apps.core import languages
from apps.sms.models import OutboundText, Pot
from apps.sms.money.budgets import OverBudget

_NOT_SENT = (OutboundText.State.CANCELED, OutboundText.State.FAILED)
# A phone that three notices did not leave for gets no fourth.
TRIES = 3


def words(user: User, over: OverBudget) -> str:
    """One segment."""
    local = over.ends_at.astimezone(ZoneInfo(user.timezone))
    with languages.speaking(user.locale):
        day = date_format(local, "D j M", use_l10n=False)
        if (local.hour, local.minute) != (0, 0):
            day = f"{day}, {preferences.clock(local, user)}"
        given = {
            "when": day,
            "is_own": over.scope == "person",
            "is_for_reminders": over.pot == Pot.PROACTIVE,
        }
        return languages.text("over_budget", given)


def mark(user: User, over: OverBudget) -> str:
    """Of the text that tells it: another when the budget has begun anew, or when the one
    before did not leave."""
    tried = _tried(user, over)
    left = [key for key, has_left in tried.items() if has_left]
    free = [key for key in _marks(user, over) if key not in tried]
    return [*left, *free, *tried][0]


def was_told(user: User, over: OverBudget) -> bool:
    return any(_tried(user, over).values())


def was_tried(user: User, over: OverBudget) -> bool:
    """Often enough."""
    return len(_tried(user, over)) == TRIES


def _marks(user: User, over: OverBudget) -> list[str]:
    first = f"over:{over.pot}:{over.scope}:{user.pk}:{over.ends_at:%Y-%m-%dT%H}"
    return [first, *(f"{first}:{again}" for again in range(2, TRIES + 1))]


def _tried(user: User, over: OverBudget) -> dict[str, bool]:
    """The texts that tell it, by their marks, and whether each has left or will."""
    texts = OutboundText.objects.filter(dedupe_key__in=_marks(user, over))
    states = texts.values_list("dedupe_key", "state")
    return {key or "": state not in _NOT_SENT for key, state in states}
