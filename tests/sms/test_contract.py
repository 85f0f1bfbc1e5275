"""What our client says to Twilio, and what the server of the tests answers, is what
Twilio's own description of its REST allows."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
from django.conf import settings as django_settings
from pytest_django import Settings

from apps.core.errors import OutsideFailure
from apps.sms import signing
from apps.sms.addresses import OVERRIDES, Addresses
from apps.sms.gateway import Busy, Draft, NotDone, OutcomeUnknown, Refused
from apps.sms.gateways.twilio import PAGE, TwilioGateway
from tests.sms import prism
from tests.sms.conftest import ALICE, BOB, sid
from tests.sms.twilio_server import TwilioServer

SITE = "https://switchboard.example"
SERVICE = "MG" + "1" * 32
ADDRESSES = Addresses(
    *(f"{SITE}/webhooks/twilio/{name}/{OVERRIDES}" for name in ("a", "b", "c"))
)
SINCE = timedelta(minutes=5)


@pytest.fixture(scope="module")
def judged() -> Iterator[tuple[TwilioServer, str]]:
    """The server, and the address where Prism stands in front of it."""
    with TwilioServer(
        django_settings.TWILIO_ACCOUNT_SID, signing.tokens()[0]
    ) as server:
        with prism.between(server.url) as url:
            yield server, url


@pytest.fixture
def twilio(settings: Settings, judged: tuple[TwilioServer, str]) -> TwilioServer:
    server, settings.TWILIO_API_BASE = judged
    server.calm()
    server.sent.clear()
    server.numbers.clear()
    return server


@pytest.fixture
def gateway(twilio: TwilioServer) -> TwilioGateway:
    return TwilioGateway()


@pytest.fixture
def service(settings: Settings, twilio: TwilioServer) -> dict[str, Any]:
    settings.TWILIO_MESSAGING_SERVICE_SID = SERVICE
    return twilio.found(SERVICE)


def draft(number: str = ALICE, callback_url: str = f"{SITE}/news/?m=1") -> Draft:
    return Draft(number, django_settings.TWILIO_NUMBER, "Dinner is at 7.", callback_url)


# --- texts -----------------------------------------------------------------------------


def test_a_text_is_sent_from_our_number(
    gateway: TwilioGateway, twilio: TwilioServer
) -> None:
    told = gateway.send(draft())
    (sent,) = twilio.sent
    assert (sent.sid, sent.to, sent.sender, sent.callback) == (
        told,
        ALICE,
        django_settings.TWILIO_NUMBER,
        f"{SITE}/news/?m=1",
    )


def test_a_text_is_sent_by_a_service(
    gateway: TwilioGateway, twilio: TwilioServer, service: dict[str, Any]
) -> None:
    gateway.send(draft())
    assert [sent.service for sent in twilio.sent] == [SERVICE]


def test_what_was_handed_over_is_found(
    gateway: TwilioGateway, twilio: TwilioServer
) -> None:
    handed_over = gateway.send(draft())
    gateway.send(draft(BOB))
    since = datetime.now(UTC) - SINCE
    (found,) = gateway.find(number=ALICE, our_number="", since=since)
    assert (found.sid, found.body, found.status) == (
        handed_over,
        "Dinner is at 7.",
        "queued",
    )


def test_prices_are_listed_page_by_page(
    gateway: TwilioGateway, twilio: TwilioServer
) -> None:
    for number in range(PAGE + 1):
        came = twilio.receive(sid=sid(), sender=ALICE, to=BOB, body=str(number))
        came.price = "-0.00830"
    now, pages = datetime.now(UTC), twilio.pages
    listed = list(gateway.prices(since=now - SINCE, until=now + SINCE))
    assert len({priced.sid for priced in listed}) == PAGE + 1
    assert twilio.pages == pages + 2
    assert {(told.price, told.currency) for told in listed} == {
        (Decimal("0.0083"), "USD")
    }


@pytest.mark.parametrize(
    ("met", "raised", "said"),
    [
        (429, Busy, "429 20429"),
        (500, OutcomeUnknown, "500"),
        ("21610", Refused, "21610"),
        ("21211", Refused, "21211"),
    ],
)
def test_a_refusal_passes_and_is_told_apart(
    gateway: TwilioGateway,
    twilio: TwilioServer,
    met: int | str,
    raised: type[Exception],
    said: str,
) -> None:
    twilio.behave(met)
    posts = twilio.posts
    with pytest.raises(raised, match=f"^{said}$"):
        gateway.send(draft())
    assert twilio.posts == posts + 1


def test_a_file_is_deleted(gateway: TwilioGateway, twilio: TwilioServer) -> None:
    text = sid()
    file = f"/2010-04-01/Accounts/{twilio.account}/Messages/{text}/Media/ME{'1' * 32}"
    twilio.media.add(f"{file}.json")
    gateway.forget(f"https://api.twilio.com{file}", sid=text)
    assert not twilio.media


# --- the account -----------------------------------------------------------------------


def test_our_number_is_pointed_here(
    gateway: TwilioGateway, twilio: TwilioServer
) -> None:
    number = twilio.buy(django_settings.TWILIO_NUMBER)
    number["sms_application_sid"] = "AP" + "1" * 32
    drifted = {drift.name for drift in gateway.drift(ADDRESSES)}
    assert drifted == {"sms_url", "sms_fallback_url", "sms_application_sid"}
    gateway.point(ADDRESSES)
    assert gateway.drift(ADDRESSES) == []


def test_our_service_is_pointed_here(
    gateway: TwilioGateway, service: dict[str, Any]
) -> None:
    drifted = {drift.name for drift in gateway.drift(ADDRESSES)}
    assert drifted == {
        "inbound_request_url",
        "fallback_url",
        "status_callback",
        "use_inbound_webhook_on_number",
    }
    gateway.point(ADDRESSES)
    assert gateway.drift(ADDRESSES) == []


def test_the_price_list_is_read(gateway: TwilioGateway, twilio: TwilioServer) -> None:
    """Prices are numbers in the description, and text in the manual's examples."""
    price = {"number_type": "local", "base_price": 0.0083, "current_price": 0.0079}
    carrier = {"carrier": "AT&T", "mcc": "310", "mnc": "1", "prices": [price]}
    twilio.prices = {"US": {"outbound": [carrier], "inbound": [price]}}
    assert gateway.countries() == ["US"]
    assert [
        (tariff.direction, tariff.number_type, tariff.price)
        for tariff in gateway.tariffs("US")
    ] == [("out", "local", Decimal("0.0079")), ("in", "local", Decimal("0.0079"))]


