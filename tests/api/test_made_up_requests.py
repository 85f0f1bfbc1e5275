"""Requests that schemathesis makes up from the schema, right ones and wrong ones, in
everybody's name: none is answered 5xx, with a status that is not in the schema, or with
something that is not what the schema says.

They are the same each time. Each is taken back, so that none hinders the next.
"""

from collections.abc import Iterator
from functools import cache
from itertools import groupby
from typing import Any

import pytest
import requests
import schemathesis
from django.db import transaction
from django.test import Client
from django_redis import get_redis_connection
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from apps.accounts.models import User
from apps.rbac import assignments, roles
from apps.rbac.catalog import Permission
from apps.rbac.models import Role
from tests.api import described, operated, rows
from tests.api.app import App
from tests.factories import UserFactory
from tests.integrations.servers import Simulator
from tests.mfa.conftest import ALICE, person
from tests.rbac import factories

pytestmark = pytest.mark.django_db
HOST = "http://testserver"
# Of each kind, of each operation; with all roles some thousand requests.
EACH = 2
CHECKS = [
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
NOBODY, MEMBER, ANALYST = "nobody", "member", "analyst"
Case = schemathesis.Case[Any]
ROLES = (NOBODY, MEMBER, "premium", ANALYST, "administrator")


@cache
def cases() -> tuple[Case, ...]:
    """The same for everybody."""
    found: list[Case] = []
    schema = schemathesis.openapi.from_dict(described.schema())
    for result in schema.get_all_operations():
        # One that it cannot read would be an Err.
        assert isinstance(result, Ok), result
        for mode in GenerationMode:
            found += _made_up(result.ok(), mode)
    return tuple(found)


def _made_up(operation: Any, mode: GenerationMode) -> Iterator[Case]:
    found: list[Case] = []

    @settings(
        max_examples=EACH,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=mode))
    def collect(case: Case) -> None:
        found.append(case)

    collect()
    return iter(found)


@pytest.mark.parametrize("role", ROLES)
def test_whatever_is_asked_is_answered_as_the_schema_says(
    role: str, providers: Simulator
) -> None:
    app, user = App(), None
    if role != NOBODY:
        user = person("alice@example.com", ALICE)
        if role != MEMBER:
            assignments.grant(by=None, user=user, role=_role(role), reason="test")
        app.be(user)
    found: list[tuple[int, str]] = []
    for path, asked in groupby(cases(), lambda case: str(case.operation.path)):
        before = transaction.savepoint()
        names = _names(path, user, role)
        found += [_tried(case, app, names) for case in asked]
        transaction.savepoint_rollback(before)
    wrong = [said for _, said in found if said]
    assert not wrong, "\n\n".join(wrong)
    done = {status for status, _ in found if status < 300}
    assert len(found) > 500 and done >= (
        {200} if user is None else {200, 201, 202, 204}
    )


def _role(slug: str) -> Role:
    """One that comes with the house, or one that an administrator has made."""
    if slug != ANALYST:
        return Role.objects.get(slug=slug)
    ada = factories.person("administrator", email="ada@example.com")
    may = [Permission.CONSOLE_ENTER, Permission.ANALYTICS_VIEW]
    return roles.create(by=ada, slug=slug, name="Analyst", permissions=may)


def _names(path: str, user: User | None, role: str) -> operated.Names:
    """Of something that is there, for whoever is not refused before it is looked for."""
    if user and rows.is_personal(path):
        return rows.names(path, user)
    if rows.is_operated(path) and role in (ANALYST, "administrator"):
        return rows.names(path, UserFactory.create(email="bob@example.com"))
    return {}


def _tried(case: Case, app: App, names: operated.Names) -> tuple[int, str]:
    """The status, and what of the answer is not in the schema."""
    get_redis_connection().flushdb()
    before = transaction.savepoint()
    asked = _written(case, names)
    answer = _sent(app, asked)
    transaction.savepoint_rollback(before)
    try:
        case.validate_response(answer, checks=CHECKS)
    except FailureGroup as failures:
        what = "; ".join(
            f"{each.title}: {each.message}" for each in failures.exceptions
        )
        place = f"{asked.method} {asked.url} {asked.body!r}"
        return answer.status_code, f"{place}\n{answer.status_code}: {what}"
    return answer.status_code, ""


def _written(case: Case, names: operated.Names) -> requests.PreparedRequest:
    """About something that is there; another client than the two is no address."""
    known = dict(case.path_parameters or {}) | names
    if known.get("client") not in {None, "app", "browser"}:
        known["client"] = "app"
    case.path_parameters = known
    given = case.as_transport_kwargs(base_url=HOST)
    parts = ("method", "url", "headers", "params", "json", "data", "cookies")
    return requests.Request(**{name: given.get(name) for name in parts}).prepare()


def _sent(app: App, asked: requests.PreparedRequest) -> schemathesis.Response:
    headers = {
        name: _text(value)
        for name, value in asked.headers.items()
        if name.lower() not in {"content-type", "content-length", "authorization"}
    }
    body = asked.body or b""
    answer: Any = Client(raise_request_exception=False).generic(
        asked.method or "",
        asked.path_url,
        body.encode() if isinstance(body, str) else body,
        content_type=_text(asked.headers.get("Content-Type", "text/plain")),
        headers={**headers, **app.headers},
    )
    content = b"".join(answer) if answer.streaming else answer.content
    told = {name: [value] for name, value in answer.items()}
    return schemathesis.Response(answer.status_code, told, content, asked, 0.1, True)


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
