"""Roles over the API: read, made, changed, given and taken back, as the console does it."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.rbac import limits, policy, roles
from apps.rbac.catalog import Permission
from apps.rbac.models import Role, RoleAssignment
from tests.conftest import Recorded
from tests.portal.test_people_api import at_once, send
from tests.rbac.factories import fresh, person
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
ROLES = "/api/v1/admin/roles"
WHY = {"reason": "The desk is closed"}


@pytest.fixture
def ada(transactional_db: None) -> User:
    return person("administrator", email="ada@example.com")


@pytest.fixture
def alice(transactional_db: None) -> User:
    return person(email="alice@example.com")


def held(user: User) -> str:
    return f"/api/v1/admin/users/{user.public_id}/roles"


def make(client: Client, slug: str = "desk", **more: Any) -> Any:
    body = {"slug": slug, "name": slug.title(), **more}
    return send(client, "post", ROLES, body)


def test_roles_are_read_with_what_they_bring(as_ada: Client) -> None:
    found = {row["slug"]: row for row in as_ada.get(ROLES).json()["results"]}
    assert found.keys() >= {"user", "premium", "administrator"}
    assert found["premium"]["inherits"] == ["user"] and found["premium"]["is_system"]
    one = as_ada.get(f"{ROLES}/premium").json()
    assert one["permissions"] == [] and "assistant.note.add" in one["brings"]
    known = {
        row["name"]: row["roles"]
        for row in as_ada.get("/api/v1/admin/permissions").json()["results"]
    }
    assert known.keys() == {str(each) for each in Permission}
    assert known["assistant.note.add"] == ["user"]


def test_one_is_made_changed_and_deleted(as_ada: Client, recorded: Recorded) -> None:
    made = make(as_ada, permissions=["jobs.job.view"], inherits=["premium"], rank=16)
    assert made.status_code == 201, made.content
    assert made.json()["permissions"] == ["jobs.job.view"]
    assert make(as_ada).status_code == 409
    path = f"{ROLES}/desk"
    tag = as_ada.get(path)["ETag"]
    changed = send(as_ada, "patch", path, {"inherits": []}, **{"if-match": tag})
    assert changed.json()["permissions"] == ["jobs.job.view"]
    assert changed.json()["inherits"] == []
    late = send(as_ada, "patch", path, {"permissions": []}, **{"if-match": tag})
    assert late.status_code == 412
    assert send(as_ada, "delete", path, WHY).status_code == 204
    assert as_ada.get(path).status_code == 404
    assert len(recorded("rbac.role.create")) == len(recorded("rbac.role.delete")) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"slug": "Bad Slug"},
        {"slug": "9lives"},
        {"slug": "a" * 41},
        {"name": ""},
        {"permissions": ["no.such.thing"]},
        {"inherits": ["nobody"]},
        {"rank": -1},
        {"is_system": True},
    ],
)
def test_what_is_no_role_is_refused_by_its_field(
    as_ada: Client, wrong: dict[str, object]
) -> None:
    before = Role.objects.count()
    answer = send(as_ada, "post", ROLES, {"slug": "x", "name": "x", **wrong})
    assert answer.status_code == 400
    assert answer.json()["errors"].keys() == wrong.keys()
    assert Role.objects.count() == before


def test_nor_does_one_inherit_what_is_none(as_ada: Client) -> None:
    make(as_ada)
    answer = send(as_ada, "patch", f"{ROLES}/desk", {"inherits": ["nobody"]})
    assert (answer.status_code, [*answer.json()["errors"]]) == (400, ["inherits"])


def test_what_comes_with_the_product_stays(as_ada: Client) -> None:
    for verb, body in (("patch", {"permissions": []}), ("delete", WHY)):
        assert send(as_ada, verb, f"{ROLES}/premium", body).status_code == 409


def test_nobody_puts_into_a_role_what_they_do_not_have(
    ada: User, as_ada: Client
) -> None:
    may = [Permission.CONSOLE_ENTER, Permission.ROLE_ADD, Permission.ROLE_CHANGE]
    roles.create(by=ada, slug="helper", name="Helper", permissions=may)
    client = signed_in(person("helper"))
    assert make(client, permissions=["jobs.job.view"]).status_code == 403
    assert make(client, inherits=["administrator"]).status_code == 403
    assert make(client, rank=31).status_code == 403
    assert make(client).status_code == 201
    answer = send(client, "patch", f"{ROLES}/desk", {"permissions": ["jobs.job.view"]})
    assert answer.status_code == 403


def test_limits_are_changed_in_part_and_held_to_what_was_read(
    as_ada: Client, alice: User
) -> None:
    path = f"{ROLES}/user/limits"
    tag = as_ada.get(path)["ETag"]
    found = send(as_ada, "patch", path, {"texts": 7}, **{"if-match": tag})
    assert found.json()["texts"] == 7 and found.json()["sessions"] == 5
    assert limits.of(fresh(alice)).texts == 7
    late = send(as_ada, "patch", path, {"texts": 9}, **{"if-match": tag})
    assert late.status_code == 412
    assert send(as_ada, "patch", path, {"sessions": 0}).status_code == 400
    assert send(as_ada, "patch", path, {"texts": "9"}).status_code == 400
    own = send(as_ada, "patch", f"{ROLES}/administrator/limits", {"texts": 9})
    assert own.status_code == 403


def test_a_role_is_given_for_a_while_and_taken_back(
    as_ada: Client, ada: User, alice: User, recorded: Recorded
) -> None:
    end = (timezone.now() + timedelta(days=7)).isoformat()
    body = {"role": "premium", "reason": "Won the raffle", "expires_at": end}
    made = send(as_ada, "post", held(alice), body)
    assert made.status_code == 201, made.content
    assert made.json()["person"]["id"] == str(alice.public_id)
    assert made.json()["granted_by"]["email"] == "a•••@example.com"
    (row,) = as_ada.get(held(alice)).json()["results"]
    assert (row["role"], row["state"]) == ("premium", "in_force")
    assert as_ada.get(f"{ROLES}/premium/holders").json()["results"] == [row]
    (event,) = recorded("rbac.roleassignment.grant")
    assert (event.actor_id, event.subject_id) == (ada.pk, alice.pk)
    assert send(as_ada, "delete", f"{held(alice)}/premium", WHY).status_code == 204
    assert send(as_ada, "delete", f"{held(alice)}/premium", WHY).status_code == 409
    found = as_ada.get(f"{held(alice)}?state=taken_back").json()["results"]
    assert [each["reason"] for each in found] == ["Won the raffle"]
    assert as_ada.get(f"{held(alice)}?state=in_force").json()["results"] == []
    assert as_ada.get(f"{held(alice)}?state=ended").json()["results"] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"role": "nobody"},
        {"role": "user"},
        {"reason": ""},
        {"reason": "\u3164"},
        {"expires_at": "2020-01-01T00:00:00Z"},
        {"expires_at": "2050-01-01T00:00:00Z"},
        {"expires_at": "2027-01-01T00:00:00"},
        {"until": "2027-01-01"},
    ],
)
def test_what_is_no_grant_is_refused(
    as_ada: Client, alice: User, wrong: dict[str, object]
) -> None:
    body = {"role": "premium", "reason": "Won the raffle", **wrong}
    assert send(as_ada, "post", held(alice), body).status_code == 400
    assert not RoleAssignment.objects.filter(user=alice).exists()


def test_nobody_gives_or_takes_more_than_they_have(
    as_ada: Client, ada: User, alice: User, recorded: Recorded
) -> None:
    may = [
        Permission.CONSOLE_ENTER,
        Permission.ROLE_GRANT,
        Permission.ROLE_REVOKE,
        Permission.ROLE_HOLDERS_VIEW,
    ]
    roles.create(by=ada, slug="helper", name="Helper", permissions=may)
    mine = person("helper", email="helper@example.com")
    client = signed_in(mine)
    body = {"role": "administrator", "reason": "A friend"}
    assert send(client, "post", held(alice), body).status_code == 403
    assert send(client, "post", held(mine), body).status_code == 403
    taken = send(client, "delete", f"{held(ada)}/administrator", WHY)
    assert taken.status_code == 403
    assert policy.can(fresh(ada), Permission.CONSOLE_ENTER)
    assert not policy.can(fresh(alice), Permission.CONSOLE_ENTER)
    assert {each.outcome for each in recorded(Permission.ROLE_GRANT)} == {"denied"}
    own = send(as_ada, "post", held(ada), {"role": "premium", "reason": "for me"})
    assert own.status_code == 403


def test_the_last_administrator_keeps_the_role(as_ada: Client, ada: User) -> None:
    bea = person("administrator", email="bea@example.com")
    other = signed_in(bea)
    assert send(other, "delete", f"{held(ada)}/administrator", WHY).status_code == 204
    assert as_ada.get(ROLES).status_code in {401, 403}
    body = {"role": "administrator", "reason": "Back again"}
    assert send(other, "post", held(ada), body).status_code == 201
    assert policy.can(fresh(ada), Permission.CONSOLE_ENTER)


def test_the_same_role_given_twice_at_once_is_held_once(ada: User, alice: User) -> None:
    body = {"role": "premium", "reason": "Won the raffle"}
    clients = [signed_in(ada) for _ in range(3)]
    found = at_once(
        *(partial(send, client, "post", held(alice), body) for client in clients)
    )
    assert found == [201] * 3
    assert RoleAssignment.objects.live().filter(user=alice).count() == 1


def test_the_same_key_gives_once(as_ada: Client, alice: User) -> None:
    body = {"role": "premium", "reason": "Won the raffle"}
    key = {"idempotency-key": "grant-1"}
    found = [send(as_ada, "post", held(alice), body, **key) for _ in range(2)]
    assert found[0].json() == found[1].json()
    assert RoleAssignment.objects.filter(user=alice).count() == 1


def test_why_somebody_may_is_told_and_on_record(
    as_ada: Client, ada: User, alice: User, recorded: Recorded
) -> None:
    path = f"/api/v1/admin/users/{alice.public_id}/may"
    yes = as_ada.get(f"{path}?action=assistant.note.add").json()
    assert yes["is_allowed"] is True and yes["ways"][0]["steps"] == ["user"]
    no = as_ada.get(f"{path}?action=jobs.job.view").json()
    assert no["is_allowed"] is False and no["would_bring"] == ["administrator"]
    asked = recorded(Permission.ROLE_HOLDERS_VIEW)
    assert [each.subject_id for each in asked] == [alice.pk] * 2
    assert as_ada.get(path).status_code == 400
    assert as_ada.get(f"{path}?action=x").json()["code"] == "unknown_choice"
