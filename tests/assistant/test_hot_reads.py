"""What a front-end reads most: few queries, no waiting, and the same as before."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts import sessions, tokens
from apps.accounts.models import User
from apps.assistant import reminders
from apps.assistant.models import Reminder
from apps.sms import threads
from apps.sms.models import InboundText, OutboundText, Turn
from apps.sms.worker import drain
from tests.assistant.factories import InboundTextFactory, LaneFactory, TurnFactory
from tests.factories import UserFactory

MESSAGES, REMINDERS = "/api/v1/messages", "/api/v1/reminders"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def alice(transactional_db: None) -> User:
    return UserFactory.create(email="alice@example.com")


@pytest.fixture
def app(alice: User) -> Client:
    row = sessions.begin(user=alice, client="app", proved=["password"], twice=False)
    token = tokens.issue(row).access
    return Client(headers={"authorization": f"Bearer {token}"})


def read(app: Client, address: str, most: int, **asked: Any) -> Any:
    with CaptureQueriesContext(connection) as queries:
        answer = app.get(address, asked)
    assert answer.status_code == 200, answer.content
    assert len(queries) <= most, [each["sql"] for each in queries]
    return answer.json()


def a_reminder(user: User, text: str = "tea", **more: Any) -> Reminder:
    due_at = timezone.now() + timedelta(days=1)
    fields = {"user": user, "text": text, "due_at": due_at, "zone": "UTC"}
    return Reminder.objects.create(**fields | more)


def test_a_page_of_reminders_is_one_query_beside_that_for_who_asks(
    alice: User, app: Client
) -> None:
    for n in range(5):
        a_reminder(alice, f"tea {n}")
    assert len(read(app, REMINDERS, 2)["results"]) == 5
    page = read(
        app, REMINDERS, 2, limit=2, search="tea", due_before="2100-01-01T00:00Z"
    )
    assert len(page["results"]) == 2
    assert len(read(app, page["next"], 2)["results"]) == 2


def test_a_reminder_is_too_and_names_its_series(alice: User, app: Client) -> None:
    series = a_reminder(alice, rule="FREQ=DAILY", starts="2026-11-23T09:00:00")
    row = a_reminder(alice, series=series)
    found = read(app, f"{REMINDERS}/{row.public_id}", 2)
    assert found["series"] == str(series.public_id)
    (listed,) = (
        each
        for each in read(app, REMINDERS, 2)["results"]
        if each["id"] == str(row.public_id)
    )
    assert listed == found
    other = a_reminder(UserFactory.create())
    assert app.get(f"{REMINDERS}/{other.public_id}").status_code == 404


def test_reading_a_reminder_waits_for_nobody_who_changes_it(
    alice: User, app: Client
) -> None:
    row = a_reminder(alice)
    address = f"{REMINDERS}/{row.public_id}"

    def reading() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '1s'")
        try:
            return app.get(address).status_code
        finally:
            connection.close()

    with transaction.atomic(), ThreadPoolExecutor(1) as pool:
        reminders.get(user=alice, public_id=str(row.public_id))
        assert pool.submit(reading).result(timeout=20) == 200


def test_a_page_of_messages_is_one_query_beside_that_for_who_asks(
    alice: User, app: Client
) -> None:
    for n in range(3):
        app.post(MESSAGES, {"words": f"number {n}."}, content_type="application/json")
        drain()
    assert len(read(app, MESSAGES, 2)["results"]) == 6
    assert len(read(app, MESSAGES, 2, direction="in")["results"]) == 3
    assert len(read(app, "/api/v1/conversations/web/messages", 2)["results"]) == 6


def test_a_message_with_its_answer_and_what_was_done_takes_four(
    alice: User, app: Client
) -> None:
    words = "remind me to feed the cat tomorrow at 9 am"
    app.post(MESSAGES, {"words": words}, content_type="application/json")
    said = read(app, MESSAGES, 2)["results"][0]
    assert read(app, f"{MESSAGES}/{said['id']}", 2)["is_waiting"]
    drain()
    found = read(app, f"{MESSAGES}/{said['id']}", 4)
    assert found["answer"]["direction"] == "out" and len(found["deeds"]) == 1


def test_a_search_is_for_what_is_written(alice: User, app: Client) -> None:
    for words in ("100% sure", "100 sure", "a_b", "axb", r"c\d", "cd", "ÄRGER"):
        InboundTextFactory.create(turn=TurnFactory.create(user=alice), body=words)
    for wanted, expected in {
        "0% SURE": ["100% sure"],
        "A_B": ["a_b"],
        r"c\d": [r"c\d"],
        "ärger": ["ÄRGER"],
        "sure 100": ["100% sure", "100 sure"],
    }.items():
        found = read(app, MESSAGES, 2, search=wanted)["results"]
        assert [each["body"] for each in found] == expected, wanted


def test_a_turn_that_is_gone_is_none(alice: User) -> None:
    turn = TurnFactory.create(user=alice)
    text = InboundTextFactory.create(lane=turn.lane, turn=turn)
    InboundText.objects.filter(pk=text.pk).update(turn=turn.pk + 1_000)
    (found,) = threads.page(alice).messages
    assert found.state_label == "Received"
    assert threads.answer(alice, found) == (None, True)


def test_every_state_has_its_words(alice: User) -> None:
    lane = LaneFactory.create(user=alice)
    for state in OutboundText.State:
        for delivery in OutboundText.Delivery:
            OutboundText.objects.create(
                lane=lane,
                user=alice,
                kind="reply",
                number="+12025550101",
                our_number="+12025550100",
                body=f"{state} {delivery}",
                segments=1,
                state=state,
                delivery=delivery,
            )
    found = threads.page(alice, limit=1_000).messages
    assert len(found) == len(OutboundText.State) * len(OutboundText.Delivery)
    for message in found:
        row = OutboundText.objects.get(body=message.body)
        sent = row.state == OutboundText.State.SENT and row.delivery
        if message.tone not in ("bad", "warn"):
            words = row.get_delivery_display() if sent else row.get_state_display()
            assert message.state_label == words
    assert Turn.objects.count() == 0