def test_a_number_is_looked_up(gateway: TwilioGateway, twilio: TwilioServer) -> None:
    twilio.line_types = {ALICE: "landline"}
    assert [gateway.line_type(number) for number in (ALICE, BOB)] == ["landline", ""]


def test_numbers_taken_back_are_listed(
    gateway: TwilioGateway, twilio: TwilioServer
) -> None:
    twilio.deactivated = {"2026-11-19": [ALICE.removeprefix("+")]}
    assert list(gateway.deactivated(date(2026, 11, 19))) == [ALICE]


# --- that the check can fail -----------------------------------------------------------


def test_a_service_that_cannot_be_is_refused(
    settings: Settings, gateway: TwilioGateway, twilio: TwilioServer
) -> None:
    settings.TWILIO_MESSAGING_SERVICE_SID = "MG1"
    with pytest.raises(OutcomeUnknown, match="^422$"):
        gateway.send(draft())
    with pytest.raises(NotDone, match="422"):
        gateway.point(ADDRESSES)
    assert not twilio.sent


def test_a_callback_that_is_no_address_is_refused(
    gateway: TwilioGateway, twilio: TwilioServer
) -> None:
    with pytest.raises(OutcomeUnknown, match="^422$"):
        gateway.send(draft(callback_url="/news/"))
    assert not twilio.sent


def test_a_text_to_nobody_is_refused(
    settings: Settings, gateway: TwilioGateway, twilio: TwilioServer
) -> None:
    answer = httpx.post(
        f"{settings.TWILIO_API_BASE}/2010-04-01/Accounts/{twilio.account}/Messages.json",
        auth=(twilio.account, twilio.token),
        data={"From": ALICE, "Body": "hello"},
        trust_env=False,
    )
    assert answer.status_code == 422 and "'To'" in answer.text
    assert not twilio.sent


def test_a_file_of_a_text_that_cannot_be_is_refused(
    gateway: TwilioGateway, twilio: TwilioServer
) -> None:
    file = f"/2010-04-01/Accounts/{twilio.account}/Messages/SM1/Media/ME{'1' * 32}"
    with pytest.raises(OutsideFailure, match="422"):
        gateway.forget(f"https://api.twilio.com{file}", sid="SM1")


def test_an_answer_that_twilio_would_not_give_is_refused(
    gateway: TwilioGateway, twilio: TwilioServer
) -> None:
    twilio.buy(django_settings.TWILIO_NUMBER)["sms_method"] = "SHOUT"
    with pytest.raises(NotDone, match="500"):
        gateway.drift(ADDRESSES)
