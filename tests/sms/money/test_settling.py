"""The price that the gateway tells later counts."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from apps.accounts.models import User
from apps.sms.models import Charge, Entry, OutboundText
from apps.sms.money import ledger, settling
from apps.sms.money.ledger import LOOKS
from tests.sms.conftest import form, post, text, work
from tests.sms.money.conftest import assert_sound, in_all
from tests.sms.twilio_server import Sent, TwilioServer

pytestmark = pytest.mark.django_db(transaction=True)
IN, OUT = 8_300, 13_300
SECOND = timedelta(seconds=1)


def chat(twilio: TwilioServer, times: int = 1) -> None:
    """A text and its answer, that Twilio knows both."""
    for number in range(times):
        fields = form(f"hello {number}")
        post("/webhooks/twilio/sms/", fields)
        twilio.receive(
            sid=fields["MessageSid"],
            sender=fields["From"],
            to=fields["To"],
            body=fields["Body"],
        )
        work()


def price(twilio: TwilioServer, told: str, currency: str = "USD") -> None:
    for sent in twilio.sent:
        sent.price, sent.currency = told, currency


def look_after(length: timedelta) -> None:
    with time_machine.travel(timezone.now() + length + SECOND, tick=False):
        settling.settle_prices()


def states() -> set[tuple[str, int]]:
    return {*Charge.objects.values_list("state", "micros")}


def test_both_directions_are_settled_from_one_list(
    alice: User, twilio: TwilioServer
) -> None:
    chat(twilio, times=3)
    price(twilio, "-0.00750")
    before = twilio.pages
    look_after(LOOKS[0])
    assert twilio.pages == before + 1
    assert states() == {("settled", 7_500)}
    assert in_all() == 6 * 7_500
    assert_sound()


def test_a_price_that_is_late_is_looked_for_at_each_time_and_no_oftener(
    alice: User, twilio: TwilioServer
) -> None:
    chat(twilio)
    pages = []
    start = timezone.now()
    for hours in (0, 0.2, 1.1, 2, 6.1, 12, 24.1, 30):
        with time_machine.travel(start + timedelta(hours=hours, minutes=6)):
            before = twilio.pages
            settling.settle_prices()
            pages.append(twilio.pages - before)
    assert pages == [1, 0, 1, 0, 1, 0, 1, 0]
    price(twilio, "-0.00750")
    look_after(LOOKS[-1])
    assert states() == {("settled", 7_500)}
    assert not Charge.objects.exclude(sid="").exists()


def test_a_price_that_changes_later_is_corrected_at_the_end(
    alice: User, twilio: TwilioServer
) -> None:
    chat(twilio)
    price(twilio, "-0.00750")
    look_after(LOOKS[0])
    price(twilio, "-0.00900")
    look_after(LOOKS[1])
    assert states() == {("settled", 7_500)}
    look_after(LOOKS[-1])
    assert states() == {("settled", 9_000)}
    assert Entry.objects.filter(kind="correct", micros=1_500).count() == 2
    assert_sound()
    look_after(LOOKS[-1] * 2)
    assert Entry.objects.filter(kind="correct").count() == 2


def test_without_a_price_the_estimate_stands_and_says_so(
    alice: User, twilio: TwilioServer
) -> None:
    chat(twilio)
    for length in LOOKS:
        look_after(length)
    assert states() == {("settled", IN), ("settled", OUT)}
    assert {*Charge.objects.values_list("note", flat=True)} == {settling.UNKNOWN}
    assert not Charge.objects.filter(look_at__isnull=False).exists()


def test_another_currency_is_refused_in_words(
    alice: User, twilio: TwilioServer
) -> None:
    chat(twilio)
    price(twilio, "-0.0065", "EUR")
    for length in LOOKS:
        look_after(length)
    assert states() == {("settled", IN), ("settled", OUT)}
    (note,) = {*Charge.objects.values_list("note", flat=True)}
    assert note == (
        "Told in EUR, and the ledger is in US dollars: the estimate stands."
    )


def test_a_gateway_that_does_not_answer_is_asked_again(
    alice: User, twilio: TwilioServer
) -> None:
    chat(twilio)
    price(twilio, "-0.00750")
    twilio.is_shut = True
    look_after(LOOKS[0])
    assert states() == {("spent", IN), ("spent", OUT)}
    twilio.is_shut = False
    look_after(LOOKS[0] + timedelta(minutes=5))
    assert states() == {("settled", 7_500)}


def test_thousands_are_read_in_pages(twilio: TwilioServer) -> None:
    now = timezone.now()
    rows = [
        Charge(cause=f"out:{n}", what="out", pot="answers", micros=OUT, sid=f"SM{n}")
        for n in range(2_300)
    ]
    for row in rows:
        row.spent_at = now
    ledger.open_turn(rows, None)
    twilio.sent += [
        Sent(f"SM{n}", "+1", "+1", "x", "", datetime.now(UTC), "sent", "-0.00830")
        for n in range(2_300)
    ]
    look_after(LOOKS[0])
    assert twilio.pages == 3
    assert states() == {("settled", 8_300)}
    assert in_all() == 2_300 * 8_300


def test_the_simulator_tells_its_prices_too(alice: User) -> None:
    text("hello")
    work()
    look_after(LOOKS[0])
    assert states() == {("settled", IN), ("settled", OUT)}
    assert OutboundText.objects.get().charge.state == "settled"
