"""Who is told of what, each once."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts import closing
from apps.accounts.models import User
from apps.analytics import draining
from apps.core import opaque
from apps.integrations import connections, standing
from apps.integrations.consents import Channel
from apps.integrations.models import Connection
from apps.sms import threads, web
from apps.sms.models import Delta, OutboundText, Turn
from apps.webhooks import endpoints, news, sending
from apps.webhooks.models import Delivery, News
from tests.analytics.rows import lane, went
from tests.races import together
from tests.sms.conftest import form, post, text, work
from tests.webhooks.receiver import Receiver
from tests.webhooks.sent import endpoint, told

pytestmark = pytest.mark.django_db(transaction=True)


def bodies(receiver: Receiver) -> list[Any]:
    return [json.loads(each.body) for each in receiver.seen]


def types(receiver: Receiver) -> list[str]:
    return sorted(each["type"] for each in bodies(receiver))


def arrived(sent: OutboundText, status: str, **more: str) -> None:
    fields = {"MessageSid": sent.provider_sid or "", "MessageStatus": status, **more}
    assert post(f"/webhooks/twilio/status/?ref={sent.ref}", fields).status_code == 204


def connected(user: User) -> Connection:
    return Connection.objects.create(
        user=user, provider="google", uid="1", connected_at=timezone.now()
    )


def test_a_text_and_its_answer_are_told_with_ids_and_no_words(
    alice: User, receiver: Receiver
) -> None:
    endpoint(alice, receiver.url)
    assert text("note the gate sticks").status_code == 200
    work()
    told()
    answer = OutboundText.objects.get()
    came, sent = sorted(bodies(receiver), key=lambda each: each["type"])
    assert came["type"] == "message.received" and came["timestamp"].endswith("Z")
    assert came["data"] == {
        "id": threads.id_of("in", answer.turn.texts.get().pk),  # type: ignore[union-attr]  # it is one
        "turn": opaque.name(Turn, answer.turn.pk),  # type: ignore[union-attr]  # the same
        "state": "received",
    }
    assert (sent["type"], sent["data"]["id"]) == (
        "message.sent",
        threads.id_of("out", answer.pk),
    )
    assert (sent["data"]["kind"], sent["data"]["state"]) == ("reply", "sent")
    assert "gate" not in str(bodies(receiver))
    arrived(answer, "delivered")
    told()
    assert bodies(receiver)[-1]["type"] == "message.delivered"
    # Nothing of it is told again, whatever else becomes of it.
    arrived(answer, "read")
    told()
    assert len(receiver.seen) == 3 and not News.objects.exists()


def test_whoever_asked_for_words_has_them_but_for_codes(
    alice: User, receiver: Receiver
) -> None:
    endpoint(alice, receiver.url, include_text=True)
    text("note the gate sticks")
    work()
    went(alice, timezone.now(), kind="code", body="123456", state="sent", sent_at=now())
    told()
    said = {
        each["data"].get("kind", ""): each["data"]["text"] for each in bodies(receiver)
    }
    assert said[""] == "note the gate sticks" and "gate" in said["reply"]
    assert said["code"] is None


def now() -> Any:
    return timezone.now()


def test_what_does_not_arrive_is_told_with_its_code(
    alice: User, receiver: Receiver
) -> None:
    endpoint(alice, receiver.url, "message.failed")
    text("hello")
    work()
    arrived(OutboundText.objects.get(), "undelivered", ErrorCode="30003")
    told()
    (failed,) = bodies(receiver)
    assert (
        failed["data"]["state"] == "failed" and failed["data"]["error_code"] == "30003"
    )


def test_what_is_written_on_the_website_is_told_too(
    alice: User, receiver: Receiver
) -> None:
    endpoint(alice, receiver.url)
    web.say(alice, "note the gate sticks")
    work()
    told()
    assert types(receiver) == ["message.delivered", "message.received", "message.sent"]


def test_each_hears_of_their_own_things_alone_and_of_what_they_asked_for(
    alice: User, bob: User, receiver: Receiver, other: Receiver
) -> None:
    endpoint(alice, receiver.url, "message.received")
    endpoint(bob, other.url)
    text("hello")
    work()
    told()
    assert types(receiver) == ["message.received"] and not other.seen


def test_a_text_of_somebody_without_a_webhook_leaves_nothing(
    alice: User, bob: User, receiver: Receiver
) -> None:
    off = endpoint(alice, receiver.url)
    endpoints.change(user=alice, public_id=off.public_id, is_enabled=False)
    text("hello")
    text("hello", number="+12025550102")
    work()
    while draining.drain():
        pass
    assert not Delta.objects.exists()
    assert not News.objects.exists() and not Delivery.objects.exists()


def test_a_text_pays_nothing_for_it(alice: User, receiver: Receiver) -> None:
    """Also where somebody listens: no statement on its way, and no trigger that a
    carrier's text would set off."""
    endpoint(alice, receiver.url)
    with CaptureQueriesContext(connection) as asked:
        text("hello")
        work()
        assert not News.objects.exists()
    own = [each["sql"] for each in asked.captured_queries if "webhooks_" in each["sql"]]
    assert len(own) == 1 and len(asked.captured_queries) > 5
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_triggerdef(t.oid) FROM pg_trigger t"
            " JOIN pg_proc p ON p.oid = t.tgfoid"
            " WHERE p.proname LIKE 'webhooks_%' AND t.tgrelid::regclass::text LIKE 'sms_%'"
        )
        ((trigger,),) = cursor.fetchall()
    assert "WHEN (((new.our_number)::text = 'web'::text))" in trigger


