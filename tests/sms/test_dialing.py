"""Which numbers we text: refused in words before anything is spent on them."""

import secrets
from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.core.errors import Invalid
from apps.sms import dialing, numbers, outbox, reach
from apps.sms.knobs import countries
from apps.sms.models import OutboundText, PhoneNumber, RouterConfig, Turn
from tests.sms.conftest import ALICE, STRANGER, person, post, text, work
from tests.sms.twilio_server import TwilioServer

pytestmark = pytest.mark.django_db(transaction=True)
DANISH = "+4520123456"


def queue(user: User, key: str = "") -> OutboundText | None:
    with transaction.atomic():
        return outbox.queue(
            user=user, body="Tea.", dedupe_key=key or secrets.token_hex()
        )


def allow(*regions: str) -> None:
    row = RouterConfig.objects.filter(config_key=countries.ALLOWED.key)
    row.update(config_value=list(regions))


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("+1 900 555 0101", "a premium-rate number"),
        ("+44 70 1234 5678", "a personal number"),
        ("+1 500 555 0006", "a personal number"),
        ("+44 55 1234 5678", "a company number"),
        ("+44 56 1234 5678", "an internet number"),
        ("+1 800 555 0199", "a toll-free number"),
        ("+49 180 2 123456", "a shared-cost number"),
        ("+44 7640 123456", "a pager"),
        ("+8816 2345 6789", "belongs to no country"),
        ("+800 1234 5678", "belongs to no country"),
        ("+44 20 7946 0958", "a landline"),
    ],
)
def test_why_a_number_is_refused_is_said_in_words(typed: str, why: str) -> None:
    with pytest.raises(Invalid, match=why):
        dialing.normalise(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "+1 202 555 0177;ext=5",
        "+1 202 555 0177 x5",
        "+1 202 555 0177#5",
        "whatsapp:+12025550177",
        "tel:2025550177;phone-context=+44",
        "+1 202 FLOWERS",
        "call me at +1 202 555 0177",
        "14155552671999",
    ],
)
def test_what_only_looks_like_a_number_is_none(typed: str) -> None:
    with pytest.raises(Invalid):
        dialing.normalise(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "tel:+1-202-555-0177",
        "+１２０２５５５０１７７",
        "+١٢٠٢٥٥٥٠١٧٧",
        "1 202 555 0177",
    ],
)
def test_other_ways_to_write_a_number_are_kept_as_one(typed: str) -> None:
    assert dialing.normalise(typed) == "+12025550177"


def test_countries_are_allowed_by_operators(alice: User) -> None:
    with pytest.raises(Invalid, match=r"this country \(DK\)"):
        numbers.claim(user=alice, number=DANISH)
    # Not by its country code, which is that of the United States.
    with pytest.raises(Invalid, match=r"this country \(JM\)"):
        numbers.claim(user=alice, number="+1 876 555 0123")
    allow("US", "DK")
    assert numbers.claim(user=alice, number=DANISH).e164 == DANISH


def test_a_number_of_a_country_that_is_not_allowed_costs_nothing(
    twilio: TwilioServer,
) -> None:
    dan = person("dan@example.com", "Dan", DANISH)
    text("hello", number="+33612345678")
    text("remind me to call Ana tomorrow at 9", number=DANISH)
    work()
    assert set(Turn.objects.values_list("silence", flat=True)) == {"not_texted"}
    assert queue(dan) is None
    assert not twilio.posts and not OutboundText.objects.exists()


def test_a_number_that_is_not_texted_does_not_become_the_main_one(alice: User) -> None:
    allow("US", "DK")
    danish = numbers.verify(user=alice, e164=DANISH)
    allow("US")
    with pytest.raises(Invalid, match="this country"):
        numbers.make_primary(user=alice, public_id=str(danish.public_id))
    primary = numbers.primary(alice)
    assert primary and primary.e164 == ALICE


def test_what_waits_is_not_sent_when_its_country_is_taken_away(
    twilio: TwilioServer,
) -> None:
    allow("US", "DK")
    dan = person("dan@example.com", "Dan", DANISH)
    assert queue(dan)
    allow("US")
    work()
    sent = OutboundText.objects.get()
    assert (sent.state, sent.error_code) == ("canceled", "not_texted")
    assert not twilio.posts


# --- numbers that texts do not reach ---------------------------------------------------


def fail(user: User, code: str, times: int) -> None:
    """As many texts that the carrier could not deliver."""
    for _ in range(times):
        sent = queue(user)
        assert sent is not None
        work()
        sent.refresh_from_db()
        news = {"MessageSid": sent.provider_sid or "", "MessageStatus": "undelivered"}
        post("/webhooks/twilio/status/", news | {"ErrorCode": code})


def test_after_three_errors_of_the_number_nothing_is_sent_there(
    alice: User, twilio: TwilioServer
) -> None:
    # A phone that was off says nothing of its number.
    fail(alice, "30003", 3)
    fail(alice, "30005", 2)
    waits = queue(alice)
    assert waits is not None
    first = OutboundText.objects.earliest("pk")
    OutboundText.objects.filter(pk=first.pk).update(error_code="30006")
    assert queue(alice) is None
    work()
    waits.refresh_from_db()
    assert (waits.state, waits.error_code) == ("canceled", "no_reach")


def test_a_number_that_texts_us_is_reached_again(
    alice: User, twilio: TwilioServer
) -> None:
    fail(alice, "30005", 3)
    assert queue(alice) is None
    text("reminders")
    work()
    assert len(twilio.bodies(ALICE)) == 4
    assert queue(alice)


@pytest.mark.parametrize("said", ["hello", "HELP"])
def test_a_text_that_gets_no_answer_says_so_too(
    twilio: TwilioServer, alice: User, said: str
) -> None:
    """A stranger who was guided today, or a word that the carrier answers."""
    fail(alice, "30005", 3)
    numbers.release(user=alice, public_id=str(PhoneNumber.objects.get().public_id))
    text("hello")
    work()
    OutboundText.objects.filter(turn__isnull=False).update(
        created_at=timezone.now() - timedelta(hours=1)
    )
    assert Turn.objects.exists()
    text(said)
    work()
    assert Turn.objects.latest("pk").silence
    assert not reach.is_unreachable(ALICE)


def test_errors_of_long_ago_count_no_more(alice: User, twilio: TwilioServer) -> None:
    fail(alice, "30005", 3)
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        assert queue(alice)


def test_strangers_of_allowed_countries_are_guided(twilio: TwilioServer) -> None:
    text("hello", number=STRANGER)
    work()
    assert len(twilio.bodies(STRANGER)) == 1
    assert not PhoneNumber.objects.exists()
