"""Every operation for operators: who may ask it, by each permission; never by less."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from apps.accounts import personal_tokens, sessions, tokens
from apps.accounts.models import LoginSession, User
from apps.rbac import declared, roles, scopes
from apps.rbac.catalog import Permission
from tests.conftest import Recorded
from tests.rbac.factories import person, role
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db
NOBODY = UUID(int=7)
ENTER = Permission.CONSOLE_ENTER


class Operation(NamedTuple):
    verb: str
    path: str
    permission: str


def _operations(patterns: Any, before: str = "") -> Iterator[Operation]:
    for entry in patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _operations(entry.url_patterns, route)
        elif isinstance(entry, URLPattern) and route.startswith("api/v1/admin/"):
            view: Any = entry.callback
            for verb in ("get", "post", "put", "patch", "delete"):
                if hasattr(view.cls, verb):
                    policy = declared.of_class(view.cls, verb)
                    assert policy is not None
                    yield Operation(verb, _address(route), policy.permission)


def _address(route: str) -> str:
    for kind, value in (("uuid", str(NOBODY)), ("int", "0"), (r"\w+", "none-such")):
        route = re.sub(rf"<{kind}:\w+>", value, route)
    return f"/{route}"


OPERATIONS = list(_operations(get_resolver().url_patterns))


def ask(client: Client, operation: Operation) -> Any:
    sent: dict[str, Any] = {"content_type": "application/json"}
    if operation.verb != "get":
        sent["data"] = "{}"
    return getattr(client, operation.verb)(operation.path, **sent)


@pytest.fixture
def ada(db: None) -> User:
    return person("administrator", email="ada@example.com")


@pytest.fixture
def helper(ada: User) -> User:
    roles.create(by=ada, slug="helper", name="Helper", permissions=[ENTER])
    return person("helper", email="helper@example.com")


def allow(ada: User, *permissions: str) -> None:
    roles.change(by=ada, role=role("helper"), permissions=permissions, inherits=[])


def test_there_are_as_many_as_the_console_has_uses() -> None:
    assert len(OPERATIONS) >= 80
    assert all(each.permission for each in OPERATIONS)


def test_each_is_closed_to_who_lacks_its_permission(ada: User, helper: User) -> None:
    client = signed_in(helper)
    for permission in sorted({each.permission for each in OPERATIONS}):
        allow(ada, *(set(roles.own_permissions(role("administrator"))) - {permission}))
        for operation in OPERATIONS:
            if operation.permission == permission:
                answer = ask(client, operation)
                assert answer.status_code == 403, operation
                assert answer.json()["code"] == "forbidden"


def test_each_is_open_with_its_permission_alone(ada: User, helper: User) -> None:
    client = signed_in(helper)
    for permission in sorted({each.permission for each in OPERATIONS}):
        allow(ada, ENTER, permission)
        for operation in OPERATIONS:
            if operation.permission == permission:
                found = ask(client, operation).status_code
                assert found in {200, 400, 404}, (operation, found)


def test_none_is_open_to_who_may_not_enter_the_console(ada: User, helper: User) -> None:
    allow(ada, *(set(roles.own_permissions(role("administrator"))) - {ENTER}))
    client = signed_in(helper)
    assert {ask(client, each).status_code for each in OPERATIONS} == {403}


def test_each_wants_a_second_factor_proved_within_the_hour(ada: User) -> None:
    client = signed_in(ada)
    long_ago = timezone.now() - timedelta(minutes=61)
    LoginSession.objects.update(proved_twice_at=long_ago)
    for operation in OPERATIONS:
        answer = ask(client, operation)
        assert answer.status_code == 401, operation
        assert answer.json()["code"] == "step_up"
        assert 'acr_values="aal2", max_age="3600"' in answer["WWW-Authenticate"]


def test_an_app_asks_with_its_token_once_it_proved_two_factors(ada: User) -> None:
    found = []
    for twice in (False, True):
        row = sessions.begin(user=ada, client="app", proved=["password"], twice=twice)
        bearer = f"Bearer {tokens.issue(row).access}"
        answer = Client().get("/api/v1/admin/users", headers={"authorization": bearer})
        found.append((answer.status_code, answer.json().get("code")))
    assert found == [(403, "second_factor_missing"), (200, None)]


def test_a_page_of_another_site_does_nothing_with_the_cookie(ada: User) -> None:
    alice = person(email="alice@example.com")
    client = signed_in(ada, Client(enforce_csrf_checks=True))
    path = f"/api/v1/admin/users/{alice.public_id}"
    body = {"reason": "They asked for it"}
    for verb, place in (("post", "/suspend"), ("delete", "")):
        answer = getattr(client, verb)(
            f"{path}{place}", body, content_type="application/json"
        )
        assert answer.json()["code"] == "csrf_failed"
    assert User.objects.get(pk=alice.pk).is_active


def test_nobody_who_stands_in_asks_any(ada: User) -> None:
    """Also for another operator: what they may is theirs."""
    bea = person("administrator", email="bea@example.com")
    client = signed_in(ada)
    page = f"/admin/accounts/user/{bea.pk}/stand-in/"
    assert client.post(page, {"reason": "They asked for it"}).status_code == 302
    assert client.get("/api/v1/me").json()["email"] == "bea@example.com"
    assert {ask(client, each).status_code for each in OPERATIONS} == {403}


def test_no_personal_token_asks_any(ada: User) -> None:
    _, said = personal_tokens.make(user=ada, name="x", scopes=[*scopes.ALL], days=1)
    client = Client(headers={"authorization": f"Bearer {said}"})
    for operation in OPERATIONS:
        answer = ask(client, operation)
        assert answer.status_code == 403, operation


def test_that_they_enter_is_recorded_once_an_hour_and_a_refusal_each_time(
    ada: User, helper: User, recorded: Recorded
) -> None:
    client = signed_in(ada)
    for _ in range(2):
        assert client.get("/api/v1/admin/users").status_code == 200
    (entered,) = recorded(ENTER)
    assert (entered.actor_id, entered.outcome) == (ada.pk, "allowed")
    for _ in range(2):
        signed_in(helper).get("/api/v1/admin/users")
    refused = recorded(Permission.PERSON_VIEW)
    assert [(each.actor_id, each.outcome) for each in refused] == [
        (helper.pk, "denied")
    ] * 2


@pytest.mark.parametrize("reason", ["", "abc", "\u3164" * 9, "x" * 201, 5, None])
def test_a_reason_is_one_that_can_be_read(ada: User, reason: object) -> None:
    alice = person(email="alice@example.com")
    path = f"/api/v1/admin/users/{alice.public_id}/suspend"
    answer = signed_in(ada).post(
        path, {"reason": reason}, content_type="application/json"
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_fields")
    assert "reason" in answer.json()["errors"]
    assert User.objects.get(pk=alice.pk).is_active
