"""How safe one's account is, in one answer of the API."""

from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import User
from apps.mfa import enrolment, lost
from apps.portal.api import LAST_EVENTS
from apps.rbac import audit
from tests.mfa.conftest import app_of
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db
API = "/api/v1/me/security"


def asked(client: Client) -> dict[str, Any]:
    answer = client.get(API)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def test_it_says_what_protects_the_account_and_what_happened(
    alice: User, bob: User
) -> None:
    client = signed_in(alice, twice=False)
    signed_in(bob)
    found = asked(client)
    assert (found["factors"], found["sign_ins"]) == ([], 1)
    assert found["factors_go_at"] is None
    assert found["events"][0] == {
        "at": found["events"][0]["at"],
        "action": "accounts.session.open",
        "outcome": "allowed",
        "who": "you",
        "words": "Signed in",
        "reason": "",
        "place": "",
    }
    app_of(alice)
    enrolment.new_recovery_codes(user=alice)
    loss = lost.begin(user=alice)
    again = asked(signed_in(alice))
    assert [each["id"] for each in again["factors"]] == ["totp", "recovery"]
    assert datetime.fromisoformat(again["factors_go_at"]) == loss.ready_at
    words = [each["words"] for each in again["events"]]
    assert "Made new recovery codes" in words


def test_the_last_ten_and_only_what_is_about_security(alice: User) -> None:
    client = signed_in(alice, twice=False)
    for _ in range(LAST_EVENTS + 2):
        audit.done("accounts.password.change", actor=alice)
        audit.done("assistant.reminder.add", actor=alice)
        audit.done("accounts.user.change", actor=alice)
    with CaptureQueriesContext(connection) as queries:
        events = asked(client)["events"]
    assert {each["action"] for each in events} == {"accounts.password.change"}
    assert len(events) == LAST_EVENTS
    assert len(queries) <= 15
