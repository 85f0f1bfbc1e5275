"""The audit over the API: found, opened for who may, taken away."""

import csv
import json

import pytest
from django.test import Client

from apps.accounts import suspension
from apps.accounts.models import User
from apps.core import opaque
from apps.rbac import roles, seals
from apps.rbac.catalog import Permission
from apps.rbac.models import AuditEvent
from tests.conftest import Recorded
from tests.rbac.factories import helper, person

pytestmark = pytest.mark.django_db(transaction=True)
AUDIT = "/api/v1/admin/audit"


@pytest.fixture
def ada(transactional_db: None) -> User:
    return person("administrator", email="ada@example.com")


@pytest.fixture
def alice(ada: User) -> User:
    found = person(email="alice@example.com")
    suspension.suspend(by=ada, user=found, reason="Sent spam for hours")
    return found


def event_of(alice: User) -> AuditEvent:
    rows = AuditEvent.objects.filter(
        action="accounts.user.suspend", subject_id=alice.pk, outcome="done"
    )
    return rows.get()


def test_events_are_found_by_person_action_and_outcome(
    as_ada: Client, ada: User, alice: User
) -> None:
    refs = opaque.name(User, alice.pk), str(alice.pk)
    for person_of in (str(alice.public_id), "alice@example.com", *refs):
        query = f"subject={person_of}&action=accounts.user&outcome=done"
        (row,) = as_ada.get(f"{AUDIT}?{query}").json()["results"]
        assert row["action"] == "accounts.user.suspend"
        assert row["actor"] == {
            "ref": opaque.name(User, ada.pk),
            "id": str(ada.public_id),
            "email": "a•••@example.com",
        }
        assert row["object"] == {"kind": "accounts.user", "id": str(alice.public_id)}
    query = f"kind=accounts.user&q={alice.public_id}"
    assert as_ada.get(f"{AUDIT}?{query}").json()["results"]
    theirs = f"/api/v1/admin/users/{alice.public_id}/audit"
    actions = [row["action"] for row in as_ada.get(theirs).json()["results"]]
    assert "accounts.user.suspend" in actions
    assert as_ada.get(f"{theirs}?as=actor").json()["results"] == []


def numbered(row: dict[str, str]) -> int:
    return opaque.number(AuditEvent, row["id"])


def test_they_come_in_pages_from_the_newest_on(as_ada: Client, alice: User) -> None:
    first = as_ada.get(f"{AUDIT}?limit=2").json()
    ids = [numbered(row) for row in first["results"]]
    second = as_ada.get(first["next"].partition("example")[2]).json()["results"]
    assert ids == sorted(ids, reverse=True) and numbered(second[0]) < ids[-1]


@pytest.mark.parametrize(
    "query",
    [
        "outcome=maybe",
        "since=yesterday",
        "since=1700-01-01",
        "subject=nobody@example.com",
        "limit=0",
        "cursor=x",
        "search=x",
        "action=%00",
    ],
)
def test_a_filter_that_is_none_is_refused(as_ada: Client, query: str) -> None:
    answer = as_ada.get(f"{AUDIT}?{query}")
    assert answer.status_code == 400, answer.content
    assert answer["Content-Type"] == "application/problem+json"


def test_what_is_sealed_is_opened_for_who_may_and_told(
    as_ada: Client, ada: User, alice: User, recorded: Recorded
) -> None:
    event = event_of(alice)
    found = as_ada.get(f"{AUDIT}/{opaque.name(AuditEvent, event.pk)}").json()
    assert found["details"]["reason"] == "Sent spam for hours"
    assert found["is_readable"] is True
    assert alice.pk in {each.subject_id for each in recorded(Permission.AUDIT_VIEW)}
    client = helper(ada, Permission.AUDIT_VIEW)
    closed = client.get(f"{AUDIT}/{opaque.name(AuditEvent, event.pk)}").json()
    assert (closed["details"], closed["origin"]) == (None, None)
    assert "spam" not in str(closed)
    nobodys = opaque.name(AuditEvent, 2**63 - 1)
    for nothing in (event.pk, opaque.name(User, event.pk), nobodys, "x"):
        assert as_ada.get(f"{AUDIT}/{nothing}").status_code == 404


def test_it_is_taken_away_as_a_file(
    as_ada: Client, alice: User, recorded: Recorded
) -> None:
    query = f"subject={alice.public_id}&action=accounts.user.suspend&outcome=done"

    def taken(kind: str) -> str:
        answer = as_ada.get(f"{AUDIT}/export/{kind}?{query}")
        assert answer.status_code == 200
        assert answer["Cache-Control"] == "no-store"
        return b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]  # streamed

    (row,) = csv.DictReader(taken("csv").splitlines())
    assert row["reason"] == "Sent spam for hours"
    assert json.loads(taken("ndjson"))["action"] == "accounts.user.suspend"
    assert len(recorded(Permission.AUDIT_EXPORT)) == 2
    assert as_ada.get(f"{AUDIT}/export/xml").status_code == 404
    assert as_ada.get(f"{AUDIT}/export/csv?outcome=x").status_code == 400


def test_who_may_not_open_takes_nothing_away(ada: User, alice: User) -> None:
    client = helper(ada, Permission.AUDIT_VIEW, Permission.AUDIT_EXPORT)
    answer = client.get(f"{AUDIT}/export/csv?subject={alice.public_id}")
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_whoever_sees_masks_finds_by_address_a_few_times(
    ada: User, alice: User, recorded: Recorded
) -> None:
    client = helper(ada, Permission.AUDIT_VIEW)
    found = [
        client.get(f"{AUDIT}?subject=alice@example.com").status_code for _ in range(31)
    ]
    assert found == [200] * 30 + [429]
    assert "alice@" not in client.get(f"{AUDIT}?subject={alice.pk}").content.decode()


def test_seals_are_listed(as_ada: Client, alice: User) -> None:
    seals.seal()
    rows = as_ada.get(f"{AUDIT}/seals").json()["results"]
    assert rows and len(rows[0]["digest"]) == 64
    numbers = [row["number"] for row in rows]
    assert numbers == sorted(numbers, reverse=True)


def test_a_gone_person_still_has_a_ref(as_ada: Client, ada: User) -> None:
    roles.create(by=ada, slug="x", name="x")
    gone = person(email="gone@example.com")
    suspension.suspend(by=ada, user=gone, reason="Sent spam")
    number = gone.pk
    gone.delete()
    ref = opaque.name(User, number)
    rows = as_ada.get(f"{AUDIT}?subject={ref}").json()["results"]
    assert rows[0]["subject"] == {"ref": ref, "id": None, "email": None}
