"""Each field of each endpoint under /api/v1/, with every type that is not its own."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.core.pace import API
from apps.core.redis import connection
from apps.mfa import enrolment
from tests.factories import PhoneNumberFactory, UserFactory
from tests.rbac.factories import person
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db
ECHO = "qqECHOqq"
VALUES: dict[str, list[Any]] = {
    "string": [ECHO, "12", "true", ""],
    "integer": [7, 0, -1, 10**30],
    "number": [12.0, 0.5, 1e300],
    "boolean": [True, False],
    "array": [[], [ECHO], [[ECHO]], ["12"]],
    "object": [{}, {ECHO: ECHO}],
    "null": [None],
}


@pytest.fixture
def alice(db: None) -> User:
    user = UserFactory.create(email="alice@example.com")
    PhoneNumberFactory.create(user=user)
    return user


@pytest.fixture
def schema(db: None) -> dict[str, Any]:
    found: dict[str, Any] = Client().get("/api/schema/?format=json").json()
    return found


def named(schema: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in part:
        part = schema["components"]["schemas"][part["$ref"].rpartition("/")[2]]
    return part


def types(schema: dict[str, Any], part: dict[str, Any]) -> set[str]:
    part = named(schema, part)
    several = [
        each for key in ("allOf", "oneOf", "anyOf") for each in part.get(key, ())
    ]
    if several:
        return set().union(*(types(schema, each) for each in several))
    kinds = part.get("type")
    if kinds is None and "enum" in part:
        return {"null"} if part["enum"] == [None] else set()
    return set(kinds) if isinstance(kinds, list) else {str(kinds)}


def is_admin(path: str) -> bool:
    return path.startswith("/api/v1/admin/")


def fields(
    schema: dict[str, Any], *, of_operators: bool = False
) -> Iterator[tuple[str, str, str, set[str]]]:
    for path, verbs in schema["paths"].items():
        if not path.startswith("/api/v1/") or is_admin(path) != of_operators:
            continue
        for verb, operation in verbs.items():
            body = operation.get("requestBody")
            if body is None:
                continue
            shape = named(schema, body["content"]["application/json"]["schema"])
            here = path
            for each in operation.get("parameters", ()):
                is_whole = each["schema"].get("type") == "integer"
                value = "7" if is_whole else str(UUID(int=7))
                here = here.replace(f"{{{each['name']}}}", value)
            for name, part in shape["properties"].items():
                if not named(schema, part).get("readOnly"):
                    yield verb, here, name, types(schema, part)


def test_a_value_of_another_type_is_refused_in_every_field(
    alice: User, schema: dict[str, Any]
) -> None:
    client = signed_in(alice)
    enrolment.begin_totp(user=alice)
    before = User.objects.values().get()
    seen = set()
    for verb, path, name, own in fields(schema):
        assert own, (path, name)
        seen.add((path, name))
        # Nobody asks as fast as this.
        connection().delete(f"pace:{API.name}:{alice.pk}")
        for kind, values in VALUES.items():
            if kind in own or (kind, own) == ("integer", {"number"}):
                continue
            for value in values:
                sent = json.dumps({name: value})
                answer = client.generic(verb, path, sent, "application/json")
                where = (verb, path, name, value, answer.content)
                assert answer.status_code == 400, where
                assert answer["Content-Type"] == "application/problem+json", where
                assert name in answer.json()["errors"], where
                assert ECHO not in answer.content.decode(), where
    assert ("/api/v1/me", "name") in seen
    assert ("/api/v1/me/preferences", "first_weekday") in seen
    assert ("/api/v1/me/mfa/sms", "phone") in seen
    assert User.objects.values().get() == before


def test_operators_are_told_of_a_wrong_type_or_that_nothing_is_there(
    schema: dict[str, Any],
) -> None:
    ada = person("administrator", email="ada@example.com")
    client = signed_in(ada)
    refused = set()
    for verb, path, name, own in fields(schema, of_operators=True):
        assert own, (path, name)
        connection().delete(f"pace:{API.name}:{ada.pk}")
        for kind, values in VALUES.items():
            if kind in own or (kind, own) == ("integer", {"number"}):
                continue
            for value in values:
                sent = json.dumps({name: value})
                answer = client.generic(verb, path, sent, "application/json")
                where = (verb, path, name, value, answer.content)
                assert answer.status_code in (400, 404), where
                assert answer["Content-Type"] == "application/problem+json", where
                assert ECHO not in answer.content.decode(), where
                if answer.status_code == 400:
                    assert name in answer.json()["errors"], where
                    refused.add((path, name))
    assert ("/api/v1/admin/users", "email") in refused
    assert ("/api/v1/admin/roles", "name") in refused


def test_text_that_is_no_choice_is_not_repeated(alice: User) -> None:
    client = signed_in(alice)
    for name in ("theme", "locale", "quiet_from"):
        sent = json.dumps({name: ECHO})
        answer = client.patch("/api/v1/me/preferences", sent, "application/json")
        assert answer.status_code == 400
        assert list(answer.json()["errors"]) == [name]
        assert ECHO not in answer.content.decode()


def test_a_value_of_its_own_type_is_taken(alice: User) -> None:
    client = signed_in(alice)
    given = {"first_weekday": 6, "clock_hours": 24, "theme": "dark", "quiet_from": None}
    answer = client.patch(
        "/api/v1/me/preferences", json.dumps(given), "application/json"
    )
    assert answer.status_code == 200 and given.items() <= answer.json().items()
