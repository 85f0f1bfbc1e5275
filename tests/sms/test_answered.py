"""Every text gets exactly one answer, in order, whatever the gateway does.

All of it runs against a loopback server that speaks Twilio's REST.
"""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.models import User
from apps.assistant.models import Reminder
from apps.core import prepared
from apps.core.redis import connection as redis
from apps.sms import lanes, loops, numbers, outbox, router, sender, turns
from apps.sms.models import InboundText, Lane, OptOut, OutboundText, Turn
from apps.sms.worker import drain
from tests.races import overtaken
from tests.sms.conftest import ALICE, BOB, STRANGER, form, post, text, work
from tests.sms.twilio_server import TwilioServer

State = OutboundText.State
SECOND = "+12025550155"
pytestmark = pytest.mark.django_db(transaction=True)


def later(seconds: float) -> None:
    """Let waiting texts fall due, as time would."""
    redis().delete("sms:breaker")
    past = timezone.now() - timedelta(seconds=seconds)
    OutboundText.objects.filter(state__in=OutboundText.OPEN).update(next_at=past)
    Lane.objects.exclude(due_at=None).update(due_at=past, lease_until=None)


def test_a_text_is_answered_once_through_twilios_rest(
    alice: User, twilio: TwilioServer
) -> None:
    text("remind me to call Ana tomorrow at 9")
    work()
    (body,) = twilio.bodies(ALICE)
    assert "call Ana" in body
    reply = OutboundText.objects.get()
    assert (reply.state, reply.attempts) == (State.SENT, 1)
    assert reply.provider_sid == twilio.sent[0].sid
    assert twilio.sent[0].callback.endswith(f"/webhooks/twilio/status/?m={reply.ref}")
    assert twilio.sent[0].callback.startswith("https://switchboard.example/")
    work()
    assert len(twilio.sent) == 1


@pytest.mark.parametrize("times", [1, 4])
def test_429_is_backed_off_and_sent_once(
    alice: User, twilio: TwilioServer, times: int
) -> None:
    twilio.behave(*[429] * times)
    text("?")
    for _ in range(times + 1):
        work()
        later(1)
    assert len(twilio.sent) == 1
    assert twilio.posts == OutboundText.objects.get().attempts == times + 1


def test_each_429_waits_longer_up_to_half_a_minute() -> None:
    waits = [sender.backoff(attempts).total_seconds() for attempts in range(12)]
    assert 0.4 < waits[0] < 0.6
    assert waits[:6] == sorted(waits[:6])
    assert max(waits) <= 33


@pytest.mark.parametrize("accident", ["accept and drop", "accept and 500"])
def test_accepted_but_the_answer_lost_is_found_and_never_sent_twice(
    alice: User, twilio: TwilioServer, accident: str
) -> None:
    twilio.behave(accident)
    text("?")
    work()
    assert OutboundText.objects.get().state == State.UNKNOWN
    later(1)
    work()
    found = OutboundText.objects.get()
    assert (found.state, found.provider_sid) == (State.SENT, twilio.sent[0].sid)
    assert twilio.posts == 1


@pytest.mark.parametrize("accident", [500, "drop"])
def test_never_accepted_is_sent_again_only_after_grace_and_two_looks(
    alice: User, twilio: TwilioServer, accident: str | int
) -> None:
    twilio.behave(accident)
    text("?")
    work()
    later(1)  # the first look, within the grace
    work()
    assert twilio.posts == 1
    OutboundText.objects.update(attempted_at=timezone.now() - timedelta(seconds=2))
    for _ in range(2):
        later(1)
        work()
    assert twilio.posts == 2
    assert len(twilio.sent) == 1
    assert OutboundText.objects.get().state == State.SENT


def test_a_gateway_that_hangs_is_given_up_and_looked_up(
    alice: User, twilio: TwilioServer
) -> None:
    twilio.behave("hang")
    text("?")
    work()
    assert OutboundText.objects.get().state == State.UNKNOWN


