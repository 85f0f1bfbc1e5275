"""What is private is shown when the look is on record, and not otherwise."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from structlog.testing import capture_logs

from apps.accounts.models import User
from apps.rbac import audit
from apps.rbac.models import AuditEvent
from tests.assistant.factories import ReminderFactory
from tests.rbac.factories import person

pytestmark = pytest.mark.usefixtures("clean")
WHY = {"reason": "Ticket 81: reply missing"}


@pytest.fixture
def ada(clean: None) -> User:
    return person("administrator", email="ada@example.com")


@pytest.fixture
def unwritable(as_ada: Client) -> Iterator[None]:
    """The table takes no event any more."""
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE rbac_auditevent ADD CONSTRAINT shut CHECK (false) NOT VALID"
        )
    yield
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE rbac_auditevent DROP CONSTRAINT shut")


def test_words_stay_hidden(alice: User, as_ada: Client, unwritable: None) -> None:
    reminder = ReminderFactory.create(user=alice, text="a private matter")
    page = f"/admin/assistant/reminder/{reminder.pk}"
    with capture_logs() as lines:
        told = as_ada.post(f"{page}/reveal/", WHY)
    assert told.status_code == 503 and b"a private matter" not in told.content
    assert "audit_not_written" in [line["event"] for line in lines]
    shown = as_ada.get(f"{page}/change/")
    assert shown.status_code == 503 and b"alice@example.com" not in shown.content


def test_nothing_is_exported_and_no_event_is_opened(
    alice: User, as_ada: Client, request: pytest.FixtureRequest
) -> None:
    audit.done("sms.threads.clear", actor=alice, words="It was too long for me")
    event = AuditEvent.objects.get(action="sms.threads.clear")
    request.getfixturevalue("unwritable")
    for page in ("export/csv/", "export/ndjson/", f"{event.pk}/change/"):
        answer = as_ada.get(f"/admin/rbac/auditevent/{page}")
        assert answer.status_code == 503, page
        assert b"too long for me" not in answer.content


def test_nobody_begins_to_stand_in(
    alice: User, as_ada: Client, unwritable: None
) -> None:
    begun = as_ada.post(f"/admin/accounts/user/{alice.pk}/stand-in/", WHY)
    assert begun.status_code == 503
    assert "standing_in" not in as_ada.session


def test_no_page_is_shown_to_who_stands_in(
    alice: User, as_ada: Client, request: pytest.FixtureRequest
) -> None:
    as_ada.post(f"/admin/accounts/user/{alice.pk}/stand-in/", WHY)
    assert b"alice@example.com" in as_ada.get("/app/settings/profile/").content
    request.getfixturevalue("unwritable")
    answer = as_ada.get("/app/settings/profile/")
    assert answer.status_code == 503 and b"alice@example.com" not in answer.content
