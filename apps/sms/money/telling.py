"""A person is told once that a budget is used up, and when there is more."""

from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils.formats import date_format

from apps.accounts.models import User
from apps.sms.models import OutboundText, Pot
from apps.sms.money.budgets import OverBudget


def words(user: User, over: OverBudget) -> str:
    """One segment."""
    local = over.ends_at.astimezone(ZoneInfo(user.timezone))
    day = date_format(local, "D j M", use_l10n=False)
    if (local.hour, local.minute) != (0, 0):
        clock = date_format(local, "H:i" if user.clock_hours == 24 else "g:i A")
        day = f"{day}, {clock}"
    given = {
        "when": day,
        "is_own": over.scope == "person",
        "is_for_reminders": over.pot == Pot.PROACTIVE,
    }
    return render_to_string("texts/over_budget.txt", given).strip()


def mark(user: User, over: OverBudget) -> str:
    """Of the one text that tells it: another when the budget has begun anew."""
    return f"over:{over.pot}:{over.scope}:{user.pk}:{over.ends_at:%Y-%m-%dT%H}"


def was_told(user: User, over: OverBudget) -> bool:
    return OutboundText.objects.filter(dedupe_key=mark(user, over)).exists()