def test_a_gateway_that_is_not_there_is_tried_again(
    alice: User, twilio: TwilioServer, settings: Settings
) -> None:
    settings.TWILIO_API_BASE = "http://127.0.0.1:9"
    text("?")
    work()
    assert OutboundText.objects.get().state == State.QUEUED
    settings.TWILIO_API_BASE = twilio.url
    later(1)
    work()
    assert len(twilio.sent) == 1


def test_a_refusal_is_final_and_names_its_reason(
    alice: User, twilio: TwilioServer
) -> None:
    twilio.behave("21614")
    text("?")
    work()
    refused = OutboundText.objects.get()
    assert (refused.state, refused.error_code) == (State.FAILED, "21614")
    text("?")
    work()
    assert len(twilio.sent) == 1


def test_21610_notes_the_opt_out(alice: User, twilio: TwilioServer) -> None:
    twilio.behave("21610")
    text("?")
    work()
    assert OptOut.objects.get().is_out
    text("?")
    work()
    assert Turn.objects.latest("id").silence == Turn.Silence.OPTED_OUT
    assert twilio.posts == 1


def test_a_text_that_waits_holds_back_the_ones_behind_it(
    alice: User, twilio: TwilioServer
) -> None:
    twilio.busy_for.add(ALICE)
    text("remind me to one tomorrow at 9")
    work()
    text("remind me to two tomorrow at 9")
    work()
    assert twilio.bodies() == []
    twilio.busy_for.clear()
    later(1)
    work()
    first, second = twilio.bodies(ALICE)
    assert "one" in first and "two" in second


def test_one_persons_trouble_is_not_anothers(
    alice: User, bob: User, twilio: TwilioServer
) -> None:
    twilio.busy_for.add(ALICE)
    text("?", number=ALICE)
    work()
    text("?", number=BOB)
    work()
    assert twilio.bodies(BOB) and not twilio.bodies(ALICE)


def test_a_worker_that_died_after_begin_is_taken_over(
    alice: User, twilio: TwilioServer
) -> None:
    text("remind me to call Ana tomorrow at 9")
    lease = lanes.claim()
    assert lease is not None
    begun = turns.begin(lease)
    assert begun is not None
    later(1)  # its lease runs out
    work()
    turn = begun.turn
    turn.refresh_from_db()
    assert turn.reply.state == State.SENT
    assert len(twilio.sent) == 1
    with pytest.raises(lanes.LeaseLost):
        turns.finish(lease, turn, turns.Answer("too late"))


def test_a_worker_that_died_between_intent_and_call_sends_once(
    alice: User, twilio: TwilioServer
) -> None:
    text("?")
    lease = lanes.claim()
    assert lease is not None
    begun = turns.begin(lease)
    assert begun is not None
    turns.finish(lease, begun.turn, turns.Answer("hello"))
    waiting = OutboundText.objects.get()
    assert sender._intend(lease, waiting)  # and here it dies
    OutboundText.objects.update(attempted_at=timezone.now() - timedelta(seconds=2))
    for _ in range(2):
        later(1)
        work()
    assert twilio.bodies() == ["hello"]


def test_stop_cancels_what_has_not_left(alice: User, twilio: TwilioServer) -> None:
    twilio.busy_for.add(ALICE)
    text("?")
    work()
    text("STOP")
    twilio.busy_for.clear()
    later(1)
    work()
    assert OutboundText.objects.get().state == State.CANCELED
    assert twilio.bodies() == []


def test_an_answer_leaves_behind_what_was_queued_before_it(
    alice: User, twilio: TwilioServer
) -> None:
    text("remind me to one tomorrow at 9")
    lease = lanes.claim()
    assert lease is not None
    begun = turns.begin(lease)
    assert begun is not None
    # A reminder that falls due while the answer is made.
    with transaction.atomic():
        outbox.queue(user=alice, body="the first", dedupe_key="reminder:1")
    assert turns._answer(lease, begun) is None
    lanes.release(lease)
    work()
    first, second = twilio.bodies(ALICE)
    assert first == "the first" and "one" in second


