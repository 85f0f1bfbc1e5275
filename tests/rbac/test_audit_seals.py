"""One chain, whoever seals, and nothing is missed that commits late."""

import threading
from collections.abc import Callable
from contextlib import ExitStack

import pytest
from django.db import connection, connections, transaction
from structlog.testing import capture_logs

from apps.core.errors import Conflict
from apps.rbac import audit, leaves, seals, signing_key, verification
from apps.rbac.models import AuditEvent, AuditSeal, SigningKey
from apps.rbac.tasks import seal_audit
from tests.rbac import chain
from tests.rbac.conftest import Meddle

pytestmark = pytest.mark.usefixtures("clean")


def record(reason: str = "") -> None:
    audit.done("sms.thread.view", actor=1, reason=reason)


def apart(work: Callable[[], object]) -> None:
    """Run in a thread with a connection of its own."""
    errors: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            errors.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]


def test_a_seal_is_logged_with_its_root_and_the_key_once() -> None:
    record()
    with capture_logs() as lines:
        chain.seal()
        seal_audit()  # nothing new: no seal
        record()
        chain.seal()
    first, second = AuditSeal.objects.order_by("number")
    logged = [line for line in lines if line["event"] == "audit_sealed"]
    assert [line["root"] for line in logged] == [
        bytes(first.root).hex(),
        bytes(second.root).hex(),
    ]
    assert bytes(second.previous) == bytes(first.digest)
    assert (second.total, second.count) == (2, 1)
    (key,) = [line for line in lines if line["event"] == "audit_key_made"]
    assert key["public_key"] == bytes(SigningKey.objects.get().public).hex()


def test_what_commits_after_the_seal_is_in_the_next() -> None:
    with transaction.atomic():
        record("early_number_late_commit")
        apart(record)
        apart(seals.seal)
        # Not what is not committed, and not what came after it began.
        assert chain.sealed_ids() == []
    late, other = AuditEvent.objects.order_by("id")
    chain.seal()
    assert sorted(chain.sealed_ids()) == [late.pk, other.pk]
    assert verification.verify().findings == []


def test_a_lower_number_that_commits_later_is_late_and_in_order() -> None:
    """The horizon passes an event with a greater number first."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            # A number is drawn, and the transaction is under way; nothing written yet.
            cursor.execute("SELECT pg_current_xact_id()")
            cursor.execute("SELECT nextval('rbac_auditevent_id_seq')")
            row = cursor.fetchone()
            assert row is not None

        def older_transaction_with_a_greater_number() -> None:
            record()
            # As an event of a server whose counting was further along: ready at once.
            with connection.cursor() as own:
                own.execute("ALTER TABLE rbac_auditevent DISABLE TRIGGER audit_refuse")
                own.execute("UPDATE rbac_auditevent SET xid = 9000000000")
                own.execute("ALTER TABLE rbac_auditevent ENABLE TRIGGER audit_refuse")

        apart(older_transaction_with_a_greater_number)
        apart(seals.seal)
        (greater,) = chain.sealed_ids()
        assert greater > row[0]
        with connection.cursor() as cursor:
            # What draws the number is what is slow here.
            cursor.execute(
                "ALTER TABLE rbac_auditevent DISABLE TRIGGER audit_is_of_now"
            )
            cursor.execute(
                "INSERT INTO rbac_auditevent (id, action, outcome)"
                " VALUES (%s, 'sms.thread.view', 'done')",
                [row[0]],
            )
            cursor.execute("ALTER TABLE rbac_auditevent ENABLE TRIGGER audit_is_of_now")
    report = verification.verify()
    assert (report.findings, report.waiting) == ([], 1)
    chain.seal()
    assert chain.sealed_ids() == [greater, row[0]]
    chain.seal()
    report = verification.verify()
    assert (report.findings, report.waiting, report.seals) == ([], 0, 2)


def test_what_was_rolled_back_leaves_no_trace() -> None:
    with pytest.raises(Conflict), transaction.atomic():
        record()
        raise Conflict()
    record()
    chain.seal()
    assert len(chain.sealed_ids()) == 1
    assert verification.verify().findings == []


def test_sealers_and_writers_at_once_make_one_chain() -> None:
    barrier = threading.Barrier(8)
    errors: list[BaseException] = []

    def run(work: Callable[[], object], times: int) -> None:
        try:
            barrier.wait()
            for _ in range(times):
                work()
        except BaseException as error:
            errors.append(error)
        finally:
            connections.close_all()

    def write() -> None:
        with transaction.atomic():
            record()
            record()

    with ExitStack() as stack:
        for number in range(8):
            work, times = (seals.seal, 10) if number % 2 else (write, 40)
            thread = threading.Thread(target=run, args=[work, times])
            thread.start()
            stack.callback(thread.join)
    assert errors == []
    chain.seal()
    assert sorted(chain.sealed_ids()) == sorted(
        AuditEvent.objects.values_list("id", flat=True)
    )
    assert len(chain.sealed_ids()) == 320
    numbers = list(
        AuditSeal.objects.order_by("number").values_list("number", flat=True)
    )
    assert numbers == list(range(1, len(numbers) + 1))
    assert verification.verify().findings == []


def test_first_uses_at_once_make_one_signing_key() -> None:
    barrier = threading.Barrier(6)
    found: list[bytes] = []

    def run() -> None:
        barrier.wait()
        found.append(signing_key.private().private_bytes_raw())
        connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6 and len(set(found)) == 1
    assert SigningKey.objects.count() == 1


def test_many_events_make_several_seals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seals, "MOST", 4)
    for _ in range(10):
        record()
    assert [each.count for each in chain.seal()] == [4, 4, 2]
    assert verification.verify().findings == []


def test_a_restored_server_counts_anew_and_the_chain_goes_on(meddle: Meddle) -> None:
    """A dump restored elsewhere: what is sealed has transaction numbers this server
    has not reached, and new events have lower ones."""
    record()
    record()
    meddle("UPDATE rbac_auditevent SET xid = 8000000000 + id")
    chain.seal()
    meddle("UPDATE rbac_auditseal SET horizon = 8000000100, ceiling = 8000000100")
    # That seal was of the other server; sign it as that one would have.
    only = AuditSeal.objects.get()
    seals._sign(only)
    meddle("DELETE FROM rbac_auditseal")
    only.save(force_insert=True)
    meddle(f"UPDATE rbac_auditanchor SET digest = '\\x{bytes(only.digest).hex()}'")
    assert verification.verify().findings == []
    record()
    assert [each.count for each in chain.seal()] == [1]
    record()
    assert [each.count for each in chain.seal()] == [1]
    report = verification.verify()
    assert (report.findings, report.waiting, report.seals) == ([], 0, 3)


@pytest.mark.parametrize("size", [0, 1, 2, 3, 5, 8, 13])
def test_the_root_is_that_of_rfc_6962(size: int) -> None:
    """Against the definition, word for word: split at the largest power of two."""
    from hashlib import sha256

    def tree(entries: list[bytes]) -> bytes:
        if not entries:
            return sha256().digest()
        if len(entries) == 1:
            return sha256(b"\0" + entries[0]).digest()
        half = 1 << (len(entries) - 1).bit_length() - 1
        return sha256(b"\1" + tree(entries[:half]) + tree(entries[half:])).digest()

    entries = [bytes([number]) for number in range(size)]
    assert leaves.root(sha256(b"\0" + each).digest() for each in entries) == tree(
        entries
    )
