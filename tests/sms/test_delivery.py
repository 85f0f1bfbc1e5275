"""News of a text: in any order, any number of times, for texts known and unknown."""

import itertools

import pytest
from django.db import transaction
from django.test import Client

from apps.accounts.models import User
from apps.sms import delivery, lanes, outbox, sender, threads
from apps.sms.models import DeliveryEvent, OptOut, OutboundText
from tests.races import overtaken
from tests.sms.conftest import post, sid, text, work
from tests.sms.twilio_server import TwilioServer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sent(alice: User, twilio: TwilioServer) -> OutboundText:
    text("?")
    work()
    return OutboundText.objects.get()


def news(of: OutboundText, status: str, **extra: str) -> int:
    fields = {"MessageSid": of.provider_sid or "", "MessageStatus": status, **extra}
    return post(f"/webhooks/twilio/status/?m={of.ref}", fields).status_code


@pytest.mark.parametrize(
    "order", list(itertools.permutations(["queued", "sent", "delivered"]))
)
def test_the_order_of_callbacks_does_not_matter(
    sent: OutboundText, order: tuple[str, ...]
) -> None:
    for status in order:
        assert news(sent, status) == 204
    sent.refresh_from_db()
    assert sent.delivery == "delivered" and sent.delivered_at
    assert DeliveryEvent.objects.filter(text=sent).count() == 3


def test_the_same_callback_again_changes_nothing(sent: OutboundText) -> None:
    for _ in range(3):
        news(sent, "sent")
    assert DeliveryEvent.objects.count() == 1


def test_the_first_end_counts(sent: OutboundText) -> None:
    news(sent, "undelivered", ErrorCode="30003")
    news(sent, "delivered")
    sent.refresh_from_db()
    assert (sent.delivery, sent.error_code) == ("undelivered", "30003")
    assert sent.user
    (message,) = [m for m in threads.page(sent.user).messages if m.direction == "out"]
    assert message.state_label == "Not delivered: the phone was off or out of reach"
    assert message.tone == "bad"


def test_a_callback_that_overtakes_our_own_call_proves_it(
    sent: OutboundText,
) -> None:
    OutboundText.objects.update(state="sending", provider_sid=None)
    early = sid()
    fields = {"MessageSid": early, "MessageStatus": "sent"}
    post(f"/webhooks/twilio/status/?m={sent.ref}", fields)
    sent.refresh_from_db()
    assert (sent.state, sent.provider_sid) == ("sent", early)


def test_news_of_a_text_not_known_yet_is_kept_and_found(sent: OutboundText) -> None:
    OutboundText.objects.update(state="sending", provider_sid=None, delivery="")
    early = sid()
    fields = {"MessageSid": early, "MessageStatus": "delivered"}
    assert post("/webhooks/twilio/status/", fields).status_code == 204
    delivery.handed_over(sent, early)
    sent.refresh_from_db()
    assert sent.delivery == "delivered"
    assert DeliveryEvent.objects.get().text == sent


def test_news_with_anothers_sid_does_not_touch_this_text(sent: OutboundText) -> None:
    fields = {"MessageSid": sid(), "MessageStatus": "failed"}
    post(f"/webhooks/twilio/status/?m={sent.ref}", fields)
    sent.refresh_from_db()
    assert sent.delivery == ""


@pytest.mark.parametrize(
    "ref", ["", "x", "%00", "01a20794-b3ed-7257-a214-198ff7ce4a6d"]
)
@pytest.mark.parametrize("status", ["", "exploded", "DELIVERED", "x" * 200])
def test_odd_news_is_acknowledged(sent: OutboundText, ref: str, status: str) -> None:
    fields = {"MessageSid": sid(), "MessageStatus": status}
    assert post(f"/webhooks/twilio/status/?m={ref}", fields).status_code == 204


def test_unsigned_news_is_refused(sent: OutboundText) -> None:
    response = Client().post(
        f"/webhooks/twilio/status/?m={sent.ref}",
        "MessageStatus=failed",
        content_type="application/x-www-form-urlencoded",
    )
    assert response.status_code == 403
    assert not DeliveryEvent.objects.exists()


def test_21610_in_a_callback_notes_the_opt_out(sent: OutboundText) -> None:
    news(sent, "undelivered", ErrorCode="21610")
    assert OptOut.objects.get().is_out


def test_news_of_an_earlier_try_stops_the_next_one(
    alice: User, twilio: TwilioServer
) -> None:
    """It comes while the text is taken up to be sent again: it was sent already."""
    with transaction.atomic():
        outbox.queue(user=alice, body="milk", dedupe_key="milk")
    queued, lease = OutboundText.objects.get(), lanes.claim()
    assert lease is not None
    proof = {"MessageSid": sid(), "MessageStatus": "sent"}
    is_sent_again = overtaken(
        queued,
        lambda: delivery.record(proof, ref=str(queued.ref)),
        lambda: sender._intend(lease, queued),
    )
    assert is_sent_again is False
    queued = OutboundText.objects.get()
    assert (queued.state, queued.provider_sid) == ("sent", proof["MessageSid"])
