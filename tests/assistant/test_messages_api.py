"""The conversation over the API: said, answered, read in pages."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.core.example import page as whole
from apps.sms import threads
from apps.sms.models import Turn
from apps.sms.worker import drain
from tests.assistant.factories import InboundTextFactory, LaneFactory, TurnFactory
from tests.factories import PhoneNumberFactory, UserFactory
from tests.sign_in import signed_in

ALL = "/api/v1/messages"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def alice(transactional_db: None) -> User:
    return UserFactory.create(email="alice@example.com")


def say(app: Client, **sent: Any) -> Any:
    return app.post(ALL, sent, content_type="application/json")


def take_back(app: Client, address: str) -> Any:
    return app.post(address, content_type="application/json")


def test_what_is_said_is_answered_and_read_by_oneself_alone(alice: User) -> None:
    app = signed_in(alice)
    made = say(app, words="remind me to feed the cat tomorrow at 9 am")
    assert made.status_code == 202
    (waits,) = app.get(ALL).json()["results"]
    assert (waits["id"], waits["turn"]) == (made.json()["id"], None)
    drain()
    said, answer = app.get(ALL).json()["results"]
    assert (said["direction"], answer["direction"]) == ("in", "out")
    assert said["turn"] == answer["turn"] is not None
    assert answer["body"].startswith("Reminder set: feed the cat")
    bob = signed_in(UserFactory.create(email="bob@example.com"))
    assert bob.get(ALL).json() == whole()


def test_nothing_is_said_with_no_words_and_pages_follow(alice: User) -> None:
    app = signed_in(alice)
    assert say(app).status_code == say(app, words=" ").status_code == 400
    for i in range(45):
        say(app, words=f"number {i}.")
    newest = app.get(ALL).json()
    older = app.get(newest["next"]).json()
    found = [each["body"] for each in older["results"] + newest["results"]]
    assert found == [f"number {i}." for i in range(45)]
    assert older["next"] is None
    assert app.get(ALL, {"cursor": "x"}).status_code == 400


def test_so_many_are_read_as_are_asked_for(alice: User) -> None:
    app = signed_in(alice)
    for i in range(4):
        say(app, words=f"number {i}.")
    newest = app.get(ALL, {"limit": 3}).json()
    assert [each["body"] for each in newest["results"]] == [
        f"number {i}." for i in (1, 2, 3)
    ]
    (oldest,) = app.get(newest["next"]).json()["results"]
    assert oldest["body"] == "number 0."
    for limit in ("-1", "0", "x", "101", "999999999999", "", "1.5"):
        refused = app.get(ALL, {"limit": limit})
        assert refused.status_code == 400, limit
        assert refused.json()["code"] == "bad_fields"
        assert refused.json()["errors"] == {
            "limit": ["Send a whole number from 1 to 100."]
        }


def test_what_was_done_is_told_with_a_message_and_taken_back(alice: User) -> None:
    app, bob = signed_in(alice), signed_in(UserFactory.create(email="bob@example.com"))
    say(app, words="remind me to feed the cat tomorrow at 9 am")
    drain()
    answer = app.get(ALL).json()["results"][-1]
    (deed,) = app.get(f"{ALL}/{answer['id']}").json()["deeds"]
    assert (deed["title"], deed["state"]) == ("Set a reminder", "")
    undo = f"{ALL}/undo/{deed['undo']}"
    assert bob.get(f"{ALL}/{answer['id']}").status_code == 404
    assert take_back(bob, undo).status_code == 404 and alice.reminders.count() == 1
    assert "feed the cat" in take_back(app, undo).json()["said"]
    assert take_back(app, undo).status_code == 404
    (after,) = app.get(f"{ALL}/{answer['id']}").json()["deeds"]
    assert (after["state"], after["undo"]) == ("undone", "")


def test_what_was_said_has_its_answer_and_what_was_done(alice: User) -> None:
    app = signed_in(alice)
    said = f"{ALL}/{say(app, words='remind me to feed the cat at 9 am').json()['id']}"
    waits = app.get(said).json()
    assert (waits["answer"], waits["is_waiting"], waits["deeds"]) == (None, True, [])
    drain()
    told = app.get(said).json()
    assert told["is_waiting"] is False and told["turn"] == told["answer"]["turn"]
    assert told["answer"]["body"].startswith("Reminder set: feed the cat")
    assert [deed["title"] for deed in told["deeds"]] == ["Set a reminder"]
    answer = app.get(f"{ALL}/{told['answer']['id']}").json()
    assert (answer["answer"], answer["is_waiting"]) == (None, False)
    assert answer["deeds"] == told["deeds"]


def test_what_is_not_answered_is_not_waited_for(alice: User) -> None:
    lane = LaneFactory.create(user=alice)
    turn = TurnFactory.create(user=alice, lane=lane, silence="keyword")
    text = InboundTextFactory.create(turn=turn, lane=lane, user=alice, body="STOP")
    found = f"{ALL}/{threads.id_of('in', text.pk)}"
    for finished_at, is_waiting in ((None, True), (timezone.now(), False)):
        Turn.objects.filter(pk=turn.pk).update(finished_at=finished_at)
        told = signed_in(alice).get(found).json()
        assert (told["answer"], told["is_waiting"]) == (None, is_waiting)


@pytest.mark.parametrize("which", ["in-0", "out-x", "in-" + "9" * 30, "in", "-1", "²"])
def test_what_is_no_message_is_not_found(alice: User, which: str) -> None:
    assert signed_in(alice).get(f"{ALL}/{which}").status_code == 404


def test_a_conversation_is_with_one_phone_or_written_here(alice: User) -> None:
    phones = [
        PhoneNumberFactory.create(user=alice, e164=f"+1202555010{i}", is_primary=i == 1)
        for i in range(1, 3)
    ]
    others = PhoneNumberFactory.create(e164="+12025550199")
    app = signed_in(alice)
    lane = LaneFactory.create(user=alice)
    for phone in phones:
        turn = TurnFactory.create(user=alice, lane=lane, number=phone.e164)
        InboundTextFactory.create(turn=turn, body=f"from {phone.e164}")
    say(app, words="hello")
    found = app.get("/api/v1/conversations").json()["results"]
    assert [each["id"] for each in found] == [
        *(str(phone.public_id) for phone in phones),
        "web",
    ]
    said = [app.get(each["messages"]).json()["results"] for each in found]
    assert [[each["body"] for each in page] for page in said] == [
        ["from +12025550101"],
        ["from +12025550102"],
        ["hello"],
    ]
    for wrong in (str(others.public_id), "x"):
        assert app.get(f"/api/v1/conversations/{wrong}/messages").status_code == 404
