"""What texts cost, from the first word to the carrier's news."""

from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.assistant import reminders
from apps.assistant.models import Reminder
from apps.core.errors import Conflict
from apps.mfa import challenges
from apps.rbac.models import RoleLimits
from apps.sms import composer, outbox
from apps.sms.models import (
    Charge,
    Entry,
    InboundText,
    Lane,
    OutboundText,
    Pot,
    Spending,
    Turn,
)
from apps.sms.money import budgets, counters, ledger, texts
from apps.sms.money.budgets import OverBudget
from tests.mfa.conftest import SESSION, phone_of
from tests.sms.conftest import ALICE, STRANGER, post, text, work
from tests.sms.money.conftest import assert_sound, cap, in_all
from tests.sms.twilio_server import TwilioServer

pytestmark = pytest.mark.django_db(transaction=True)
IN, OUT = 8_300, 13_300


def allow(texts: int) -> None:
    RoleLimits.objects.filter(role__slug="user").update(texts=texts)


def charges() -> list[tuple[str, str, int]]:
    rows = Charge.objects.order_by("pk").values_list("what", "state", "micros")
    return [(what, state, micros) for what, state, micros in rows]


def news(sent: OutboundText, status: str, code: str = "") -> None:
    fields = {"MessageSid": sent.provider_sid or "", "MessageStatus": status}
    if code:
        fields["ErrorCode"] = code
    assert post(f"/webhooks/twilio/status/?m={sent.ref}", fields).status_code < 300


def replies(number: str = ALICE) -> list[str]:
    rows = OutboundText.objects.filter(number=number).order_by("pk")
    return list(rows.values_list("body", flat=True))


def test_a_text_and_its_answer_are_charged_once_each(
    alice: User, twilio: TwilioServer
) -> None:
    text("hello")
    text("hello", MessageSid=InboundText.objects.get().sid)
    work()
    assert charges() == [("in", "spent", IN), ("out", "spent", OUT)]
    came, went = Charge.objects.order_by("pk")
    assert came.sid == InboundText.objects.get().sid
    assert (went.sid, went.text) == (twilio.sent[0].sid, OutboundText.objects.get())
    assert {came.user, went.user} == {alice}
    assert came.turn == went.turn == Turn.objects.get()
    assert_sound()


def test_an_answer_of_two_segments_costs_two(alice: User, twilio: TwilioServer) -> None:
    long = " ".join(["word"] * 30)
    for number in range(3):
        text(f"remind me to {long} {number} tomorrow at 9")
    work()
    went = Charge.objects.get(what="out")
    assert went.segments == OutboundText.objects.get().segments == 2
    assert went.micros == 2 * OUT
    assert_sound()


def test_all_texts_of_a_turn_cost(alice: User, twilio: TwilioServer) -> None:
    for body in ("hello", "é" * 161, "STOP"):
        text(body)
    work()
    told = Charge.objects.filter(what="in").order_by("pk")
    assert [each.micros for each in told] == [IN, 2 * IN, IN]
    # Nothing is sent to who has said STOP.
    assert in_all() == 4 * IN


def test_a_text_that_twilio_refuses_costs_nothing(
    alice: User, twilio: TwilioServer
) -> None:
    twilio.behave("21211")
    text("hello")
    work()
    assert OutboundText.objects.get().state == "failed"
    assert charges() == [("in", "spent", IN), ("out", "released", 0)]


def test_a_text_whose_answer_was_lost_costs_once(
    alice: User, twilio: TwilioServer
) -> None:
    twilio.behave("accept and drop")
    text("hello")
    work()
    assert charges()[1] == ("out", "reserved", OUT)
    OutboundText.objects.update(next_at=timezone.now())
    Lane.objects.update(due_at=timezone.now())
    work()
    assert len(twilio.sent) == 1
    assert charges()[1] == ("out", "spent", OUT)


@pytest.mark.parametrize(
    ("status", "code", "micros"),
    [
        ("undelivered", "30003", OUT),
        ("failed", "30008", 1_000),
        ("failed", "30450", 0),
        ("failed", "", 1_000),
        ("delivered", "", OUT),
    ],
)
def test_news_that_it_failed_leaves_the_fee(
    alice: User, twilio: TwilioServer, status: str, code: str, micros: int
) -> None:
    text("hello")
    work()
    sent = OutboundText.objects.get()
    for _ in range(2):
        news(sent, status, code)
    assert Charge.objects.get(text=sent).micros == micros
    assert in_all() == IN + micros
    assert_sound()


def test_over_budget_a_person_is_told_once_and_then_there_is_silence(
    alice: User, twilio: TwilioServer
) -> None:
    allow(texts=2)
    with time_machine.travel("2026-11-26T15:00Z", tick=False) as clock:
        for what in ("run", "swim", "sleep", "eat", "read"):
            text(f"remind me to {what} in 40 days at 9")
            work()
        # The text that tells it, and silence after it.
        assert len(twilio.sent) == 3
        told = twilio.sent[-1].body
        assert told == (
            "Your budget for texts is used up. I answer again from Mon 30 Nov, 7:00"
            " PM; what you text until then is kept."
        )
        assert composer.count(told).segments == 1
        silences = Turn.objects.order_by("pk").values_list("silence", flat=True)
        assert [*silences] == ["", "", "", "over_budget", "over_budget"]
        # Nothing is done for what is not answered.
        assert Reminder.objects.count() == 2
        assert Charge.objects.filter(what="in").count() == 5
        clock.move_to("2026-12-01T00:00Z")
        text("hello")
        work()
        assert len(twilio.sent) == 4
    assert_sound()


