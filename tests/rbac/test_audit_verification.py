"""Whoever owns the database can change it, and cannot hide that they did."""

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from apps.rbac import audit, leaves, partitions, verification
from apps.rbac.models import AuditEvent, AuditLeaves, AuditSeal
from tests.rbac import chain
from tests.rbac.conftest import Meddle

pytestmark = pytest.mark.usefixtures("clean")


def record(many: int = 5) -> list[int]:
    """The ids of events that were recorded now."""
    known = set(AuditEvent.objects.values_list("id", flat=True))
    for number in range(many):
        audit.decided(
            "sms.thread.view", allowed=True, actor=1, subject=2, reason=f"n{number}"
        )
    found = AuditEvent.objects.exclude(id__in=known).order_by("id")
    return list(found.values_list("id", flat=True))


@pytest.fixture
def sealed() -> list[int]:
    """Three seals with five events each."""
    ids = []
    for _ in range(3):
        ids += record()
        chain.seal()
    assert verification.verify().findings == []
    return ids


def first() -> str:
    """What `verify_audit` says at its end, or nothing."""
    try:
        call_command("verify_audit", stdout=StringIO(), stderr=StringIO())
    except CommandError as error:
        assert error.returncode == 1
        return str(error)
    return ""


def test_what_nobody_touched_holds_and_is_counted(sealed: list[int]) -> None:
    record(2)
    out = StringIO()
    call_command("verify_audit", stdout=out)
    assert "17 events, 3 seals, 2 waiting for a seal" in out.getvalue()
    assert "Nothing was touched." in out.getvalue()


def test_an_edit_is_named(sealed: list[int], meddle: Meddle) -> None:
    meddle(f"UPDATE rbac_auditevent SET outcome = 'denied' WHERE id = {sealed[7]}")
    assert f"event {sealed[7]} is not what seal 2 signed" in first()


@pytest.mark.parametrize(
    "change",
    [
        "at = at - interval '1 second'",
        "actor_id = NULL",
        "subject_id = 3",
        "reason = ''",
        "via = '{x}'",
        "origin = 'x'",
        "details = 'x'",
        "request_id = 'x'",
        "obj_id = 'x'",
        "xid = xid - 1",
        "layout = 2",
        "action = 'sms.thread.vieww'",
    ],
)
def test_every_column_counts(sealed: list[int], meddle: Meddle, change: str) -> None:
    meddle(f"UPDATE rbac_auditevent SET {change} WHERE id = {sealed[0]}")
    assert f"event {sealed[0]} is" in first()


PEOPLE = ["actor_id", "on_behalf_of_id", "subject_id"]


@pytest.mark.parametrize("person", PEOPLE)
def test_nobody_is_not_a_number(sealed: list[int], meddle: Meddle, person: str) -> None:
    """NULL and -1 were one digest; after the edit a stranger read as staff."""
    audit.decided("accounts.session.open", allowed=False, reason="bad_credentials")
    chain.seal()
    strange = AuditEvent.objects.latest("id").pk
    allowed = "ALTER TABLE rbac_auditevent {} CONSTRAINT audit_is_of_people"
    bounds = _definition("audit_is_of_people")
    edit = f"UPDATE rbac_auditevent SET {person} = -1 WHERE id = {strange}"
    with pytest.raises(IntegrityError, match="audit_is_of_people"):
        meddle(edit)
    meddle(f"{allowed.format('DROP')}; {edit}")
    try:
        assert f"event {strange} is not what seal 4 signed" in first()
        meddle(f"UPDATE rbac_auditevent SET {person} = NULL WHERE id = {strange}")
        assert first() == ""
        meddle(
            f"INSERT INTO rbac_auditevent (id, action, outcome, {person}) VALUES"
            " (nextval('rbac_auditevent_id_seq'), 'sms.thread.view', 'allowed', 0)"
        )
        assert "is of an impossible number, person or time" in first()
        assert chain.seal() == []
    finally:
        meddle(f"TRUNCATE rbac_auditevent; {allowed.format('ADD')} {bounds}")


def test_an_edit_with_its_digest_made_anew_is_found(
    sealed: list[int], meddle: Meddle
) -> None:
    meddle(f"UPDATE rbac_auditevent SET actor_id = 9 WHERE id = {sealed[7]}")
    made_anew = _leaves_of_what_stands(sealed[5:10])
    meddle("DELETE FROM rbac_auditleaves WHERE seal = 2")
    AuditLeaves.objects.create(seal=2, leaves=made_anew)
    assert "seal 2: its list is not the one it signed" in first()


def test_a_deletion_is_named(sealed: list[int], meddle: Meddle) -> None:
    meddle(f"DELETE FROM rbac_auditevent WHERE id = {sealed[4]}")
    assert f"event {sealed[4]} is gone; seal 1 has it" in first()


