"""The one gate: an effect happens once, for its owner, and is on record."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from apps.assistant import answering, conversations, gate
from apps.assistant.models import Reminder, ToolCall
from apps.rbac.models import AuditEvent, RoleLimits
from apps.sms import composer
from tests.assistant.conftest import Phone
from tests.assistant.factories import InboundTextFactory, ReminderFactory, TurnFactory
from tests.factories import UserFactory

CALL = {"text": "call Ana", "when": "tomorrow at 9"}


def test_a_turn_that_runs_again_repeats_its_receipt_not_its_effect(
    alice: Phone,
) -> None:
    turn = TurnFactory.create(user=alice.user)
    texts = [
        InboundTextFactory.create(turn=turn, body=body)
        for body in ("remind me to call Ana tomorrow at 9", "reminders", "done 1")
    ]
    first = answering.answer(turn, texts)
    again = answering.answer(turn, texts)
    assert again.body == first.body
    assert Reminder.objects.count() == 1
    assert ToolCall.objects.count() == 3


def test_state_changes_only_with_the_reply(alice: Phone) -> None:
    turn = TurnFactory.create(user=alice.user)
    text = InboundTextFactory.create(turn=turn, body="remind me to call Ana")
    answer = answering.answer(turn, [text])
    assert conversations.enter(turn).question is None
    with transaction.atomic():
        answer.settle()
    assert conversations.enter(turn).question is not None


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_have_one_effect() -> None:
    turn = TurnFactory.create()
    conversations.enter(turn)

    def run(_: int) -> str:
        try:
            scene = conversations.enter(turn)
            return gate.call(
                scene, tool="reminders.create", arguments=CALL, key="1:0"
            ).receipt
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        receipts = set(pool.map(run, range(4)))
    assert len(receipts) == 1
    assert Reminder.objects.count() == ToolCall.objects.count() == 1


def test_a_refusal_is_recorded_and_its_sentence_is_the_receipt(alice: Phone) -> None:
    scene = alice.scene()
    call = gate.call(
        scene, tool="reminders.delete", arguments={"target": "7"}, key="1:0"
    )
    assert call.state == ToolCall.State.REFUSED
    assert call.receipt.startswith("There is no number 7")
    assert call.undo is None


@pytest.mark.parametrize(
    "arguments", [{"user": "1"}, {"text": 5}, {"text": "x", "user_id": "2"}]
)
def test_no_tool_takes_a_user_or_anything_undeclared(
    alice: Phone, arguments: dict[str, object]
) -> None:
    call = gate.call(
        alice.scene(), tool="reminders.create", arguments=arguments, key="1:0"
    )
    assert call.state == ToolCall.State.REFUSED
    assert not Reminder.objects.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        {"text": "nul\x00z"},
        {"text": "bell\x07"},
        {"text": "half \ud800"},
        {"text": "x", "nul\x00": "y"},
        {"text": ["nul\x00"]},
        {"text": float("inf")},
    ],
)
@pytest.mark.parametrize("tool", ["notes.add", "lists.make", "mail.send"])
def test_arguments_that_are_no_words_are_refused_and_on_record(
    alice: Phone, tool: str, arguments: dict[str, object]
) -> None:
    """What a model makes up is refused like anything else: the turn goes on."""
    scene = alice.scene()
    call = gate.call(scene, tool=tool, arguments=arguments, key="1:0")
    assert call.state == ToolCall.State.REFUSED
    assert call.receipt == "That does not look right."
    assert gate.call(scene, tool=tool, arguments=arguments, key="1:0").pk == call.pk


def test_the_end_of_a_line_is_words(alice: Phone) -> None:
    call = gate.call(
        alice.scene(),
        tool="notes.add",
        arguments={"text": "code of the door\n\t1234\r\nand the gate"},
        key="1:0",
    )
    assert call.state == ToolCall.State.DONE


@pytest.mark.parametrize(
    "tool",
    [
        "reminders.complete",
        "reminders.delete",
        "reminders.snooze",
        "reminders.move",
    ],
)
def test_anothers_reminder_is_not_there(alice: Phone, bob: Phone, tool: str) -> None:
    hers = ReminderFactory.create(user=alice.user, text="call the dentist")
    before = Reminder.objects.values().get()
    for target in (f"id:{hers.public_id}", "dentist", "1", "it", "id:nonsense"):
        arguments = {"target": target}
        if tool == "reminders.move":
            arguments["when"] = "tomorrow at 9"
        call = gate.call(bob.scene(), tool=tool, arguments=arguments, key="1:0")
        assert call.state == ToolCall.State.REFUSED, target
        assert "dentist" not in call.receipt.replace('"dentist"', "")
    assert Reminder.objects.values().get() == before


def test_nothing_of_another_is_listed_undone_or_told(alice: Phone, bob: Phone) -> None:
    alice.text("remind me to call the dentist tomorrow at 9")
    for text in ("reminders", "undo", "what did you do", "why", "done", "delete 1"):
        assert "dentist" not in bob.text(text), text
    assert Reminder.objects.get().state == Reminder.State.ACTIVE


@pytest.mark.django_db
def test_a_call_at_the_end_of_a_day_belongs_to_the_persons_day(
    phone_of: Callable[..., Phone],
) -> None:
    tokyo = phone_of("Yuki", "Asia/Tokyo")
    turn = TurnFactory.create(
        user=tokyo.user, started_at=timezone.now() - timedelta(hours=10)
    )
    scene = conversations.enter(turn)
    gate.call(scene, tool="reminders.create", arguments=CALL, key="1:0")
    assert tokyo.text("what did you do").startswith("Today I did this:")
    assert UserFactory.create().pk != tokyo.user.pk


def test_a_tool_asks_the_roles_of_the_person(alice: Phone) -> None:
    alice.user.groups.clear()
    said = alice.text("remind me to call Ana tomorrow at 9")
    assert said == "You are not allowed to do that."
    assert ToolCall.objects.get().state == ToolCall.State.REFUSED
    assert not Reminder.objects.exists()
    denied = AuditEvent.objects.get(outcome="denied", subject_id=alice.user.pk)
    assert denied.action == "assistant.reminder.add"


def test_a_reply_is_as_long_as_the_role_allows(alice: Phone) -> None:
    for number in range(30):
        ReminderFactory.create(
            user=alice.user, text=f"thing number {number} " + "x" * 60
        )
    short = alice.text("reminders")
    RoleLimits.objects.filter(role__slug="user").update(reply_segments=4)
    longer = alice.text("reminders")
    assert composer.count(short).segments == 2
    assert composer.count(longer).segments == 4
