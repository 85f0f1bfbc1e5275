"""What of the texts stands on the front page of the console."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Max, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from apps.rbac.catalog import Permission
from apps.rbac.console.panel import Notice, Watch, counted
from apps.sms import diagnosis, lanes
from apps.sms.models import CarrierFinding, OutboundText, Price
from apps.sms.money import bills, exactly_in_dollars, shortage
from apps.sms.money.prices import OLD_AFTER

# Failures of a day are looked at; older ones have been.
LOOK_BACK = timedelta(hours=24)


def _failed(since: datetime) -> QuerySet[OutboundText]:
    return OutboundText.objects.failed().filter(created_at__gte=since)


def _prices_that_are_old() -> Iterator[Notice]:
    """Only where somebody is to tell them."""
    if settings.SMS_GATEWAY != "twilio":
        return
    told = Price.objects.filter(source=Price.Source.TWILIO)
    newest = told.aggregate(newest=Max("checked_at"))["newest"]
    if newest is None:
        yield Notice("Twilio has not told its prices yet.", _pages("price"))
    elif newest < timezone.now() - OLD_AFTER:
        days = (timezone.now() - newest).days
        yield Notice(f"Twilio has told no prices for {days} days.", _pages("price"))


def _prices_that_are_not_counted() -> Iterator[Notice]:
    since = timezone.now() - OLD_AFTER
    other = Price.objects.filter(checked_at__gte=since).exclude(currency="USD")
    if currency := other.values_list("currency", flat=True).first():
        yield Notice(
            f"Twilio tells prices in {currency}. The ledger is in US dollars, and goes"
            " by the shipped list.",
            _pages("price"),
        )


def _bills_that_differ() -> Iterator[Notice]:
    for line in bills.differing():
        yield Notice(
            f"{line}: Twilio billed {exactly_in_dollars(line.billed)}, and the ledger"
            f" says {exactly_in_dollars(line.ledger)}.",
            _pages("billline"),
            "bad",
        )


def _budgets_that_are_used_up() -> Iterator[Notice]:
    for each in shortage.used_up()[:5]:
        ends_at = date_format(timezone.localtime(each.ends_at), "j M, H:i")
        yield Notice(
            f"{each} is used up until {ends_at}.", _pages("routerconfig"), "bad"
        )


def _texts_that_failed() -> Iterator[Notice]:
    count = counted(_failed(timezone.now() - LOOK_BACK))
    if count:
        page = reverse("admin:sms_outboundtext_changelist") + "?failed=day"
        texts = "text" if count == 1 else "texts"
        yield Notice(f"{count:,} {texts} failed in the last 24 hours.", page, "bad")


def _lanes_that_wait() -> Iterator[Notice]:
    count = counted(lanes.stuck())
    if count:
        page = reverse("admin:sms_lane_changelist") + "?waiting=long"
        wait = "conversation waits" if count == 1 else "conversations wait"
        yield Notice(f"{count:,} {wait} for an answer.", page, "bad")


def _what_differs_at_twilio() -> Iterator[Notice]:
    for row in CarrierFinding.objects.order_by("name")[:5]:
        yield Notice(f"{diagnosis.in_words(row)}.", _pages("carrierfinding"), "bad")


def _pages(name: str) -> str:
    return reverse(f"admin:sms_{name}_changelist")


# Its figures are sums: apps/analytics/panel.py.
TILES = ()
ATTENTION = (
    Watch(_texts_that_failed, Permission.OUTBOUND_VIEW),
    Watch(_budgets_that_are_used_up, Permission.ROUTER_VIEW),
    Watch(_lanes_that_wait, Permission.LANE_VIEW),
    Watch(_prices_that_are_old, Permission.PRICE_VIEW),
    Watch(_prices_that_are_not_counted, Permission.PRICE_VIEW),
    Watch(_bills_that_differ, Permission.BILL_VIEW),
    Watch(_what_differs_at_twilio, Permission.FINDING_VIEW),
)