def test_a_reorder_is_named(sealed: list[int], meddle: Meddle) -> None:
    one, two = sealed[6], sealed[8]
    meddle(
        f"UPDATE rbac_auditevent SET id = CASE id WHEN {one} THEN {two} ELSE {one} END"
        f" WHERE id IN ({one}, {two})"
    )
    assert f"event {one} is not what seal 2 signed" in first()


def test_an_insertion_among_what_is_sealed_is_named(
    sealed: list[int], meddle: Meddle
) -> None:
    meddle(
        f"DELETE FROM rbac_auditevent WHERE id = {sealed[6]};"
        "INSERT INTO rbac_auditevent (id, action, outcome)"
        f" VALUES ({sealed[6]}, 'sms.thread.view', 'allowed')"
    )
    assert f"event {sealed[6]} is not what seal 2 signed" in first()


@pytest.mark.parametrize(
    ("columns", "values"),
    [
        ("at", "now() - interval '1 hour'"),
        ("at, xid", "now() - interval '1 hour', 5"),
        ("at, xid", "now() - interval '1 hour', 9000000000"),
    ],
)
def test_a_new_event_cannot_pretend_to_be_old(
    sealed: list[int], meddle: Meddle, columns: str, values: str
) -> None:
    statement = (
        f"INSERT INTO rbac_auditevent ({columns}, action, outcome)"
        f" VALUES ({values}, 'sms.thread.view', 'allowed')"
    )
    with connection.cursor() as cursor:
        with pytest.raises(IntegrityError, match="is refused"):
            cursor.execute(statement)
    meddle(f"{_GIVE}; {statement}; {_KEEP}")
    assert "was put among what was sealed" in first()
    assert chain.seal() == []
    assert "was put among what was sealed" in first()


# A number as the database gave it before it drew it itself.
_GIVE = (
    "ALTER TABLE rbac_auditevent ALTER COLUMN id"
    " SET DEFAULT nextval('rbac_auditevent_id_seq')"
)
_KEEP = "ALTER TABLE rbac_auditevent ALTER COLUMN id DROP DEFAULT"
IMPOSSIBLE = [
    ("at", "'infinity'"),
    ("at", "'-infinity'"),
    ("at", "'20000-01-01'"),
    ("at", "'0044-03-15 BC'"),
    ("id", "-5"),
]


@pytest.mark.parametrize(
    ("columns", "values"),
    [
        *IMPOSSIBLE,
        ("at", "now() + interval '11 minutes'"),
        ("at", "now() - interval '11 minutes'"),
        ("id", "9000000000000000000"),
        ("id", "1"),
        ("id", "currval('rbac_auditevent_id_seq')"),
        # Drawn, and not by whoever writes.
        ("id", "nextval('rbac_auditevent_id_seq')"),
        ("xid", "9000000000"),
    ],
)
def test_an_event_that_cannot_be_is_refused(
    sealed: list[int], columns: str, values: str
) -> None:
    with connection.cursor() as cursor, pytest.raises(IntegrityError):
        cursor.execute(
            f"INSERT INTO rbac_auditevent ({columns}, action, outcome)"
            f" VALUES ({values}, 'sms.thread.view', 'allowed')"
        )


@pytest.mark.parametrize(("columns", "values"), IMPOSSIBLE)
def test_one_that_the_owner_put_there_is_named_and_stops_nothing(
    sealed: list[int], meddle: Meddle, columns: str, values: str
) -> None:
    bounds = "ALTER TABLE rbac_auditevent DROP CONSTRAINT audit_is_possible"
    meddle(
        f"{bounds}; {_GIVE}; INSERT INTO rbac_auditevent ({columns}, action, outcome)"
        f" VALUES ({values}, 'sms.thread.view', 'allowed'); {_KEEP}"
    )
    try:
        assert "is of an impossible number, person or time" in first()
        (new,) = record(1)
        chain.seal()
        assert new in chain.sealed_ids()
        assert "is of an impossible number, person or time" in first()
        partitions.open_months()
    finally:
        meddle(
            "TRUNCATE rbac_auditevent; ALTER TABLE rbac_auditevent ADD CONSTRAINT"
            " audit_is_possible CHECK (id > 0 AND at >= '2000-01-01 00:00+00'"
            " AND at < '2200-01-01 00:00+00') NOT VALID"
        )


SEALS = "TRUNCATE rbac_auditseal, rbac_auditanchor"


@pytest.mark.parametrize(
    ("statements", "words"),
    [
        (SEALS, "there is a signing key, and no seal is left"),
        (f"{SEALS}, rbac_auditleaves", "there is a signing key"),
        (f"{SEALS}, rbac_signingkey", "there is what a seal leaves behind"),
        (f"{SEALS}, rbac_signingkey, rbac_auditleaves", "is older than 2 hours"),
    ],
)
def test_a_chain_that_was_taken_away_is_missed(
    sealed: list[int], meddle: Meddle, statements: str, words: str
) -> None:
    meddle(statements)
    with time_machine.travel(timezone.now() + timedelta(hours=2, minutes=1)):
        assert words in first()


