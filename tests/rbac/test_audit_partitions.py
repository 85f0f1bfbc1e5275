"""A table a month: none is ever missing, and an old one goes only when it is proven."""

from datetime import UTC, date, datetime
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection
from pytest_django import Settings
from structlog.testing import capture_logs

from apps.rbac import audit, partitions, verification
from apps.rbac.models import AuditEvent, AuditLeaves, AuditRetirement, AuditSeal
from apps.rbac.tasks import turn_audit_months
from tests.rbac import chain
from tests.rbac.conftest import Meddle

pytestmark = pytest.mark.usefixtures("clean")
JULY, AUGUST = date(2024, 7, 1), date(2024, 8, 1)


def record_at(month: date, many: int = 3) -> None:
    """Events of long ago, as if recorded then; allowed while nothing is sealed."""
    trigger = "ALTER TABLE rbac_auditevent {} TRIGGER audit_is_of_now"
    with connection.cursor() as cursor:
        cursor.execute(trigger.format("DISABLE"))
        for day in range(1, many + 1):
            at = datetime(month.year, month.month, day, tzinfo=UTC)
            cursor.execute(
                "INSERT INTO rbac_auditevent (id, at, action, outcome, details)"
                " VALUES (nextval('rbac_auditevent_id_seq'), %s, 'sms.thread.view', 'allowed', 'sealed')",
                [at],
            )
        cursor.execute(trigger.format("ENABLE"))


def tables() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tableoid::regclass::text, count(*) FROM rbac_auditevent GROUP BY 1"
        )
        return dict(cursor.fetchall())


def test_months_are_made_ahead_once() -> None:
    made = partitions.open_months(date(2031, 11, 17))
    assert made == [date(2031, 11, 1), date(2031, 12, 1), date(2032, 1, 1)]
    assert partitions.open_months(date(2031, 11, 17)) == []
    with connection.cursor() as cursor:
        for month in made:
            with pytest.raises(IntegrityError, match="TRUNCATE .* is refused"):
                cursor.execute(f"TRUNCATE rbac_auditevent_{month:%Y_%m}")
            cursor.execute(f"DROP TABLE rbac_auditevent_{month:%Y_%m}")


def test_a_missing_month_loses_nothing_and_is_made_afterwards() -> None:
    record_at(JULY)
    assert tables() == {"rbac_auditevent_default": 3}
    chain.seal()
    assert partitions.open_months() == [JULY]
    assert tables() == {"rbac_auditevent_2024_07": 3}
    # Moved as they were.
    assert verification.verify().findings == []
    for table in ("rbac_auditevent_2024_07", "rbac_auditevent"):
        with connection.cursor() as cursor, pytest.raises(IntegrityError):
            cursor.execute(f"DELETE FROM {table} WHERE at < '2025-01-01'")
    record_at(date(2024, 6, 1))
    with connection.cursor() as cursor, pytest.raises(IntegrityError):
        cursor.execute("DELETE FROM rbac_auditevent_default")


def test_an_old_month_goes_and_its_seals_stay(settings: Settings) -> None:
    settings.AUDIT_KEEP_MONTHS = 3
    record_at(JULY)
    record_at(AUGUST, 2)
    audit.done("sms.thread.view", actor=1)
    chain.seal()
    partitions.open_months()
    assert partitions.retire(date(2024, 11, 30)) == [JULY]
    assert partitions.retire(date(2024, 11, 30)) == []
    assert "rbac_auditevent_2024_07" not in tables()
    assert AuditSeal.objects.filter(month=JULY).count() == 1
    assert not AuditLeaves.objects.filter(seal=1).exists()
    out = StringIO()
    call_command("verify_audit", stdout=out)
    assert "2024-07: 3 events retired, seals kept" in out.getvalue()
    event = AuditEvent.objects.get(action="rbac.audit.retire")
    assert event.reason == "2024-07"
    # Nothing comes back under its name.
    assert partitions.open_months(JULY)[0] == date(2024, 9, 1)


def test_a_month_that_is_not_sealed_stays(settings: Settings) -> None:
    settings.AUDIT_KEEP_MONTHS = 1
    record_at(JULY)
    partitions.open_months()
    with capture_logs() as lines:
        turn_audit_months()
    assert "audit_month_not_retired" in [line["event"] for line in lines]
    assert tables() == {"rbac_auditevent_2024_07": 3}


def test_a_month_that_was_touched_stays(settings: Settings, meddle: Meddle) -> None:
    settings.AUDIT_KEEP_MONTHS = 1
    record_at(JULY)
    partitions.open_months()
    chain.seal()
    meddle("UPDATE rbac_auditevent SET action = 'x.y.z' WHERE at = '2024-07-02'")
    assert partitions.retire() == []


def test_nobody_else_can_retire_a_month(meddle: Meddle) -> None:
    record_at(JULY)
    partitions.open_months()
    chain.seal()
    with pytest.raises(IntegrityError, match="its month stands"):
        AuditLeaves.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE rbac_auditevent_2024_07")
    AuditRetirement.objects.create(
        month=JULY, count=3, retired_at=datetime.now(UTC), signature=b"x" * 64
    )
    report = verification.verify()
    assert report.findings[0] == "2024-07 was not retired by us"
    assert len(report.findings) == 4


def test_what_is_put_into_a_retired_month_is_found(settings: Settings) -> None:
    settings.AUDIT_KEEP_MONTHS = 1
    record_at(JULY)
    partitions.open_months()
    chain.seal()
    assert partitions.retire() == [JULY]
    record_at(JULY, 1)
    assert "was put among what was sealed" in verification.verify().findings[0]


def test_each_seal_is_of_one_month() -> None:
    for _ in range(2):
        record_at(JULY)
        record_at(AUGUST)
    assert [(each.month, each.count) for each in chain.seal()] == [
        (JULY, 6),
        (AUGUST, 6),
    ]
    assert verification.verify().findings == []
