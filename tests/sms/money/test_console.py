"""Operators see what things cost, and whose they were only as they may."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import strip_tags
from pytest_django import Settings

from apps.accounts.models import User
from apps.sms.models import Charge, Price
from apps.sms.money import exactly_in_dollars, price_sync
from apps.sms.money.ledger import LOOKS
from tests.sign_in import signed_in
from tests.sms.conftest import ALICE, text, work
from tests.sms.money.test_price_sync import told
from tests.sms.money.test_settling import chat, look_after, price
from tests.sms.twilio_server import TwilioServer

pytestmark = pytest.mark.django_db(transaction=True)


def shown(client: Client, page: str) -> str:
    answer = client.get(page)
    assert answer.status_code == 200, page
    return re.sub(r"\s+", " ", strip_tags(answer.content.decode()))


def test_the_price_list_says_where_each_price_is_from(
    ada: User, twilio: TwilioServer
) -> None:
    twilio.prices = {"US": told(att=("0.0070",))}
    price_sync.sync_prices()
    client = signed_in(ada)
    page = shown(client, "/admin/sms/price/")
    for said in ("any other", "$0.12", "An estimate of ours", "$0.007", "Twilio, for"):
        assert said in page
    only = shown(client, "/admin/sms/price/?source__exact=twilio")
    assert "$0.007" in only and "$0.12" not in only
    assert "$0.0083" in shown(client, "/admin/sms/price/?q=us")
    Price.objects.update(checked_at=timezone.now())
    assert "$0.12" not in shown(client, "/admin/sms/price/?age=old")


def test_the_ledger_text_by_text_with_addresses_masked(
    alice: User, ada: User, twilio: TwilioServer
) -> None:
    chat(twilio)
    price(twilio, "-0.00750")
    look_after(LOOKS[0])
    client = signed_in(ada)
    page = shown(client, "/admin/sms/charge/")
    assert page.count("$0.0075") == 2
    assert "alice@" not in page and ALICE not in page
    went = Charge.objects.get(what="out")
    page = shown(client, f"/admin/sms/charge/{went.pk}/change/")
    for said in ("Set aside", "$0.0133", "Settled", "-$0.0058"):
        assert said in page
    assert shown(client, "/admin/sms/charge/?q=alice@example").count("$0.0075") == 2
    assert "$0.0075" not in shown(client, "/admin/sms/charge/?q=bob@example")


def test_the_way_of_a_text_ends_with_what_it_cost(
    alice: User, ada: User, twilio: TwilioServer
) -> None:
    chat(twilio)
    price(twilio, "-0.00750")
    look_after(LOOKS[0])
    went = Charge.objects.get(what="out")
    page = shown(signed_in(ada), f"/admin/sms/turn/{went.turn_id}/journey/")
    for said in ("Text in: $0.0075", "Text out: $0.0075", "estimated $0.0133"):
        assert said in page


def test_the_front_page_says_when_prices_are_old(
    alice: User, ada: User, twilio: TwilioServer, settings: Settings
) -> None:
    text("hello")
    work()
    client = signed_in(ada)
    page = shown(client, "/admin/")
    assert "Twilio has not told its prices yet." in page
    twilio.prices, twilio.price_unit = {"US": told(att=("0.0070",))}, "EUR"
    price_sync.sync_prices()
    assert "Twilio tells prices in EUR." in shown(client, "/admin/")
    Price.objects.filter(source="twilio").update(
        checked_at=timezone.now() - timedelta(days=4)
    )
    assert "Twilio has told no prices for 4 days." in shown(client, "/admin/")
    settings.SMS_GATEWAY = "simulator"
    assert "Twilio has told" not in shown(client, "/admin/")


@pytest.mark.parametrize(
    ("micros", "said"),
    [
        (8_300, "$0.0083"),
        (-5_000, "-$0.005"),
        (1_200_000, "$1.20"),
        (0, "$0.00"),
        (1, "$0.000001"),
    ],
)
def test_dollars_for_operators(micros: int, said: str) -> None:
    assert exactly_in_dollars(micros) == said
