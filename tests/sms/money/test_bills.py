"""What Twilio billed for a month stands beside what the ledger says."""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from pytest_django import Settings

from apps.accounts.models import User
from apps.core.errors import OutsideFailure
from apps.jobs import rules
from apps.sms.models import BillLine, Charge, Pot, RouterConfig
from apps.sms.money import bills, ledger
from apps.sms.money.bills import check_bill
from tests.sign_in import signed_in
from tests.sms.conftest import text, work
from tests.sms.money.test_console import shown
from tests.sms.twilio_server import TwilioServer

pytestmark = pytest.mark.django_db(transaction=True)

ON_THE_FOURTH = datetime(2026, 11, 4, 5, 20, tzinfo=UTC)
MIDDLE = datetime(2026, 10, 15, 12, tzinfo=UTC)


def spent(micros: int, what: str = "out", at: datetime = MIDDLE) -> Charge:
    """Settled at that moment."""
    pot = Pot.LOOKUPS if what == "lookup" else Pot.ANSWERS
    cause = f"{what}:{micros}:{at}"
    return ledger.enter_past(at=at, micros=micros, cause=cause, what=what, pot=pot)


def check(at: datetime = ON_THE_FOURTH) -> dict[str, BillLine]:
    """By part, of October."""
    with time_machine.travel(at, tick=False):
        check_bill()
    lines = BillLine.objects.filter(month="2026-10-01")
    return {line.part: line for line in lines}


def test_what_was_billed_stands_beside_the_ledger(twilio: TwilioServer) -> None:
    spent(30_000_000)
    spent(10_000_000, "in")
    spent(800_000, "lookup")
    spent(70_000_000, "tokens")
    twilio.billed["2026-10"] = {
        "sms": "32.50",
        "sms-inbound": "10.00",
        "sms-outbound": "22.50",
        "sms-messages-carrierfees": "7.50",
        "lookups": "0.80",
        "phonenumbers": "1.15",
        "totalprice": "41.95",
    }
    lines = check()
    texts, looks, rest = lines["texts"], lines["lookups"], lines["rest"]
    assert (texts.ledger, texts.billed, texts.more) == (40_000_000, 40_000_000, 0)
    assert texts.kinds == {"out": 30_000_000, "in": 10_000_000}
    assert texts.categories["sms-messages-carrierfees"] == 7_500_000
    assert (looks.ledger, looks.billed) == (800_000, 800_000)
    # The rent of the number.
    assert (rest.ledger, rest.billed) == (0, 1_150_000)
    assert not bills.differing()


def test_a_month_is_that_of_utc_and_what_was_never_spent_is_not_billed(
    twilio: TwilioServer,
) -> None:
    spent(1_000, at=datetime(2026, 9, 30, 23, 59, 59, tzinfo=UTC))
    spent(2_000, at=datetime(2026, 10, 1, tzinfo=UTC))
    spent(4_000, at=datetime(2026, 10, 31, 23, 59, 59, tzinfo=UTC))
    spent(8_000, at=datetime(2026, 11, 1, tzinfo=UTC))
    with time_machine.travel(MIDDLE, tick=False):
        ledger.reserve(cause="x", what="out", pot=Pot.ANSWERS, micros=16_000)
        # Set aside in October, taken in November.
        late = ledger.reserve(cause="y", what="out", pot=Pot.ANSWERS, micros=32_000)
    with time_machine.travel(datetime(2026, 11, 1, 1, tzinfo=UTC), tick=False):
        ledger.spend(late)
    assert check()["texts"].ledger == 6_000


