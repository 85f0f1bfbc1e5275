"""Operators find texts and phones over the API, follow them, and play calls again."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.core import opaque
from apps.rbac.catalog import Permission
from apps.sms.models import InboundText, OutboundText, Tombstone, Turn, WebhookCall
from tests.conftest import Recorded
from tests.portal.test_people_api import send
from tests.rbac.factories import helper
from tests.sign_in import signed_in
from tests.sms.conftest import ALICE, STRANGER, text, work

pytestmark = pytest.mark.django_db(transaction=True)
SMS = "/api/v1/admin/sms"
WORDS = "remind me to call Ana tomorrow at 9"
WHY = {"reason": "She asked where it went"}


@pytest.fixture
def as_ada(ada: User) -> Client:
    return signed_in(ada)


@pytest.fixture
def answered(alice: User) -> OutboundText:
    text(WORDS)
    work()
    return OutboundText.objects.get()


def rows(client: Client, place: str) -> list[Any]:
    answer = client.get(f"{SMS}/{place}")
    assert answer.status_code == 200, answer.content
    found: list[Any] = answer.json()["results"]
    return found


def test_texts_are_found_without_words_or_numbers(
    as_ada: Client, answered: OutboundText, alice: User
) -> None:
    text("hello", number=STRANGER)
    came, went = InboundText.objects.get(user=alice), answered
    for query in (
        f"search={came.sid}",
        f"search=%2B{ALICE[1:]}",
        "search=alice@",
        f"person={alice.public_id}",
        f"search={came.request_id}",
    ):
        (row,) = rows(as_ada, f"inbound?{query}")
        assert (row["id"], row["person"]["id"]) == (
            opaque.name(InboundText, came.pk),
            str(alice.public_id),
        )
        assert row["has_words"] is True and ALICE not in str(row)
    assert len(rows(as_ada, "inbound")) == 2
    (row,) = rows(as_ada, f"outbound?search={went.provider_sid}&state=sent&kind=reply")
    assert row["id"] == opaque.name(OutboundText, went.pk)
    assert rows(as_ada, "outbound?failed=yes") == []
    OutboundText.objects.update(delivery="undelivered", error_code="30003")
    (row,) = rows(as_ada, "outbound?failed=yes&delivery=undelivered")
    assert row["trouble"].startswith("30003")
    assert len(rows(as_ada, "turns?person=" + str(alice.public_id))) == 1
    assert rows(as_ada, "turns?silence=loop") == []
    assert rows(as_ada, f"turns?person={uuid4()}") == []
    now = timezone.now().isoformat().replace("+", "%2B")
    assert rows(as_ada, f"inbound?after={now}") == []
    assert len(rows(as_ada, f"inbound?before={now}")) == 2
    said = str(
        [as_ada.get(f"{SMS}/{each}").content for each in ("inbound", "outbound")]
    )
    assert "Ana" not in said and ALICE not in said


@pytest.mark.parametrize(
    "query",
    [
        "inbound?keyword=x",
        "inbound?person=x",
        "outbound?state=x",
        "outbound?failed=no",
        "turns?silence=x",
        "calls?via=x",
        "inbound?after=x",
        "inbound?search=%00",
    ],
)
def test_a_filter_that_is_none_is_refused(as_ada: Client, query: str) -> None:
    assert as_ada.get(f"{SMS}/{query}").status_code == 400


def test_one_is_followed_end_to_end_without_words(
    as_ada: Client, answered: OutboundText, alice: User, recorded: Recorded
) -> None:
    places = (
        f"inbound/{opaque.name(InboundText, InboundText.objects.get().pk)}",
        f"outbound/{opaque.name(OutboundText, answered.pk)}",
        f"turns/{opaque.name(Turn, Turn.objects.get().pk)}",
    )
    ways = [as_ada.get(f"{SMS}/{place}/journey").json()["results"] for place in places]
    assert ways[0] == ways[1] == ways[2]
    stages = [step["stage"] for step in ways[0]]
    # In the order of their moments: what it costs to get a text is known at once.
    passed = [stage for stage in stages if stage != "Cost"]
    assert passed[:3] == ["Webhook", "Identity", "Turn"] and "Sending" in passed
    assert "Ana" not in str(ways) and ALICE not in str(ways)
    # A page of the console to press a button on is no step.
    assert "sandbox" not in str(ways)
    for kind in ("inboundtext", "outboundtext", "turn"):
        (event,) = recorded(f"sms.{kind}.view")
        assert event.subject_id == alice.pk
    for place in places:
        shown = as_ada.get(f"{SMS}/{place}").json()
        assert shown["number"] == ALICE and "Ana" not in str(shown)
    assert len(recorded(Permission.PERSON_VIEW_PII)) == 3
    assert as_ada.get(f"{SMS}/inbound/{answered.pk}").status_code == 404


def test_words_are_revealed_for_a_reason_that_is_told(
    as_ada: Client, ada: User, answered: OutboundText, alice: User, recorded: Recorded
) -> None:
    came = InboundText.objects.get()
    path = f"{SMS}/inbound/{opaque.name(InboundText, came.pk)}/reveal"
    assert send(as_ada, "post", path, {}).status_code == 400
    assert not recorded(Permission.INBOUND_REVEAL)
    answer = send(as_ada, "post", path, WHY)
    assert answer.json() == {"body": WORDS, "media": []}
    assert "no-store" in answer["Cache-Control"]
    (event,) = recorded(Permission.INBOUND_REVEAL)
    assert (event.actor_id, event.subject_id) == (ada.pk, alice.pk)
    ours = send(
        as_ada,
        "post",
        f"{SMS}/outbound/{opaque.name(OutboundText, answered.pk)}/reveal",
        WHY,
    ).json()
    assert ours == {"body": answered.body}
    page = signed_in(alice).get("/app/activity/").content.decode()
    assert "She asked where it went" in page


def test_who_may_look_reveals_nothing(
    ada: User, answered: OutboundText, recorded: Recorded
) -> None:
    client = helper(ada, Permission.INBOUND_VIEW, Permission.PERSON_VIEW)
    came = InboundText.objects.get()
    shown = client.get(f"{SMS}/inbound/{opaque.name(InboundText, came.pk)}").json()
    assert ALICE not in str(shown)
    assert (
        send(
            client,
            "post",
            f"{SMS}/inbound/{opaque.name(InboundText, came.pk)}/reveal",
            WHY,
        ).status_code
        == 403
    )
    (event,) = recorded(Permission.INBOUND_REVEAL)
    assert event.outcome == "denied"


def test_a_call_is_found_and_played_again(
    as_ada: Client, alice: User, recorded: Recorded
) -> None:
    text(WORDS)
    call = WebhookCall.objects.get()
    (row,) = rows(as_ada, f"calls?search={call.sid}&via=inbound&outcome=new")
    assert row["id"] == str(call.pk)
    one = as_ada.get(f"{SMS}/calls/{call.pk}").json()
    assert one["posted"]["Body"] == f"{len(WORDS)} characters" and "Ana" not in str(one)
    path = f"{SMS}/calls/{call.pk}"
    assert send(as_ada, "post", f"{path}/replay", WHY).json() == {
        "outcome": "duplicate"
    }
    InboundText.objects.all().delete()
    Tombstone.objects.all().delete()
    assert send(as_ada, "post", f"{path}/replay", WHY).json() == {"outcome": "new"}
    work()
    assert OutboundText.objects.count() == 1
    assert len(recorded(Permission.CALL_REPLAY)) == 2
    shown = send(as_ada, "post", f"{path}/reveal", WHY).json()
    assert shown["form"]["Body"] == WORDS
    WebhookCall.objects.update(sealed="gone")
    assert send(as_ada, "post", f"{path}/replay", WHY).status_code == 409
    assert send(as_ada, "post", f"{path}/reveal", WHY).status_code == 404
    assert as_ada.get(path).json()["posted"] is None


def test_phones_are_found_and_read(
    as_ada: Client, alice: User, bob: User, recorded: Recorded
) -> None:
    phones = "/api/v1/admin/phones"
    (row,) = as_ada.get(f"{phones}?search=%2B{ALICE[1:]}").json()["results"]
    assert row["person"]["id"] == str(alice.public_id) and ALICE not in str(row)
    assert len(as_ada.get(f"{phones}?status=verified").json()["results"]) == 2
    theirs = f"/api/v1/admin/users/{alice.public_id}/phones"
    (listed,) = as_ada.get(theirs).json()["results"]
    assert ALICE not in str(listed)
    one = as_ada.get(f"{theirs}/{listed['id']}").json()
    assert (one["number"], one["notes"]) == (ALICE, [])
    assert {each.subject_id for each in recorded("sms.phonenumber.view")} == {alice.pk}
    other = f"/api/v1/admin/users/{bob.public_id}/phones/{listed['id']}"
    assert as_ada.get(other).status_code == 404