def test_a_worker_that_died_with_its_reply_in_hand_sends_it_once(
    alice: User, twilio: TwilioServer
) -> None:
    text("remind me to one tomorrow at 9")
    lease = lanes.claim()
    assert lease is not None
    begun = turns.begin(lease)
    assert begun is not None
    reply = turns._answer(lease, begun)
    assert reply is not None and reply.state == State.SENDING
    OutboundText.objects.update(
        attempted_at=timezone.now() - timedelta(hours=1), next_at=timezone.now()
    )
    for _ in range(3):
        later(1)
        work()
    assert len(twilio.bodies(ALICE)) == 1
    assert OutboundText.objects.get().state == State.SENT


def test_texts_received_while_an_answer_is_made_are_the_next_turn(
    alice: User, twilio: TwilioServer
) -> None:
    text("remind me to one tomorrow at 9")
    lease = lanes.claim()
    assert lease is not None
    begun = turns.begin(lease)
    text("remind me to two tomorrow at 9")
    text("remind me to three tomorrow at 9")
    assert begun is not None
    reply = turns._answer(lease, begun)
    assert reply is not None
    sender.hand_over(lease, reply)
    lanes.release(lease)
    work()
    assert Turn.objects.count() == 2
    first, second = twilio.bodies(ALICE)
    assert "one" in first
    assert second.index("two") < second.index("three")


def test_a_text_that_comes_while_its_lane_is_given_back_is_answered(
    alice: User, twilio: TwilioServer
) -> None:
    text("remind me to one tomorrow at 9")
    lease = lanes.claim()
    assert lease is not None
    lease = turns.work(lease)
    overtaken(
        Lane.objects.get(),
        lambda: text("remind me to two tomorrow at 9"),
        lambda: lanes.release(lease),
    )
    assert Lane.objects.get().due_at is not None
    work()
    first, second = twilio.bodies(ALICE)
    assert "one" in first and "two" in second


