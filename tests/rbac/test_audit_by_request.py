"""What one request did is found without reading the rest."""

from collections.abc import Callable, Iterator

import pytest
from django.core.management import call_command
from django.db import connection

from apps.rbac.console.search import Search
from apps.rbac.models import AuditEvent
from apps.rbac.models.audit import AuditEventQuerySet

pytestmark = pytest.mark.usefixtures("clean")
BEFORE = "0003_guard_the_anchor_and_the_keys"


def fill() -> str:
    """A thousand requests of ten events: as many as make a plan worth choosing.

    The partition they lie in.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO rbac_auditevent (action, outcome, obj_id, request_id)"
            " SELECT 'sms.thread.view', 'allowed', 'o' || n, 'r' || n % 1000"
            " FROM generate_series(1, 10000) n"
        )
        cursor.execute("ANALYZE rbac_auditevent")
        cursor.execute("SELECT min(tableoid::regclass::text) FROM rbac_auditevent")
        return str(cursor.fetchone()[0])


def from_the_console(events: AuditEventQuerySet) -> AuditEventQuerySet:
    return Search({"q": "r7"}).narrow(events).order_by("-id")[:51]


def by_itself(events: AuditEventQuerySet) -> AuditEventQuerySet:
    return events.of_request("r7")


@pytest.mark.parametrize("asked", [from_the_console, by_itself])
def test_a_request_is_found_by_its_index(
    asked: Callable[[AuditEventQuerySet], AuditEventQuerySet],
) -> None:
    month = fill()
    found = asked(AuditEvent.objects.all())
    plan = found.explain()
    # The other months are empty: nothing is quicker than reading them.
    assert f"{month}_request_id_id_idx" in plan and f"Seq Scan on {month}" not in plan
    assert len(found) == 10


@pytest.fixture
def later() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rbac_audit_open_month('2031-11-01')")
        yield
        cursor.execute("DROP TABLE rbac_auditevent_2031_11")


def is_whole() -> bool:
    """Attached to every month, and one the planner may use."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indisvalid, (SELECT count(*) FROM pg_inherits"
            "   WHERE inhparent = indexrelid) = (SELECT count(*) FROM pg_inherits"
            "   WHERE inhparent = indrelid)"
            " FROM pg_index WHERE indexrelid = 'audit_by_request'::regclass"
        )
        return bool(cursor.fetchall() == [(True, True)])


def test_a_month_made_later_has_it(later: None) -> None:
    assert is_whole()


def test_a_build_that_was_cut_off_is_taken_up_again(
    request: pytest.FixtureRequest,
) -> None:
    call_command("migrate", "rbac", BEFORE, verbosity=0)
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE INDEX audit_by_request ON ONLY rbac_auditevent"
                " (request_id, id) WHERE request_id <> ''"
            )
            # There, and attached to nothing; perhaps not even whole.
            cursor.execute(
                "CREATE INDEX rbac_auditevent_default_request_id_id_idx"
                " ON rbac_auditevent_default (request_id)"
            )
        # The daily job of the release before runs on.
        request.getfixturevalue("later")
        assert not is_whole()
    finally:
        call_command("migrate", verbosity=0)
    assert is_whole()