def test_who_was_not_reached_is_told_again_and_not_for_ever(
    alice: User, twilio: TwilioServer
) -> None:
    allow(texts=0)
    for said in (1, 2, 3, 3):
        text("hello")
        work()
        assert OutboundText.objects.count() == said
        OutboundText.objects.update(state="canceled", error_code="too_old")
    OutboundText.objects.filter(pk=OutboundText.objects.earliest("pk").pk).update(
        state="sent"
    )
    text("hello")
    work()
    assert OutboundText.objects.count() == 3


def test_who_was_told_in_the_second_try_is_told_no_more(
    alice: User, twilio: TwilioServer
) -> None:
    allow(texts=0)
    text("hello")
    work()
    OutboundText.objects.update(state="failed")
    for _ in range(3):
        text("hello")
        work()
    assert OutboundText.objects.count() == 2


def test_what_was_set_aside_to_tell_it_answers_nothing(alice: User) -> None:
    """A worker died between the two: the next one asks again."""
    allow(texts=0)
    turn = Turn.objects.create(
        lane=Lane.objects.create(key=f"u:{alice.pk}", user=alice),
        user=alice,
        number=ALICE,
        our_number="+12025550100",
        started_at=timezone.now(),
    )
    for _ in range(2):
        texts.admit(turn, Pot.SECURITY)
        assert in_all() == OUT
        with pytest.raises(OverBudget):
            texts.admit(turn)
        assert in_all() == 0
    texts.admit(turn, Pot.SECURITY)
    charge = Charge.objects.get()
    assert (charge.pot, charge.state) == ("security", "reserved")
    assert counters.spent(budgets.of_all(Pot.SECURITY, timezone.now())).long == OUT
    assert_sound()


def test_each_person_has_a_budget_of_their_own(
    alice: User, bob: User, twilio: TwilioServer
) -> None:
    allow(texts=1)
    for number in (ALICE, "+12025550102"):
        text("hello", number=number)
    work()
    assert len(twilio.sent) == 2


def test_strangers_have_a_small_pot_and_are_not_told(twilio: TwilioServer) -> None:
    cap(Pot.STRANGERS, 0)
    text("hello", number=STRANGER)
    work()
    assert twilio.sent == []
    assert Turn.objects.get().silence == "untold"


@pytest.mark.parametrize(
    "sender", ["72345", "messenger:1234567890123456", "12345678901234567890"]
)
def test_what_came_from_no_phone_costs_and_has_no_area(
    twilio: TwilioServer, sender: str
) -> None:
    """Each of them would leave rows of a budget behind."""
    text("Your parcel is here", number=sender)
    work()
    assert Turn.objects.get().silence == Turn.Silence.NOT_A_PERSON
    assert charges() == [("in", "spent", IN)]
    scopes = set(Spending.objects.values_list("scope", flat=True))
    assert scopes == {"strangers:all"}


def test_a_stranger_who_was_guided_today_sets_nothing_aside(
    twilio: TwilioServer,
) -> None:
    for _ in range(2):
        text("hello", number=STRANGER)
        work()
    assert charges() == [
        ("in", "spent", IN),
        ("out", "spent", OUT),
        ("in", "spent", IN),
        ("out", "released", 0),
    ]


def test_a_reminder_over_budget_is_kept_with_the_reason_and_told_once(
    alice: User, twilio: TwilioServer
) -> None:
    allow(texts=2)
    now = timezone.now()
    for name in ("run", "swim", "sleep"):
        reminders.create(user=alice, text=name, due_at=now - timedelta(seconds=1))
    assert reminders.fire_due(now) == 3
    work()
    kept = Reminder.objects.order_by("pk").values_list("note", flat=True)
    reason = "Not texted: the budget for reminders by text is used up."
    assert [*kept] == ["", reason, reason]
    first, second = replies()[0], replies()[1]
    assert first.startswith("Reminder: run")
    given_up = OutboundText.objects.filter(error_code="over_budget").order_by("pk")
    assert [each.body for each in given_up] == [replies()[1], replies()[3]]
    assert [each.body for each in twilio.sent] == [first, replies()[2]]
    assert "swim" in second and "used up until" in replies()[2]
    assert in_all() == 2 * OUT


def test_codes_have_a_cap_of_their_own(alice: User) -> None:
    cap(Pot.SECURITY, 0)
    with pytest.raises(Conflict) as refused:
        phone_of(alice)
        challenges.begin(user=alice, factor="sms", purpose="login", session=SESSION)
    assert refused.value.code == "over_budget"
    assert not OutboundText.objects.exists()


def test_a_text_that_was_canceled_in_the_queue_is_swept(
    alice: User, twilio: TwilioServer
) -> None:
    with transaction.atomic():
        outbox.queue(user=alice, body="Hi", dedupe_key="x")
        outbox.cancel_waiting(alice)
    assert in_all() == OUT
    assert ledger.sweep() == 1
    assert in_all() == 0


def test_the_turn_of_a_closed_account_sets_nothing_aside(
    alice: User, twilio: TwilioServer
) -> None:
    User.objects.filter(pk=alice.pk).update(is_active=False)
    text("hello")
    work()
    assert charges() == [("in", "spent", IN)]
    assert Entry.objects.count() == 1
