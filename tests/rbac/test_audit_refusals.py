"""What of the anchor and the keys the database refuses to change."""

import pytest
from django.db import IntegrityError, connection

from apps.accounts.models import User
from apps.rbac import audit, person_keys, verification
from apps.rbac.models import AuditAnchor, PersonKey, SigningKey
from tests.rbac import chain

pytestmark = pytest.mark.usefixtures("clean")


@pytest.fixture
def keys(alice: User) -> list[int]:
    """The ids of somebody whose key is destroyed and of somebody whose key is not."""
    audit.done("accounts.user.change", subject=alice, after={"name": "A"})
    audit.done("accounts.user.change", subject=99, after={"name": "B"})
    chain.seal()
    person_keys.destroy(99)
    return [99, alice.pk]


def execute(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.rowcount)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM rbac_auditanchor",
        "TRUNCATE rbac_auditanchor",
        "UPDATE rbac_auditanchor SET number = number - 1",
        "UPDATE rbac_auditanchor SET number = number + 2",
        "UPDATE rbac_auditanchor SET digest = 'x'",
        "DELETE FROM rbac_personkey",
        "TRUNCATE rbac_personkey",
        "UPDATE rbac_personkey SET person_id = person_id + 1000",
        # Destroyed is destroyed: also for whoever has a copy of the key.
        "UPDATE rbac_personkey SET sealed = 'k1.x', destroyed_at = NULL"
        " WHERE person_id = 99",
        "DELETE FROM rbac_signingkey",
        "TRUNCATE rbac_signingkey",
        "UPDATE rbac_signingkey SET public = 'x'",
    ],
)
def test_the_anchor_and_the_keys_cannot_be_set_back(
    keys: list[int], statement: str
) -> None:
    with pytest.raises(IntegrityError, match="is refused"):
        execute(statement)
    assert verification.verify().findings == []


def test_the_anchor_goes_on_by_one_seal(keys: list[int]) -> None:
    before = AuditAnchor.objects.get().number
    audit.done("accounts.user.change", subject=keys[1], after={"name": "C"})
    chain.seal()
    assert AuditAnchor.objects.get().number == before + 1


def test_a_key_is_sealed_anew_and_destroyed(keys: list[int]) -> None:
    gone, kept = keys
    assert execute(
        f"UPDATE rbac_personkey SET sealed = 'k2.x' WHERE person_id = {kept}"
    )
    assert execute("UPDATE rbac_signingkey SET sealed = 'k2.x'")
    assert SigningKey.objects.get().sealed == "k2.x"
    person_keys.destroy(kept)
    assert PersonKey.objects.get(pk=kept).sealed is None


def test_the_day_a_key_was_destroyed_stays(keys: list[int]) -> None:
    before = PersonKey.objects.get(pk=99)
    person_keys.destroy(99)
    after = PersonKey.objects.get(pk=99)
    assert (after.sealed, after.destroyed_at) == (None, before.destroyed_at)
