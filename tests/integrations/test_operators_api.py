"""Operators see connections and providers over the API, and act on them for a reason."""

from typing import Any

import pytest
from django.core import mail
from django.test import Client

from apps.accounts.models import User
from apps.integrations import breaker, tokens
from apps.integrations.models import Connection, Token
from apps.rbac.catalog import Permission
from tests.conftest import Recorded
from tests.integrations.connecting import connect
from tests.integrations.servers import Simulator
from tests.portal.test_people_api import send
from tests.rbac.factories import helper, person
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db
OAUTH = "/api/v1/admin/oauth"
WHY = {"reason": "They asked for it"}


@pytest.fixture
def ada() -> User:
    return person("administrator", email="ada@example.com")


@pytest.fixture
def as_ada(ada: User) -> Client:
    return signed_in(ada)


@pytest.fixture
def google(alice: User, providers: Simulator) -> Connection:
    return connect(alice, providers)


def found(client: Client, path: str) -> list[Any]:
    answer = client.get(path)
    assert answer.status_code == 200, answer.content
    rows: list[Any] = answer.json()["results"]
    return rows


def test_connections_are_found_and_read_and_no_token_is_told(
    as_ada: Client,
    google: Connection,
    alice: User,
    providers: Simulator,
    recorded: Recorded,
) -> None:
    theirs = f"/api/v1/admin/users/{alice.public_id}/connections"
    for path in (
        f"{OAUTH}/connections?provider=google&status=connected",
        f"{OAUTH}/connections?person={alice.public_id}",
        f"{OAUTH}/connections?search={google.public_id}",
        theirs,
    ):
        (row,) = found(as_ada, path)
        assert row["id"] == str(google.public_id)
        assert row["account"] != google.label
    one = as_ada.get(f"{OAUTH}/connections/{google.public_id}").json()
    assert (one["account"], one["uid"]) == (google.label, google.uid)
    assert one["renewal"]["kind"] and one["scopes"]
    assert {each.subject_id for each in recorded(Permission.PERSON_VIEW_PII)} == {
        alice.pk
    }
    secrets = [token for kind in providers.tokens().values() for token in kind]
    secrets.append(Token.objects.get().sealed)
    assert not [each for each in secrets if each in str(one)]
    assert found(as_ada, f"{OAUTH}/events?provider=google&kind=connected")
    assert found(as_ada, f"{OAUTH}/events?person={alice.public_id}")
    assert as_ada.get(f"{theirs}?status=x").status_code == 400


def test_one_is_paused_resumed_renewed_and_ended(
    as_ada: Client, google: Connection, recorded: Recorded
) -> None:
    path = f"{OAUTH}/connections/{google.public_id}"

    def act(verb: str, place: str = "") -> tuple[int, str]:
        status = send(as_ada, verb, f"{path}{place}", WHY).status_code
        google.refresh_from_db()
        return status, google.status

    assert act("post", "/pause") == (204, "paused")
    assert act("post", "/pause") == (409, "paused")
    assert act("post", "/renew") == (409, "paused")
    assert act("post", "/resume") == (204, "connected")
    assert act("post", "/resume") == (409, "connected")
    before = tokens.bearer(google)
    assert act("post", "/renew") == (204, "connected")
    assert tokens.bearer(google).generation == before.generation + 1
    assert act("delete") == (204, "ended")
    assert act("delete") == (404, "ended")
    assert not Token.objects.exists()
    assert [letter.subject for letter in mail.outbox] == ["A connection was ended"]
    outcomes = [each.outcome for each in recorded(Permission.CONNECTION_CHANGE)]
    assert outcomes.count("done") == 2 and outcomes.count("denied") == 3


def test_a_provider_is_stopped_and_resumed(
    as_ada: Client, google: Connection, recorded: Recorded
) -> None:
    tokens.renew_now(google)
    rows = {
        row["id"]: row for row in as_ada.get(f"{OAUTH}/providers").json()["results"]
    }
    assert rows.keys() == {"google", "microsoft", "notion", "youtube"}
    assert rows["google"]["refresh_success"] == 100
    assert rows["google"]["connections"] == {"connected": 1}
    assert rows["notion"]["refresh_success"] is None
    assert (
        send(as_ada, "post", f"{OAUTH}/providers/google/stop", WHY).status_code == 204
    )
    assert not breaker.is_closed(google.declared)
    (stopped,) = [
        row
        for row in as_ada.get(f"{OAUTH}/providers").json()["results"]
        if row["is_stopped"]
    ]
    assert (stopped["id"], stopped["stopped_because"]) == ("google", "operator")
    resume = f"{OAUTH}/providers/google/resume"
    # By two operators at the same time it is done once.
    again = send(as_ada, "post", f"{OAUTH}/providers/google/stop", WHY)
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    assert send(as_ada, "post", resume, WHY).status_code == 204
    assert send(as_ada, "post", resume, WHY).status_code == 409
    assert breaker.is_closed(google.declared)
    outcomes = [each.outcome for each in recorded(Permission.PROVIDER_CHANGE)]
    assert outcomes == ["done", "denied", "done", "denied"]


def test_who_may_look_changes_nothing(ada: User, google: Connection) -> None:
    client = helper(ada, Permission.CONNECTION_VIEW)
    path = f"{OAUTH}/connections/{google.public_id}"
    shown = client.get(path).json()
    assert google.label not in str(shown) and google.uid not in str(shown)
    for verb, place in (("delete", ""), ("post", "/pause"), ("post", "/renew")):
        assert send(client, verb, f"{path}{place}", WHY).status_code == 403
    google.refresh_from_db()
    assert google.status == "connected"
