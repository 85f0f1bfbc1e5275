"""Each night the price list becomes what Twilio asks of this account."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from apps.core.errors import OutsideFailure
from apps.sms.models import Price
from apps.sms.money import prices
from apps.sms.money.price_sync import sync_prices
from tests.sms.twilio_server import TwilioServer

pytestmark = pytest.mark.django_db(transaction=True)
ALICE, GERMAN, OURS = "+12025550101", "+4915112345678", "+12025550100"


def told(**carriers: tuple[str, ...]) -> dict[str, Any]:
    """Of each carrier the prices from a local number and a toll-free one."""

    def priced(prices: tuple[str, ...]) -> list[dict[str, str]]:
        kinds = ("local", "toll free")
        return [
            {"number_type": kind, "base_price": "9.9", "current_price": price}
            for kind, price in zip(kinds, prices, strict=False)
        ]

    return {
        "outbound": [
            {"carrier": name, "mcc": "310", "mnc": "1", "prices": priced(prices)}
            for name, prices in carriers.items()
        ],
        "inbound": priced(("0.0070",)),
    }


def of_twilio() -> list[tuple[str, str, str, int]]:
    rows = Price.objects.filter(source="twilio").order_by("pk")
    said = rows.values_list("country", "direction", "number_type", "micros")
    return [(a, b, c, d) for a, b, c, d in said]


def test_the_dearest_carrier_counts(twilio: TwilioServer) -> None:
    twilio.prices = {
        "US": told(att=("0.0070", "0.0080"), tmobile=("0.0075", "0.0072")),
        "DE": told(o2=("0.1",)),
    }
    sync_prices()
    assert of_twilio() == [
        ("DE", "out", "local", 100_000),
        ("DE", "in", "local", 7_000),
        ("US", "out", "local", 7_500),
        ("US", "out", "tollfree", 8_000),
        ("US", "in", "local", 7_000),
    ]
    assert prices.outbound(number=ALICE, our_number=OURS, segments=1).each == 7_500
    said = prices.outbound(number=GERMAN, our_number=OURS, segments=1)
    assert (said.micros, said.source) == (100_000, "twilio")


def test_a_price_that_holds_is_only_noted_and_a_changed_one_is_a_new_row(
    twilio: TwilioServer,
) -> None:
    twilio.prices = {"US": told(att=("0.0070",))}
    sync_prices()
    first = Price.objects.get(source="twilio", direction="out")
    with time_machine.travel(timezone.now() + timedelta(days=1), tick=False):
        twilio.prices = {"US": told(att=("0.0081",))}
        sync_prices()
        assert len(of_twilio()) == 3
        assert prices.outbound(number=ALICE, our_number=OURS, segments=1).each == 8_100
        same = Price.objects.get(source="twilio", direction="in")
        assert same.checked_at == timezone.now() > same.valid_from
    first.refresh_from_db()
    assert first.micros == 7_000


def test_another_currency_is_kept_and_not_counted(twilio: TwilioServer) -> None:
    twilio.prices, twilio.price_unit = {"US": told(att=("0.0060",))}, "eur"
    sync_prices()
    kept = Price.objects.filter(source="twilio")
    assert [(row.currency, row.is_counted) for row in kept] == [("EUR", False)] * 2
    assert prices.outbound(number=ALICE, our_number=OURS, segments=1).source == "list"


def test_a_country_that_is_not_told_leaves_the_others(twilio: TwilioServer) -> None:
    twilio.prices = {"DE": told(o2=("0.1",)), "US": told(att=("0.0070",))}
    twilio.behave("accept", 500)
    with pytest.raises(OutsideFailure, match="DE"):
        sync_prices()
    assert {row[0] for row in of_twilio()} == {"US"}


def test_nothing_is_told_while_twilio_is_away(twilio: TwilioServer) -> None:
    twilio.behave(500)
    with pytest.raises(OutsideFailure):
        sync_prices()
    assert of_twilio() == []


def test_the_simulator_has_the_shipped_list_only() -> None:
    sync_prices()
    assert of_twilio() == []
