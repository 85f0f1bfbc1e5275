"""Whatever one person's assistant is asked, by every tool and with everything that is
another's: nothing of theirs is told, and nothing of theirs changes."""

import json
import random
from typing import Any

import pytest

from apps.assistant import answering, gate, lists, offers, personal, toolbox
from apps.assistant.conversations import Scene
from apps.assistant.models import Approval, ToolCall
from apps.assistant.toolbox import Ask, Tool
from apps.core.dossier import Kept
from apps.core.errors import AppError
from tests.assistant import elsewhere
from tests.assistant.conftest import Phone
from tests.assistant.factories import InboundTextFactory
from tests.factories import PhoneNumberFactory
from tests.integrations.servers import Simulator

# In everything that is Bob's, and in nothing else.
HIS = "zyzzyva"
# By which it would be found, and which may be said back.
BEGINS = "zyz"
TRIES = 25
SAID = (
    f"remind me to feed the {HIS} tomorrow at 9",
    f"remind me to brush the {HIS} every friday at 10am",
    f"buy {HIS} milk, {HIS} bread",
    f"add tent to {HIS} list",
    f"note the {HIS} code is 7788",
    f"remember my {HIS} is 7788",
    f"add {HIS} dinner to my calendar friday 7pm",
    "brief at 7:15am",
    "quiet 22-7",
    "forget everything",
    "reminders",
)


@pytest.fixture
def theirs(bob: Phone, providers: Simulator) -> list[str]:
    """All by which something of Bob's can be named."""
    PhoneNumberFactory.create(user=bob.user, e164="+12025550102")
    elsewhere.set_back(providers)
    elsewhere.connected(bob, providers, "google", account="bob@example.com")
    marks: list[str] = []
    for words in (*SAID, "unread", "agenda", "shopping", "notes"):
        bob.text(words)
        marks += bob.scene().conversation.shown
    (shopping, *_), *_ = lists.every(bob.user)
    offers.make(by=bob.user, thing=shopping, to="dora@example.com", level="edit")
    offers.calendar(bob.user)
    for kept in personal.PERSONAL:
        if any(field.name == "public_id" for field in kept.model._meta.fields):
            own = _of(bob, kept).values_list("public_id", flat=True)
            marks += [str(each) for each in own]
    calls = ToolCall.objects.filter(user=bob.user)
    marks += [str(each) for each in calls.values_list("handle", flat=True)]
    marks += Approval.objects.filter(user=bob.user).values_list("code", flat=True)
    found = sorted({*marks})
    assert len(found) > 20
    return found


def kept_of(phone: Phone) -> dict[str, Any]:
    """Every row that the assistant keeps of a person."""
    return {
        kept.model._meta.label: list(_of(phone, kept).order_by("pk").values())
        for kept in personal.PERSONAL
    }


def _of(phone: Phone, kept: Kept) -> Any:
    return kept.model._default_manager.filter(**{kept.ways[0]: phone.user.pk})


def pool(theirs: list[str]) -> list[str]:
    named = [f"id:{each}" for each in theirs]
    words = [
        BEGINS,
        f"{BEGINS} milk",
        f"{BEGINS} list",
        "bob@example.com",
        "Bob",
        "it",
        "all",
    ]
    numbers = [
        "1",
        "2",
        "7",
        "-1",
        "tomorrow at 9",
        "friday 3-4",
        "yes",
        "on",
        "off",
        "",
    ]
    return [*theirs, *named, *words, *numbers]


def test_no_argument_reaches_what_is_anothers(
    alice: Phone, bob: Phone, theirs: list[str]
) -> None:
    before, choices = kept_of(bob), pool(theirs)
    # The same each time, so that what it finds can be looked at.
    chance = random.Random(7)
    scene = alice.scene()
    for tool in toolbox.every():
        names = list(tool.schema()["properties"])
        for number in range(TRIES if names else 1):
            _take_over(scene, theirs, chance)
            given = {name: chance.choice(choices) for name in names}
            told = _told(scene, tool, given, f"{tool.name}:{number}")
            assert HIS not in told and "7788" not in told, (tool.name, given, told)
        assert kept_of(bob) == before, tool.name


def _take_over(scene: Scene, theirs: list[str], chance: random.Random) -> None:
    """Alice's numbers and "it" have come to mean Bob's things."""
    kinds = ["reminders", "items", "notes", "facts", "mails", "events", "shares"]
    row = scene.conversation
    row.shown, row.focus = chance.sample(theirs, 5), chance.choice(theirs)
    row.shown_kind = row.focus_kind = chance.choice(kinds)


def _told(scene: Scene, tool: Tool[Any], given: dict[str, str], key: str) -> str:
    try:
        call = gate.call(scene, tool=tool.name, arguments=given, key=key)
    except Ask as ask:
        return f"{ask.sentence} {[option.label for option in ask.options]}"
    except AppError as error:
        return error.sentence
    return f"{call.receipt} {json.dumps(call.result, default=str)}"


def test_no_text_reaches_what_is_anothers(
    alice: Phone, bob: Phone, theirs: list[str]
) -> None:
    before = kept_of(bob)
    code = Approval.objects.get(user=bob.user).code
    examples = [each for tool in toolbox.every() for each in tool.examples]
    for words in (f"ok {code}", f"undo {theirs[0]}", *examples, "undo", "yes", "1"):
        said = alice.text(words)
        assert HIS not in said and "7788" not in said, (words, said)
    assert kept_of(bob) == before


def test_his_own_are_told_to_him(bob: Phone, theirs: list[str]) -> None:
    """The marker is really in what he has."""
    scene = bob.scene()
    text = InboundTextFactory.build(turn=scene.turn, body=f"what is my {HIS}")
    assert answering.read(scene, text).intents[0].tool == "memory.search"
    for words in (
        "reminders",
        "shopping",
        "notes",
        f"what is my {HIS}",
        "agenda friday",
    ):
        assert HIS in bob.text(words), words