def test_what_happened_before_somebody_listened_is_not_told(
    alice: User, receiver: Receiver
) -> None:
    text("hello")
    work()
    endpoint(alice, receiver.url)
    told()
    assert not receiver.seen


def test_a_change_whose_transaction_ends_late_is_not_passed_over(
    alice: User, receiver: Receiver
) -> None:
    """Its row has a lower id than what was taken before it stood."""
    endpoint(alice, receiver.url, "message.sent")
    lane(alice)

    def later() -> int:
        went(alice, now(), state="sent", sent_at=now())
        found = told()
        connection.close()
        return found

    with transaction.atomic():
        went(alice, now() - timedelta(seconds=1), state="sent", sent_at=now())
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(later).result() == 1
    assert told() == 1
    assert len(set(receiver.ids())) == 2


def test_what_is_rolled_back_is_not_told(alice: User, receiver: Receiver) -> None:
    endpoint(alice, receiver.url)
    with transaction.atomic():
        went(alice, now(), state="sent", sent_at=now())
        connected(alice)
        transaction.set_rollback(True)
    assert told() == 0


def test_several_who_tell_at_once_tell_each_once(
    alice: User, receiver: Receiver
) -> None:
    endpoint(alice, receiver.url, "message.sent")
    for n in range(30):
        went(alice, now() + timedelta(microseconds=n), state="sent", sent_at=now())
    draining.drain()
    together(4, news.tell)
    news.tell()
    assert Delivery.objects.count() == 30
    assert sum(together(4, sending.send)) == 30
    assert len(receiver.ids()) == len(set(receiver.ids())) == 30


def test_a_connection_says_each_time_how_it_stands(
    alice: User, bob: User, receiver: Receiver
) -> None:
    endpoint(alice, receiver.url)
    row = connected(alice)
    connected_by_bob = Connection.objects.create(
        user=bob, provider="google", uid="2", connected_at=now()
    )
    assert connected_by_bob.pk
    with transaction.atomic():
        standing.change(row, "attention", "refused")
    with transaction.atomic():
        standing.change(row, "attention", "refused")
    connections.pause(row=row, channel=Channel.PORTAL, reason=Connection.Reason.OWNER)
    Connection.objects.filter(pk=row.pk).update(last_used_at=now())
    told()
    found = [(each["type"], each["data"]["reason"]) for each in bodies(receiver)]
    assert found == [
        ("connection.connected", ""),
        ("connection.needs_attention", "refused"),
        ("connection.paused", "owner"),
    ]
    assert bodies(receiver)[0]["data"]["id"] == str(row.public_id)
    assert bodies(receiver)[0]["data"]["provider"] == "google"


def test_a_closed_account_is_told_of_nothing_any_more(
    alice: User, receiver: Receiver
) -> None:
    endpoint(alice, receiver.url)
    text("hello")
    work()
    draining.drain()
    news.tell()
    assert Delivery.objects.filter(state="waiting").count() == 2
    closing.close(user=alice)
    went(alice, now(), state="sent", sent_at=now())
    assert told() == 0 and not receiver.seen
    assert set(Delivery.objects.values_list("state", flat=True)) == {"canceled"}


def test_how_far_behind_it_is_is_known(alice: User, receiver: Receiver) -> None:
    assert news.behind() == 0
    endpoint(alice, receiver.url)
    went(alice, now())
    while draining.drain():
        pass
    News.objects.update(written_at=now() - timedelta(minutes=5))
    assert 290 < news.behind() < 400


def test_the_same_text_with_two_webhooks_is_told_to_both(
    alice: User, receiver: Receiver, other: Receiver
) -> None:
    endpoint(alice, receiver.url)
    endpoint(alice, other.url)
    assert post("/webhooks/twilio/sms/", form("hello")).status_code == 200
    work()
    told()
    assert types(receiver) == types(other) == ["message.received", "message.sent"]
