"""Erasure and a record that cannot be changed, both."""

import contextlib
import threading
from typing import Any

import pytest
from django.db import connection, connections, transaction
from structlog.testing import capture_logs

from apps.accounts.models import User
from apps.core.errors import Conflict
from apps.rbac import audit, ledger, person_keys, verification
from apps.rbac.console import panel
from apps.rbac.models import AuditEvent, PersonKey, SigningKey
from tests.rbac import chain
from tests.rbac.factories import person
from tests.sign_in import signed_in

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


@pytest.mark.parametrize("by", ["row", "query"])
def test_whoever_is_deleted_takes_their_key_along(
    by: str, alice: User, ada: User
) -> None:
    audit.done("accounts.user.change", subject=alice, after={"name": "Alice A."})
    audit.done("accounts.user.change", subject=ada, after={"name": "Ada A."})
    with contextlib.suppress(KeyboardInterrupt), transaction.atomic():
        User.objects.get(pk=alice.pk).delete()
        raise KeyboardInterrupt
    assert opened()[0].details == {"after": {"name": "Alice A."}}
    found = User.objects.filter(pk=alice.pk)
    found.delete() if by == "query" else found.get().delete()
    of_alice, of_ada, *_ = opened()
    assert (of_alice.details, of_alice.is_readable) == ({}, False)
    assert of_ada.details == {"after": {"name": "Ada A."}}
    assert verification.verify().findings == []


def test_what_comes_after_is_unreadable_too(alice: User) -> None:
    person_keys.destroy(alice.pk)
    audit.done("accounts.user.change", subject=alice, after={"name": "x"})
    audit.done("accounts.user.change", subject=alice, after={"name": "x"})
    assert [found.is_readable for found in opened()] == [False, False]
    assert PersonKey.objects.count() == 1


def test_a_key_that_does_not_open_takes_only_what_it_sealed(alice: User) -> None:
    audit.done("accounts.user.change", subject=alice, words="Before it was lost")
    chain.seal()
    PersonKey.objects.filter(pk=alice.pk).update(sealed="x")
    person_keys._known.clear()
    with capture_logs() as lines:
        audit.done("accounts.user.change", subject=alice, words="After it was lost")
    assert lines[0]["event"] == "person_key_unreadable"
    found = ledger.opened(AuditEvent.objects.of_action("accounts.user.change"))
    assert [(opened.is_readable, opened.reason) for _, opened in found] == [
        (False, ""),
        (False, ""),
    ]
    assert verification.verify().findings == [
        f"the key of person {alice.pk} does not open"
    ]
    assert signed_in(alice).get("/app/activity/").status_code == 200
    operator = signed_in(person("administrator", email="root@example.com"))
    answer = operator.get(f"/admin/rbac/auditevent/export/csv/?subject={alice.pk}")
    rows = answer.getvalue().decode().splitlines()
    assert sum("accounts.user.change" in row for row in rows) == 2
    page = operator.get(f"/admin/rbac/auditevent/{found[0][0].pk}/change/")
    assert "Not readable" in page.content.decode()


def test_a_signing_key_that_does_not_open_is_said(alice: User) -> None:
    audit.done("accounts.user.change", subject=alice)
    chain.seal()
    SigningKey.objects.update(sealed="x")
    assert verification.verify().findings[0].startswith("the signing key: ")
    operator = person("administrator", email="root@example.com")
    notices = [notice.text for notice in panel.read(operator).notices]
    assert any("signing key of the audit does not open" in text for text in notices)


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
    for who in range(1, 8):
        audit.done("accounts.user.change", subject=who, after={"n": who})
    assert len(person_keys._known) <= 3
    assert [found.details["after"]["n"] for found in opened()] == list(range(1, 8))