@pytest.mark.parametrize(
    ("billed", "tenths", "is_off"),
    [
        ("1000.00", 5, False),
        ("1005.00", 5, False),
        ("1005.10", 5, True),
        ("994.90", 5, True),
        ("1009.00", 10, False),
    ],
)
def test_more_than_the_tolerance_either_way_is_told(
    twilio: TwilioServer, ada: User, billed: str, tenths: int, is_off: bool
) -> None:
    RouterConfig.objects.filter(config_key="bills.tolerance").update(
        config_value=tenths
    )
    spent(1_000_000_000)
    twilio.billed["2026-10"] = {"sms-outbound": billed, "totalprice": billed}
    check()
    rule = rules.every()["sms.bill"]
    assert rule.measure() == (1 if is_off else 0)
    client = signed_in(ada)
    page = shown(client, "/admin/sms/billline/")
    assert ("Differs too much" in page) == is_off
    assert ("October 2026, Texts: Twilio billed" in shown(client, "/admin/")) == is_off


def test_less_than_a_dollar_is_never_too_much(twilio: TwilioServer) -> None:
    spent(1_000_000)
    twilio.billed["2026-10"] = {"sms-outbound": "1.90", "totalprice": "1.90"}
    check()
    assert not bills.differing()


def test_it_is_compared_once_prices_are_there_and_until_the_month_stands(
    twilio: TwilioServer,
) -> None:
    def billed(price: str) -> dict[str, str]:
        return {"sms-outbound": price, "totalprice": price}

    twilio.billed["2026-10"] = billed("5.00")
    assert not check(datetime(2026, 11, 3, 5, 20, tzinfo=UTC)) and not twilio.posts
    assert check()["texts"].billed == 5_000_000
    twilio.billed["2026-10"] = billed("6.00")
    assert check(datetime(2026, 11, 11, 5, 20, tzinfo=UTC))["texts"].billed == 6_000_000
    twilio.billed["2026-10"] = billed("7.00")
    assert check(datetime(2026, 11, 12, 5, 20, tzinfo=UTC))["texts"].billed == 6_000_000


@pytest.mark.parametrize("trouble", [500, 401, "drop", "garbage"])
def test_what_twilio_does_not_tell_is_asked_again_and_changes_nothing(
    twilio: TwilioServer, trouble: int | str
) -> None:
    twilio.billed["2026-10"] = {"sms-outbound": "5.00", "totalprice": "5.00"}
    twilio.behave(trouble)
    with pytest.raises(OutsideFailure):
        check()
    assert not BillLine.objects.exists()
    assert check()["texts"].billed == 5_000_000


def test_a_bill_of_many_categories_is_read_to_its_end(twilio: TwilioServer) -> None:
    many = {f"other-{n}": "0" for n in range(1_100)}
    twilio.billed["2026-10"] = {**many, "sms-inbound": "2.00", "totalprice": "2.00"}
    assert check()["texts"].billed == 2_000_000


def test_the_page_of_a_line_says_what_it_is_made_of(
    twilio: TwilioServer, ada: User
) -> None:
    spent(3_000_000)
    spent(1_500_000, "in")
    told: dict[str, Any] = {"sms-inbound": "1.50", "sms-outbound": "5.25"}
    twilio.billed["2026-10"] = {**told, "totalprice": "6.75"}
    line = check()["texts"]
    page = shown(signed_in(ada), f"/admin/sms/billline/{line.pk}/change/")
    for said in (
        "Text in $1.50, Text out $3.00",
        "sms-inbound $1.50, sms-outbound $5.25",
        "+$2.25, +33.3 %",
    ):
        assert said in page


def test_the_simulator_bills_what_it_carried(alice: User, settings: Settings) -> None:
    assert settings.SMS_GATEWAY == "simulator"
    with time_machine.travel(datetime(2026, 12, 15, tzinfo=UTC)):
        text("hello")
        work()
    with time_machine.travel(datetime(2027, 1, 4, 5, 20, tzinfo=UTC)):
        check_bill()
    texts = BillLine.objects.get(month="2026-12-01", part="texts")
    assert texts.billed == texts.ledger > 0
    assert BillLine.objects.get(month="2026-12-01", part="rest").billed == 0