def test_an_answer_takes_few_round_trips(
    alice: User, twilio: TwilioServer, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    """Each takes a hundredth of the time of an answer; with those that begin and end its
    three transactions."""
    text("remind me to one tomorrow at 9")
    work()
    text("remind me to two tomorrow at 9")
    lease = lanes.claim()
    assert lease is not None
    with router.kept(), django_assert_max_num_queries(31):
        lanes.release(turns.work(lease))
    assert len(twilio.bodies(ALICE)) == 2


def test_a_first_text_leaves_what_was_planned(
    alice: User, bob: User, twilio: TwilioServer
) -> None:
    """psycopg forgets every plan at a ROLLBACK, also at one to a savepoint; planning all
    anew took longer than answering."""
    text("what time is it?")
    work()
    asked = "SELECT name FROM pg_prepared_statements WHERE statement LIKE %s"
    before = set(prepared.rows(asked, ["%sms_turn%"]))
    text("what time is it?", number=BOB)
    work()
    assert before and before <= set(prepared.rows(asked, ["%sms_turn%"]))


def test_many_rounds_at_once_answer_each_text_once(
    alice: User, bob: User, twilio: TwilioServer
) -> None:
    for number in (ALICE, BOB):
        for body in ("one", "two", "three"):
            text(f"remind me to {body} tomorrow at 9", number=number)

    def rounds() -> None:
        drain()
        connection.close()

    threads = [threading.Thread(target=rounds) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    work()
    for number in (ALICE, BOB):
        said = " ".join(twilio.bodies(number))
        assert said.count("one") == said.count("two") == said.count("three") == 1


@pytest.mark.parametrize(
    ("times", "said"), [(loops.SAME, "ok"), (loops.BURST, "remind me to {} at 9pm")]
)
def test_a_reply_loop_is_broken_and_forgotten(
    alice: User, twilio: TwilioServer, eager: None, times: int, said: str
) -> None:
    for n in range(times):
        text(said.format(n))
        work()
    for _ in range(3):
        text(said)
        work()
    assert Turn.objects.latest("id").silence == Turn.Silence.LOOP
    # They hear once that it is too much, and then nothing.
    assert len(twilio.sent) == times + 1
    assert twilio.bodies(ALICE)[-1] == loops.SLOW_DOWN
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        text("ok")
        work()
        assert Turn.objects.latest("id").silence == ""


def test_other_words_after_a_row_of_equal_ones_are_answered(
    alice: User, twilio: TwilioServer
) -> None:
    start = timezone.now()
    for n in range(loops.SAME + 5):
        with time_machine.travel(start + timedelta(seconds=4 * n)):
            text("ok")
            work()
    with time_machine.travel(start + timedelta(seconds=200)):
        text("ok")
        work()
        assert Turn.objects.latest("id").silence == Turn.Silence.LOOP
        text("remind me to breathe at 11pm")
        work()
    assert twilio.bodies(ALICE)[-1].startswith("Reminder set: breathe")


def test_a_lively_person_is_not_taken_for_a_loop(
    alice: User, twilio: TwilioServer
) -> None:
    start = timezone.now()
    for n in range(40):
        with time_machine.travel(start + timedelta(seconds=7 * n)):
            text(f"remind me to do thing {n} at 11pm")
            work()
    assert len(twilio.sent) == 40


def test_a_turn_that_keeps_failing_gets_an_honest_sentence(
    alice: User, twilio: TwilioServer, settings: Settings
) -> None:
    settings.SMS_ANSWERER = "tests.sms.broken.answer"
    turns.answerer.cache_clear()
    try:
        text("hello")
        for _ in range(turns.GIVE_UP_AFTER):
            work()
            later(1)
        work()
    finally:
        turns.answerer.cache_clear()
    assert twilio.bodies(ALICE) == [turns.SORRY]


def test_a_stranger_is_guided_once_a_day(db: None, twilio: TwilioServer) -> None:
    for _ in range(3):
        text("hello, is this Alice?", number=STRANGER)
        work()
    (guidance,) = twilio.bodies(STRANGER)
    assert "https://switchboard.example" in guidance
    assert "alice" not in guidance.lower()
    silences = Turn.objects.order_by("id").values_list("silence", flat=True)
    assert list(silences) == ["", "guided", "guided"]
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        text("hello again", number=STRANGER)
        work()
    assert len(twilio.bodies(STRANGER)) == 2


def test_every_text_belongs_to_one_turn_with_one_reply_or_a_reason(
    alice: User, bob: User, twilio: TwilioServer
) -> None:
    twilio.behave(429, "accept and drop", 500)
    for number in (ALICE, BOB, STRANGER, "72345"):
        for body in ("hi", "STOP", "START", "?", "remind me to x tomorrow at 9"):
            post("/webhooks/twilio/sms/", form(body, number=number))
            work()
    for _ in range(6):
        OutboundText.objects.filter(state__in=OutboundText.OPEN).update(
            attempted_at=timezone.now() - timedelta(seconds=5)
        )
        later(1)
        work()
    assert not InboundText.objects.filter(turn=None).exists()
    for turn in Turn.objects.all():
        assert turn.finished_at
        assert bool(turn.silence) != hasattr(turn, "reply")
    assert len(twilio.sent) == OutboundText.objects.filter(state=State.SENT).count()


@pytest.mark.parametrize("accident", [429, "drop"])
def test_nothing_leaves_after_stop_whatever_was_under_way(
    alice: User, twilio: TwilioServer, accident: int | str
) -> None:
    twilio.behave(accident)
    text("?")
    work()
    text("STOP")
    OutboundText.objects.update(attempted_at=timezone.now() - timedelta(seconds=2))
    for _ in range(4):
        later(1)
        work()
    left = OutboundText.objects.get()
    assert (left.state, left.error_code) == (State.CANCELED, "opted_out")
    assert twilio.bodies() == []


def test_a_reminder_does_not_go_to_a_number_given_up(
    alice: User, twilio: TwilioServer
) -> None:
    with transaction.atomic():
        outbox.queue(user=alice, body="Reminder: nap", dedupe_key="r1")
    phone = numbers.primary(alice)
    assert phone
    numbers.release(user=alice, public_id=str(phone.public_id))
    work()
    assert OutboundText.objects.get().error_code == "released"
    assert twilio.bodies() == []


def test_nothing_is_queued_for_a_closed_account(alice: User) -> None:
    alice.is_active = False
    alice.save()
    with transaction.atomic():
        assert outbox.queue(user=alice, body="hi", dedupe_key="r1") is None


def test_the_same_cause_is_one_text(alice: User, twilio: TwilioServer) -> None:
    for _ in range(2):
        with transaction.atomic():
            outbox.queue(user=alice, body="Reminder: nap", dedupe_key="r1")
    work()
    assert twilio.bodies(ALICE) == ["Reminder: nap"]


def test_a_text_that_could_not_leave_for_hours_makes_room(
    alice: User, twilio: TwilioServer
) -> None:
    twilio.busy_for.add(ALICE)
    text("?")
    work()
    OutboundText.objects.update(created_at=timezone.now() - timedelta(hours=5))
    twilio.busy_for.clear()
    text("remind me to nap tomorrow at 9")
    later(1)
    work()
    assert len(twilio.bodies(ALICE)) == 1
    assert "nap" in twilio.bodies(ALICE)[0]


def test_two_phones_of_one_person_get_their_own_answers(
    alice: User, twilio: TwilioServer
) -> None:
    numbers.verify(user=alice, e164=SECOND)
    text("remind me to nap tomorrow at 9", number=ALICE)
    text("STOP", number=SECOND)
    text("reminders", number=ALICE)
    work()
    assert "nap" in twilio.bodies(ALICE)[0] and "nap" in twilio.bodies(ALICE)[1]
    assert twilio.bodies(SECOND) == []


@pytest.mark.parametrize("status", [401, 403, 404, 407, 408])
def test_what_is_not_twilios_own_refusal_does_not_cost_the_answer(
    alice: User, twilio: TwilioServer, status: int
) -> None:
    twilio.behave(status)
    text("?")
    work()
    later(1)
    work()
    assert len(twilio.sent) == 1


def test_an_answer_that_takes_longer_than_a_lease_is_given_once(
    alice: User, twilio: TwilioServer, settings: Settings
) -> None:
    settings.SMS_ANSWERER = "tests.sms.slow.answer"
    turns.answerer.cache_clear()
    lease, lanes.LEASE = lanes.LEASE, timedelta(seconds=0.6)
    try:
        text("hello")
        rounds = [threading.Thread(target=_round) for _ in range(2)]
        for one in rounds:
            one.start()
        for one in rounds:
            one.join()
    finally:
        lanes.LEASE = lease
        turns.answerer.cache_clear()
    # So short a lease leaves no time to call the gateway: the text waits to be looked up.
    OutboundText.objects.update(attempted_at=timezone.now() - timedelta(seconds=2))
    for _ in range(2):
        later(1)
        work()
    assert twilio.bodies(ALICE) == ["slow"]
    assert Turn.objects.get().attempts == 1


def _round() -> None:
    """Look for work until the slow answer is there."""
    until = time.monotonic() + 20
    while time.monotonic() < until and not Turn.objects.filter(
        finished_at__isnull=False
    ):
        drain()
    connection.close()


def test_a_time_that_has_passed_while_the_text_waited_is_not_kept(
    alice: User, twilio: TwilioServer
) -> None:
    text("remind me to nap in 5 minutes")
    long_ago = timezone.now() - timedelta(hours=2)
    InboundText.objects.update(received_at=long_ago)
    work()
    (body,) = twilio.bodies(ALICE)
    assert body.startswith("This is late: ")
    assert body.endswith("\nThat time has already passed. When instead?")


def test_a_length_of_time_counts_from_when_it_was_said(
    alice: User, twilio: TwilioServer
) -> None:
    text("remind me to nap in 30 minutes")
    said_at = timezone.now() - timedelta(minutes=25)
    InboundText.objects.update(received_at=said_at)
    work()
    due_at = Reminder.objects.get().due_at
    assert due_at - said_at < timedelta(minutes=31)