def test_what_was_never_sealed_yet_is_in_order() -> None:
    record()
    assert verification.verify().findings == []


def test_a_copy_of_an_event_is_named(sealed: list[int], meddle: Meddle) -> None:
    meddle(
        "INSERT INTO rbac_auditevent (xid, id, at, action, outcome)"
        " SELECT xid, id, at + interval '1 us', action, outcome"
        f" FROM rbac_auditevent WHERE id = {sealed[2]}"
    )
    assert f"event {sealed[2]} is there twice" in first()


def test_the_end_of_the_events_cannot_be_cut(sealed: list[int], meddle: Meddle) -> None:
    meddle(f"DELETE FROM rbac_auditevent WHERE id >= {sealed[10]}")
    assert f"event {sealed[10]} is gone; seal 3 has it" in first()


def test_an_emptied_table_is_found(sealed: list[int], meddle: Meddle) -> None:
    meddle("TRUNCATE rbac_auditevent")
    assert f"event {sealed[0]} is gone; seal 1 has it" in first()


def test_a_seal_cut_off_at_the_end_is_found(sealed: list[int], meddle: Meddle) -> None:
    meddle(
        "DELETE FROM rbac_auditseal WHERE number = 3;"
        "DELETE FROM rbac_auditleaves WHERE seal = 3;"
        f"DELETE FROM rbac_auditevent WHERE id >= {sealed[10]}"
    )
    assert "the chain ends at seal 2; it did at seal 3" in first()
    # Sealing goes on, and the gap stays for ever.
    record()
    assert [each.number for each in chain.seal()] == [4]
    assert "seal 3 is gone" in first()


def test_a_cut_that_hides_its_anchor_is_found_by_the_log(
    sealed: list[int], meddle: Meddle
) -> None:
    last = AuditSeal.objects.get(number=3)
    meddle(
        "DELETE FROM rbac_auditseal WHERE number = 3;"
        "DELETE FROM rbac_auditleaves WHERE seal = 3;"
        f"DELETE FROM rbac_auditevent WHERE id >= {sealed[10]};"
        "UPDATE rbac_auditanchor SET number = 2,"
        " digest = (SELECT digest FROM rbac_auditseal WHERE number = 2)"
    )
    assert first() == ""
    root = bytes(last.root).hex()
    report = verification.verify(expect=[root])
    assert report.findings == [f"no seal has the root {root}"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("DELETE FROM rbac_auditseal WHERE number = 2", "seal 2 is gone"),
        ("DELETE FROM rbac_auditseal WHERE number = 1", "seal 1 is gone"),
        ("UPDATE rbac_auditseal SET count = 4 WHERE number = 2", "seal 2"),
        ("UPDATE rbac_auditseal SET root = 'x' WHERE number = 2", "seal 2 was changed"),
        (
            "UPDATE rbac_auditseal SET signature = 'x' WHERE number = 2",
            "seal 2 is not signed by our key",
        ),
        (
            "UPDATE rbac_auditseal SET number = 5 - number WHERE number IN (2, 3)",
            "seal 2",
        ),
        (
            "DELETE FROM rbac_auditleaves WHERE seal = 2",
            "seal 2: its list is not the one it signed",
        ),
        ("UPDATE rbac_signingkey SET public = 'x'", "the signing key"),
        ("DELETE FROM rbac_auditanchor", "the chain ends at seal 3"),
    ],
)
def test_every_seal_counts(
    sealed: list[int], meddle: Meddle, change: str, words: str
) -> None:
    if "5 - number" in change:
        # The primary key is checked row by row.
        meddle("UPDATE rbac_auditseal SET number = number + 10 WHERE number = 3")
        change = (
            "UPDATE rbac_auditseal SET number = 3 WHERE number = 2;"
            "UPDATE rbac_auditseal SET number = 2 WHERE number = 13"
        )
    meddle(change)
    assert words in first()


def test_a_seal_signed_with_another_key_is_found(
    sealed: list[int], meddle: Meddle
) -> None:
    """All of it made anew by somebody who has the database and not the ring."""
    meddle("DELETE FROM rbac_signingkey")
    AuditSeal.objects.count()
    assert "the signing key is gone" in first()


def test_the_key_of_the_log_counts_when_it_is_given(sealed: list[int]) -> None:
    report = verification.verify(key="11" * 32)
    assert report.findings[0] == "seal 1 is not signed by our key"
    with pytest.raises(CommandError, match="--key"):
        call_command("verify_audit", key="zz", stdout=StringIO())


def _leaves_of_what_stands(ids: list[int]) -> bytes:
    with transaction.atomic():
        return leaves.packed(leaves.stream("id = ANY(%(ids)s)", {"ids": ids}))


def _definition(constraint: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE conname = %s AND conrelid = 'rbac_auditevent'::regclass",
            [constraint],
        )
        row = cursor.fetchone()
    assert row is not None
    return str(row[0])
