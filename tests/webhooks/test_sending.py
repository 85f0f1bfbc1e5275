"""Whatever a receiver does, what it is to be told reaches it or its owner hears why."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.models import User
from apps.core import http
from apps.core.errors import OutsideFailure
from apps.webhooks import alerts, deliveries, endpoints, sending
from apps.webhooks.models import Delivery, Endpoint
from tests.jobs import workers
from tests.races import together
from tests.webhooks.receiver import Receiver, listening
from tests.webhooks.sent import due_again, endpoint, waiting

pytestmark = pytest.mark.django_db(transaction=True)


def one(row: Endpoint) -> Delivery:
    return Delivery.objects.get(endpoint=row)


def later(row: Endpoint) -> Endpoint:
    row.refresh_from_db()
    return row


def in_seconds(at: Any) -> float:
    return float((at - timezone.now()).total_seconds())


def test_it_is_sent_once_and_what_came_back_is_kept(
    alice: User, receiver: Receiver
) -> None:
    row = endpoint(alice, receiver.url)
    (delivery,) = waiting(row)
    assert sending.send() == 1
    assert sending.send() == 0
    (seen,) = receiver.seen
    assert seen.path == "/in" and seen.id == str(delivery.public_id)
    assert seen.headers["content-type"] == "application/json"
    assert abs(int(seen.headers["webhook-timestamp"]) - time.time()) < 30
    kept = one(row)
    assert (kept.state, kept.attempts, kept.status_code) == ("delivered", 1, 200)
    assert kept.answer == "thanks" and kept.milliseconds is not None
    found = later(row)
    assert found.last_success_at and found.due_at is None and found.lease_until is None


def test_one_that_refuses_is_asked_again_by_the_schedule_under_the_same_id(
    alice: User, receiver: Receiver
) -> None:
    receiver.status, receiver.answer = 500, b"oh"
    row = endpoint(alice, receiver.url)
    waiting(row)
    waits = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]
    for attempts, seconds in enumerate(waits, start=1):
        assert sending.send() == 1
        kept = one(row)
        assert (kept.state, kept.attempts, kept.answer) == ("waiting", attempts, "oh")
        left = in_seconds(kept.next_at)
        assert seconds - 5 <= left <= 1.1 * seconds
        assert later(row).due_at == kept.next_at
        due_again(row)
    assert sending.send() == 1
    assert one(row).state == "failed" and later(row).due_at is None
    assert len(receiver.seen) == 10 and len(set(receiver.ids())) == 1


def test_that_it_comes_back_is_the_end_of_its_failing(
    alice: User, receiver: Receiver
) -> None:
    receiver.status = 503
    row = endpoint(alice, receiver.url)
    waiting(row)
    sending.send()
    assert later(row).failing_since and row.failures == 1
    receiver.status = 204
    due_again(row)
    sending.send()
    assert later(row).failing_since is None and row.failures == 0
    assert one(row).state == "delivered"


@pytest.mark.parametrize("status", [429, 503])
def test_one_that_says_when_is_asked_then(
    alice: User, receiver: Receiver, status: int
) -> None:
    receiver.status, receiver.headers = status, {"Retry-After": "900"}
    row = endpoint(alice, receiver.url)
    waiting(row, 2)
    sending.send()
    assert len(receiver.seen) == 1
    due_at = later(row).due_at
    assert due_at is not None and 880 < in_seconds(due_at) <= 900


def test_410_switches_it_off_and_its_owner_is_told(
    alice: User, receiver: Receiver
) -> None:
    receiver.status = 410
    row = endpoint(alice, receiver.url)
    waiting(row, 3)
    mail.outbox.clear()
    sending.send()
    assert len(receiver.seen) == 1
    assert (later(row).is_enabled, row.ending) == (False, "gone")
    assert set(row.deliveries.values_list("state", flat=True)) == {"canceled"}
    (letter,) = mail.outbox
    assert "410" in letter.body and "/app/settings/webhooks/" in letter.body
    assert sending.send() == 0


def test_one_that_takes_nothing_for_days_is_switched_off_with_a_letter(
    alice: User, receiver: Receiver
) -> None:
    receiver.status = 500
    row = endpoint(alice, receiver.url)
    waiting(row)
    sending.send()
    assert later(row).is_enabled
    long_ago = timezone.now() - timedelta(days=3)
    Endpoint.objects.update(failing_since=long_ago)
    due_again(row)
    mail.outbox.clear()
    sending.send()
    assert (later(row).is_enabled, row.ending) == (False, "failing")
    assert "three days" in mail.outbox[0].body


def test_no_redirect_is_followed(
    alice: User, receiver: Receiver, other: Receiver
) -> None:
    receiver.status, receiver.headers = 302, {"Location": other.url}
    row = endpoint(alice, receiver.url)
    waiting(row)
    sending.send()
    assert not other.seen
    assert (one(row).state, one(row).status_code) == ("waiting", 302)


@pytest.mark.parametrize("packing", ["identity", "gzip"])
def test_of_an_answer_without_end_the_beginning_is_read(
    alice: User, receiver: Receiver, packing: str
) -> None:
    receiver.answer = b"\x00a" * 5_000_000
    receiver.headers = {"Content-Encoding": packing}
    row = endpoint(alice, receiver.url)
    waiting(row)
    sending.send()
    kept = one(row)
    assert kept.state == "delivered"
    assert 0 < len(kept.answer) <= Delivery.CUT and "\x00" not in kept.answer


def test_one_that_is_not_there_is_not_reached_and_held(alice: User) -> None:
    row = endpoint(alice, "http://127.0.0.1:1/")
    waiting(row, 5)
    assert sending.send() == 1
    assert row.deliveries.filter(error="not_reached").count() == 1
    assert later(row).held_until and 0 < in_seconds(row.due_at) <= 6


def test_slow_ones_hold_nobody_up(
    alice: User, bob: User, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "SECONDS", 4.0)
    with listening() as slow, ThreadPoolExecutor(1) as pool:
        slow.hang()
        for _ in range(Endpoint.MOST):
            waiting(endpoint(alice, slow.url), 3)
        waiting(endpoint(bob, receiver.url), 40)

        def sent() -> int:
            try:
                return int(sending.send())
            finally:
                connection.close()

        began, working = time.monotonic(), pool.submit(sent)
        while len(receiver.seen) < 40:
            assert time.monotonic() - began < 4 and not working.done()
            time.sleep(0.02)
        # One at a time of each, however long it takes.
        assert len(slow.seen) == Endpoint.MOST
        working.result()
    late = Delivery.objects.filter(endpoint__user=alice, attempts=1)
    assert set(late.values_list("error", flat=True)) == {"no_answer"}
    assert Delivery.objects.filter(state="delivered").count() == 40


def test_a_worker_killed_between_the_sending_and_the_record_sends_it_again_the_same(
    alice: User, receiver: Receiver
) -> None:
    row = endpoint(alice, receiver.url)
    (delivery,) = waiting(row)
    process = workers.start(workers.CELERY[:1] + ("-m", "tests.webhooks.one_sender"))
    receiver.at_arrival = lambda: workers.kill(process)
    process.wait(60)
    assert len(receiver.seen) == 1 and one(row).attempts == 0
    receiver.at_arrival = lambda: None
    # Nobody else takes it while the lease lasts.
    assert sending.send() == 0
    Endpoint.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert sending.send() == 1
    assert receiver.ids() == [str(delivery.public_id)] * 2
    assert receiver.seen[0].body == receiver.seen[1].body
    assert one(row).state == "delivered"


def test_whoever_lost_the_lease_says_nothing_of_it(
    alice: User, receiver: Receiver
) -> None:
    row = endpoint(alice, receiver.url)
    waiting(row)
    (first,) = sending.claim(10)
    Endpoint.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    (second,) = sending.claim(10)
    assert not sending.record(first, sending.Outcome(500))
    assert one(row).attempts == 0
    assert sending.record(second, sending.Outcome(200))
    assert not sending.record(second, sending.Outcome(500))
    assert (one(row).state, one(row).attempts) == ("delivered", 1)


def test_who_is_still_at_it_keeps_the_lease(alice: User, receiver: Receiver) -> None:
    row = endpoint(alice, receiver.url)
    waiting(row)
    calls = list(sending.claim(10))
    soon = timezone.now() + timedelta(seconds=1)
    Endpoint.objects.update(lease_until=soon)
    sending.renew(calls)
    assert in_seconds(later(row).lease_until) > 20


def test_what_comes_while_one_is_under_way_is_not_forgotten(
    alice: User, receiver: Receiver
) -> None:
    row = endpoint(alice, receiver.url)
    waiting(row)
    (call,) = sending.claim(10)
    waiting(later(row))
    assert list(sending.claim(10)) == []
    sending.record(call, sending.Outcome(200))
    assert sending.send() == 1 and row.deliveries.filter(state="delivered").count() == 2


def test_two_workers_at_once_send_each_once(alice: User, receiver: Receiver) -> None:
    with listening() as other:
        for each in (receiver, other):
            waiting(endpoint(alice, each.url), 25)
        assert sum(together(2, sending.send)) == 50
        for each in (receiver, other):
            assert len(each.ids()) == len(set(each.ids())) == 25


def test_one_that_was_switched_off_meanwhile_is_sent_nothing(
    alice: User, receiver: Receiver
) -> None:
    row = endpoint(alice, receiver.url)
    waiting(row, 2)
    endpoints.change(user=alice, public_id=row.public_id, is_enabled=False)
    assert sending.send() == 0 and not receiver.seen
    endpoints.change(user=alice, public_id=row.public_id, is_enabled=True)
    assert sending.send() == 0
    again = row.deliveries.order_by("pk")[0]
    deliveries.again(user=alice, public_id=row.public_id, delivery=again.public_id)
    assert sending.send() == 1 and receiver.ids() == [str(again.public_id)]


def test_a_new_address_is_tried_at_its_own_time(
    alice: User, receiver: Receiver
) -> None:
    row = endpoint(alice, "http://127.0.0.1:1/")
    waiting(row, 2)
    sending.send()
    endpoints.change(user=alice, public_id=row.public_id, url=receiver.url)
    # The one that was not tried yet is due at once.
    assert sending.send() == 1 and len(receiver.seen) == 1


def test_one_whose_secret_does_not_open_holds_nobody_up(
    alice: User, bob: User, receiver: Receiver
) -> None:
    broken = endpoint(alice, receiver.url)
    waiting(broken)
    Endpoint.objects.filter(pk=broken.pk).update(sealed="k9.AAAA")
    waiting(endpoint(bob, receiver.url))
    assert sending.send() == 1
    assert one(broken).state == "waiting"


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.168.1.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "fe80::1",
        "fd00::1",
        "ff02::1",
        "::ffff:10.0.0.1",
        "::ffff:8.8.8.8",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
    ],
)
def test_what_stands_inside_is_not_called(address: str) -> None:
    assert not http.is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::"])
def test_what_stands_outside_is(address: str) -> None:
    assert http.is_public(address)


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("https://localhost:1/", "not_public"),
        ("https://127.1/", "not_public"),
        ("https://2130706433/", "not_public"),
        ("http://localhost:1/", "not_reached"),
    ],
)
def test_on_a_server_nothing_of_its_own_is_called(
    alice: User, settings: Settings, url: str, error: str
) -> None:
    """Whatever was let in before, and whatever a name leads to by now."""
    row = endpoint(alice, "http://localhost:1/")
    Endpoint.objects.update(url=url)
    waiting(row)
    settings.WEBHOOKS_MAY_LOOP_BACK = False
    sending.send()
    assert one(row).error == error


def test_http_is_refused_before_anything_is_sent(receiver: Receiver) -> None:
    with pytest.raises(OutsideFailure):
        http.ask("POST", receiver.url, raw=b"{}", only_https=True)
    assert not receiver.seen
    answer = http.ask(
        "POST",
        receiver.url,
        raw=b"\xff\x00",
        only_https=True,
        trusted=receiver.url.removesuffix("/in"),
    )
    assert answer.is_good and receiver.seen[0].body == b"\xff\x00"


def test_what_is_late_is_noticed(alice: User, receiver: Receiver) -> None:
    late = {rule.key: rule.measure for rule in alerts.RULES}
    assert late["webhooks.lag"]() == 0
    row = endpoint(alice, receiver.url)
    waiting(row)
    Endpoint.objects.update(due_at=timezone.now() - timedelta(minutes=10))
    said = late["webhooks.lag"]()
    assert said is not None and said >= 600


def test_a_worker_of_the_queue_sends_what_the_bell_says(
    alice: User, receiver: Receiver
) -> None:
    row = endpoint(alice, receiver.url)
    with workers.running(workers.celery("webhooks")):
        deliveries.test(user=alice, public_id=row.public_id)
        workers.wait_until(lambda: one(row).state == "delivered", seconds=60)
    assert len(receiver.seen) == 1
