"""What a person should know, over the API: told where it happens, and read once."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts import personal_tokens, retention
from apps.accounts.models import ReadNotification, User
from apps.assistant.models import Approval, ToolCall
from apps.core.example import page as whole
from apps.integrations import standing
from apps.integrations.models import Connection
from apps.rbac import audit
from apps.sms.models import OutboundText, Turn
from tests.assistant.factories import LaneFactory, TurnFactory
from tests.factories import UserFactory
from tests.integrations.accounts import connected
from tests.mfa.conftest import person
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db
API = "/api/v1/notifications"
ALICE = "+12025550101"


@pytest.fixture
def alice() -> User:
    return person("alice@example.com", ALICE)


@pytest.fixture
def app(alice: User) -> Client:
    return signed_in(alice)


def post(app: Client, path: str) -> Any:
    return app.post(path, {}, content_type="application/json")


def told(app: Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = app.get(API).json()["results"]
    return found


def ask(alice: User) -> Approval:
    now = timezone.now()
    call = ToolCall.objects.create(
        turn=TurnFactory.create(user=alice),
        user=alice,
        key=str(now.timestamp()),
        tool="mail.send",
        arguments={},
        risk="send",
        created_at=now,
    )
    return Approval.objects.create(
        call=call,
        user=alice,
        code="7K",
        sentence="send a mail to ana@example.com",
        asked_at=now,
        expires_at=now + timedelta(minutes=15),
    )


def break_down(alice: User) -> Connection:
    row = connected(alice, "google")
    standing.change(row, Connection.Status.ATTENTION, "refused")
    return row


def lose(alice: User, **given: Any) -> OutboundText:
    return OutboundText.objects.create(
        lane=LaneFactory.create(user=alice),
        user=alice,
        kind="reminder",
        our_number="+12025550100",
        body="milk",
        segments=1,
        request_id="r",
        state="sent",
        **{"number": ALICE, "delivery": "undelivered", "error_code": "30003", **given},
    )


def leave_out(alice: User) -> Turn:
    turn: Turn = TurnFactory.create(user=alice, silence=Turn.Silence.OVER_BUDGET)
    return turn


def change_password(alice: User) -> None:
    audit.done("accounts.password.change", actor=alice)


ALL = (ask, break_down, lose, leave_out, change_password)


def test_each_kind_is_told_with_what_to_do_and_where(app: Client, alice: User) -> None:
    for happen in ALL:
        happen(alice)
    answer = app.get(API).json()
    found = {each["kind"]: each for each in answer["results"]}
    assert list(found) == [
        *("security", "unanswered", "undelivered", "connection", "approval")
    ]
    assert answer["unread"] == 5
    assert found["approval"]["words"] == (
        "Your yes is waited for: send a mail to ana@example.com."
    )
    assert "Google needs attention" in found["connection"]["words"]
    assert found["undelivered"]["words"] == (
        "A text to +1 202 555 0101 did not arrive."
    )
    assert "budget" in found["unanswered"]["words"]
    assert found["security"]["words"] == "Changed the password."
    assert found["security"]["url"].endswith("/app/activity/")
    for each in answer["results"]:
        path = each["url"].partition("8000")[2] or each["url"]
        assert "/app/" in path and not each["is_read"]
        assert each["next_step"] or each["kind"] == "security", each


@pytest.mark.parametrize("happen", ALL)
def test_one_is_read_and_stays_so(happen: Any, app: Client, alice: User) -> None:
    happen(alice)
    (one,) = told(app)
    read = post(app, f"{API}/{one['id']}/read")
    assert (read.status_code, read.json()) == (200, {**one, "is_read": True})
    assert post(app, f"{API}/{one['id']}/read").status_code == 200
    left = {**whole({**one, "is_read": True}), "unread": 0}
    assert app.get(API).json() == left
    assert ReadNotification.objects.count() == 1


def test_a_letter_or_a_text_is_sent_to_try_three_times_an_hour(
    app: Client, alice: User
) -> None:
    def tried(by: str) -> Any:
        return app.post(f"{API}/test", {"by": by}, content_type="application/json")

    assert tried("pigeon").status_code == 400
    texted = tried("text")
    assert texted.status_code == 202 and "555 0101" in texted.json()["words"]
    assert OutboundText.objects.get().kind == OutboundText.Kind.NOTICE
    for _ in range(3):
        answer = tried("letter")
        assert answer.status_code == 202 and alice.email in answer.json()["words"]
    assert tried("letter").status_code == 429
    unlinked = signed_in(UserFactory.create())
    asked = {"by": "text"}
    refused = unlinked.post(f"{API}/test", asked, content_type="application/json")
    assert refused.status_code == 404 and "phone" in refused.json()["detail"]


def test_all_are_read_but_not_what_comes_after(app: Client, alice: User) -> None:
    lose(alice)
    (first,) = told(app)
    post(app, f"{API}/{first['id']}/read")
    change_password(alice)
    assert post(app, f"{API}/read-all").status_code == 204
    assert app.get(API).json()["unread"] == 0
    assert ReadNotification.objects.count() == 1
    lose(alice)
    assert [each["is_read"] for each in told(app)] == [False, True, True]


def test_what_is_over_is_told_no_more(app: Client, alice: User) -> None:
    row, approval = break_down(alice), ask(alice)
    assert {each["kind"] for each in told(app)} == {"connection", "approval"}
    standing.change(row, Connection.Status.CONNECTED)
    approval.decision = "no"
    approval.save()
    assert told(app) == []


def test_what_breaks_again_is_another_one(app: Client, alice: User) -> None:
    row = break_down(alice)
    app.post(f"{API}/{told(app)[0]['id']}/read")
    standing.change(row, Connection.Status.CONNECTED)
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        standing.change(row, Connection.Status.ATTENTION, "refused")
        assert [each["is_read"] for each in told(app)] == [False]


def test_a_day_without_a_budget_is_told_once(app: Client, alice: User) -> None:
    leave_out(alice)
    leave_out(alice)
    assert len(told(app)) == 1


def test_what_arrived_or_is_old_or_is_of_another_is_not_told(
    app: Client, alice: User
) -> None:
    lose(alice, delivery="delivered", error_code="")
    lose(alice, number="web")
    TurnFactory.create(user=alice)
    bob = person("bob@example.com")
    for happen in ALL:
        happen(bob)
    assert told(app) == []
    theirs = told(signed_in(bob))
    assert len(theirs) == 5
    for each in theirs:
        assert post(app, f"{API}/{each['id']}/read").status_code == 404
    lose(alice)
    assert len(told(app)) == 1
    OutboundText.objects.update(created_at=timezone.now() - timedelta(days=31))
    assert told(app) == []


def test_asking_again_for_what_has_not_changed_is_304(app: Client, alice: User) -> None:
    lose(alice)
    etag = app.get(API)["ETag"]
    asked = app.get(API, headers={"If-None-Match": etag})
    assert asked.status_code == 304
    post(app, f"{API}/read-all")
    assert app.get(API, headers={"If-None-Match": etag}).status_code == 200


def test_a_program_reads_them_by_its_scope(alice: User) -> None:
    lose(alice)
    held = ["notifications:read"]
    _, said = personal_tokens.make(user=alice, name="bell", scopes=held)
    program = Client(headers={"authorization": f"Bearer {said}"})
    assert {each["kind"] for each in told(program)} == {"undelivered", "security"}
    assert post(program, f"{API}/read-all").status_code == 403


def test_more_of_them_ask_no_more(app: Client, alice: User) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            app.get(API)
        return len(queries)

    for happen in ALL:
        happen(alice)
    app.get(API)
    few = asked()
    for _ in range(4):
        lose(alice)
        leave_out(alice)
        change_password(alice)
    assert asked() == few <= 15


def test_old_marks_go(alice: User) -> None:
    rule = next(
        each for each in retention.RULES if each.key == "accounts.read_notifications"
    )
    ReadNotification.objects.create(user=alice, key="text-1")
    assert not rule.old(timezone.now() - timedelta(days=1)).exists()
    assert rule.old(timezone.now() + timedelta(days=1)).exists()
