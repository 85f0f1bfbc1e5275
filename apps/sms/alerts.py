"""What is watched of texting: that it works, and what it costs."""

from datetime import timedelta

from django.db.models import Sum
from django.utils import timezone

from apps.core import tallies
from apps.jobs.rules import Rule, Severity
from apps.sms import auditor, diagnosis, lanes, texted_codes
from apps.sms.breaker import SHUT_OUT
from apps.sms.models import Entry
from apps.sms.money import DOLLAR, bills, shortage
from apps.sms.webhooks import FALLEN_BACK, TROUBLE

_MINUTES = 15
_DAY = timedelta(days=1)


def _troubles() -> float:
    return float(tallies.lately(TROUBLE, _MINUTES))


def _dollars() -> float:
    """By the ledger: what was set aside, spent and corrected within a day."""
    entries = Entry.objects.filter(at__gt=timezone.now() - _DAY)
    return float((entries.aggregate(all=Sum("micros"))["all"] or 0) / DOLLAR)


def _fallen_back() -> float:
    return float(tallies.lately(FALLEN_BACK, _MINUTES))


def _shut_out() -> float:
    return float(tallies.lately(SHUT_OUT, _MINUTES))


def _differing() -> float:
    return float(len(bills.differing()))


def _stuck() -> float:
    return float(lanes.stuck()[:1_000].count())


def _short() -> float:
    return float(len(shortage.used_up()))


def _pumped() -> float:
    return float(len(texted_codes.pumped_areas()))


RULES = (
    Rule(
        "sms.webhooks",
        "Webhooks of Twilio fail",
        _troubles,
        f"calls in {_MINUTES} minutes",
        above=5,
        severity=Severity.PAGE,
    ),
    Rule(
        "sms.fallback",
        "Texts come by the fallback address",
        _fallen_back,
        f"texts in {_MINUTES} minutes",
        above=0,
        severity=Severity.PAGE,
    ),
    Rule(
        "sms.answered",
        "Texts were lost, doubled or answered out of order",
        auditor.wrong,
        "texts",
        above=0,
        severity=Severity.PAGE,
    ),
    Rule(
        "sms.stuck",
        "Conversations wait for an answer",
        _stuck,
        "conversations",
        above=0,
        severity=Severity.PAGE,
    ),
    Rule(
        "sms.uncounted",
        "Nobody counts whether texts are answered",
        auditor.silent_for,
        "hours",
        above=3,
    ),
    Rule(
        "sms.drift",
        "Twilio would bring texts elsewhere",
        diagnosis.differing,
        "settings",
        above=0,
        severity=Severity.PAGE,
    ),
    Rule(
        "sms.account",
        "Twilio does not let our account in",
        _shut_out,
        f"refusals in {_MINUTES} minutes",
        above=0,
        severity=Severity.PAGE,
    ),
    Rule(
        "sms.spend",
        "Texts and the language model cost a lot",
        _dollars,
        "dollars in a day",
        above=50,
    ),
    # Whoever spends from it is silent, and most likely somebody makes them.
    Rule(
        "sms.budgets",
        "A budget that people share is used up",
        _short,
        "budgets",
        above=0,
        severity=Severity.PAGE,
    ),
    Rule(
        "sms.bill",
        "Twilio billed another amount than the ledger says",
        _differing,
        "parts of the last month",
        above=0,
    ),
    # They are paused already; whoever is paid for such texts tries elsewhere next.
    Rule(
        "sms.pumping",
        "Codes are texted and never typed",
        _pumped,
        "areas",
        above=0,
        severity=Severity.PAGE,
    ),
)
