"""Erasure and a record that cannot be changed, both."""

import threading
from typing import Any

import pytest
from django.db import connection, connections, transaction

from apps.accounts.models import User
from apps.core.errors import Conflict
from apps.rbac import audit, ledger, person_keys, verification
from apps.rbac.models import AuditEvent, PersonKey
from tests.rbac import chain

pytestmark = pytest.mark.usefixtures("clean")


def opened() -> list[ledger.Opened]:
    return [found for _, found in ledger.opened(AuditEvent.objects.order_by("id"))]


def test_a_destroyed_key_leaves_the_chain_and_takes_the_person(
    alice: User, ada: User
) -> None:
    audit.done("accounts.user.change", subject=alice, after={"name": "Alice A."})
    audit.done("accounts.user.change", subject=ada, after={"name": "Ada A."})
    chain.seal()
    person_keys.destroy(alice.pk)
    of_alice, of_ada = opened()
    assert (of_alice.details, of_alice.is_readable) == ({}, False)
    assert of_ada.details == {"after": {"name": "Ada A."}}
    assert verification.verify().findings == []
    # No key to be found anywhere, with or without the ring.
    assert PersonKey.objects.get(pk=alice.pk).sealed is None


def test_what_comes_after_is_unreadable_too(alice: User) -> None:
    person_keys.destroy(alice.pk)
    audit.done("accounts.user.change", subject=alice, after={"name": "x"})
    audit.done("accounts.user.change", subject=alice, after={"name": "x"})
    assert [found.is_readable for found in opened()] == [False, False]
    assert PersonKey.objects.count() == 1


def test_a_deletion_that_fails_keeps_the_key(alice: User) -> None:
    audit.done("accounts.user.change", subject=alice, after={"name": "x"})
    with pytest.raises(Conflict), transaction.atomic():
        person_keys.destroy(alice.pk)
        # Recording while it is destroyed does not wait for it.
        audit.decided("accounts.user.delete", allowed=True, actor=alice)
        audit.done("accounts.user.delete", subject=alice, private={"x": 1})
        raise Conflict()
    assert opened()[0].is_readable
    audit.done("accounts.user.change", subject=alice, after={"name": "y"})
    assert opened()[-1].is_readable


def test_a_key_made_in_a_change_that_fails_is_not_lost(alice: User) -> None:
    with pytest.raises(Conflict), transaction.atomic():
        audit.done("accounts.user.change", subject=alice, after={"name": "x"})
        raise Conflict()
    audit.done("accounts.user.change", subject=alice, after={"name": "y"})
    assert [found.details for found in opened()] == [{"after": {"name": "y"}}]


def test_where_an_operator_sat_is_theirs_and_what_they_did_is_the_persons(
    alice: User, ada: User
) -> None:
    entry = ledger.Entry(
        "sms.thread.view",
        "allowed",
        actor_id=ada.pk,
        subject_id=alice.pk,
        origin={"address": "192.0.2.1"},
        details={"reason": "Ticket 12"},
    )
    with connection.cursor() as cursor:
        ledger.write([entry], cursor)
    person_keys.destroy(ada.pk)
    (found,) = opened()
    assert (found.origin, found.reason) == ({}, "Ticket 12")
    person_keys.destroy(alice.pk)
    (found,) = opened()
    assert found.reason == ""


def test_a_sealed_field_does_not_open_in_another_place(alice: User) -> None:
    key = person_keys.for_sealing([alice.pk], connection.cursor())[alice.pk]
    box = person_keys.seal(key, b"x", place="one")
    assert person_keys.unseal(key, box, place="one") == b"x"
    assert person_keys.unseal(key, box, place="two") is None
    assert person_keys.unseal(key, b"", place="one") is None


def test_first_events_at_once_share_one_key(alice: User) -> None:
    """Each thread as a process that has not seen this person yet."""
    barrier = threading.Barrier(8)
    made: list[Any] = []

    def run() -> None:
        barrier.wait()
        person_keys._known.clear()
        audit.done("accounts.user.change", subject=alice, after={"n": 1})
        made.append(1)
        connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 8
    assert all(found.details == {"after": {"n": 1}} for found in opened())


def test_many_people_do_not_fill_the_memory(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(person_keys, "_MANY", 3)
    for person in range(1, 8):
        audit.done("accounts.user.change", subject=person, after={"n": person})
    assert len(person_keys._known) <= 3
    assert [found.details["after"]["n"] for found in opened()] == list(range(1, 8))
