"""Every tool of the shelf keeps the same promises."""

import json
from typing import Any

import pytest

from apps.accounts.models import User
from apps.assistant import answering, toolbox
from apps.assistant.models import (
    Brief,
    Event,
    Fact,
    FeatureSetting,
    List,
    ListItem,
    Note,
    Reminder,
    Report,
    Risk,
    ToolCall,
)
from apps.assistant.toolbox import Tool
from apps.sms import composer
from tests.assistant.conftest import Phone
from tests.assistant.factories import InboundTextFactory, ReminderFactory

TOOLS = toolbox.every()
EXAMPLES = [(tool, example) for tool in TOOLS for example in tool.examples]


def facts(phone: Phone) -> list[Any]:
    """All that is kept for a person and can be seen."""
    own = {"user": phone.user}
    return [
        list(rows)
        for rows in (
            Reminder.objects.filter(**own)
            .open()
            .values("public_id", "text", "due_at", "state", "snoozes"),
            User.objects.filter(pk=phone.user.pk).values(
                "name",
                "timezone",
                "locale",
                "clock_hours",
                "quiet_from",
                "quiet_until",
                "paused_until",
            ),
            List.objects.filter(**own).kept().values("public_id", "name"),
            ListItem.objects.filter(list__user=phone.user, list__is_deleted=False)
            .exclude(state="deleted")
            .values("public_id", "text", "state"),
            Event.objects.filter(**own)
            .kept()
            .values("public_id", "title", "starts_at", "ends_at", "exceptions"),
            Note.objects.filter(**own).kept().values("public_id", "text"),
            Fact.objects.filter(**own).kept().values("public_id", "subject", "text"),
            FeatureSetting.objects.filter(**own, is_on=False).values("feature"),
            Report.objects.filter(**own).values("words"),
            Brief.objects.filter(**own).exclude(next_at=None).values("at"),
        )
    ]


def test_names_are_unique_and_titled() -> None:
    names = [tool.name for tool in TOOLS]
    assert len({*names}) == len(names)
    assert all(tool.title and tool.examples for tool in TOOLS)


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_its_arguments_have_a_schema(tool: Tool[Any]) -> None:
    schema = tool.schema()
    assert json.loads(json.dumps(schema)) == schema
    assert not {"user", "user_id"} & schema["properties"].keys()
    assert all(each["description"] for each in schema["properties"].values())
    tool.parse(dict.fromkeys(schema["properties"], "x"))


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_it_can_be_taken_back_if_it_changes_own_data(tool: Tool[Any]) -> None:
    changes = tool.risk == Risk.WRITE and tool.name != "undo"
    assert changes == (tool.undo is not None)


@pytest.mark.parametrize(("tool", "example"), EXAMPLES)
def test_its_examples_are_understood_without_a_model(
    alice: Phone, tool: Tool[Any], example: str
) -> None:
    scene = alice.scene()
    text = InboundTextFactory.build(turn=scene.turn, body=example)
    understood = answering.read(scene, text).intents
    assert [intent.tool for intent in understood] == [tool.name]
    tool.parse(understood[0].arguments)


@pytest.mark.parametrize(("tool", "example"), EXAMPLES)
def test_its_receipt_is_one_plain_text_and_undo_restores(
    alice: Phone, tool: Tool[Any], example: str
) -> None:
    ReminderFactory.create(user=alice.user, text="see the dentist")
    alice.text("reminders")
    before = facts(alice)
    reply = alice.text(example)
    size = composer.count(reply)
    assert (size.encoding, size.segments) == ("GSM-7", 1)
    assert not {"!", "{", "}"} & {*reply}
    call = ToolCall.objects.latest("pk")
    if call.undo is not None:
        assert facts(alice) != before
        assert alice.text("undo").startswith("Undone: ")
        assert facts(alice) == before
