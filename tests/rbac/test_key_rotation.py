"""Everything sealed goes under the newest key, so that the one before can be retired."""

import base64
import os
import re
import threading
import time
from collections.abc import Callable
from io import StringIO
from itertools import islice
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction
from pytest_django import Settings

import apps
from apps.accounts.models import User
from apps.core import rotation, vault
from apps.core.rotation import Became
from apps.rbac import audit, ledger, person_keys, signing_key, verification
from apps.rbac.models import AuditEvent, PersonKey
from apps.sms import linking
from apps.sms.models import LinkPhrase
from tests.rbac import chain

pytestmark = pytest.mark.usefixtures("clean")


def key(name: str) -> str:
    return f"{name}:{base64.b64encode(os.urandom(32)).decode()}"


OLD, NEW = key("k1"), key("k2")


@pytest.fixture
def words(alice: User, settings: Settings) -> str:
    """Two people's keys, the signing key and Alice's linking words, sealed under k1."""
    settings.FIELD_ENCRYPTION_KEYS = OLD
    audit.done("accounts.user.change", subject=alice, after={"name": "Alice A."})
    audit.done("accounts.user.change", subject=7, after={"name": "Gone"})
    person_keys.destroy(7)
    chain.seal()
    found = linking.phrase_for(alice).words
    settings.FIELD_ENCRYPTION_KEYS = f"{NEW},{OLD}"
    return found


def rotated() -> str:
    out = StringIO()
    call_command("rotate_keys", stdout=out)
    return out.getvalue()


def test_the_old_key_can_go(words: str, alice: User, settings: Settings) -> None:
    said = rotated()
    assert "rbac.personkey.sealed: 1 sealed anew, 0 changed" in said
    assert "rbac.signingkey.sealed: 1 sealed anew" in said
    assert "sms.linkphrase.sealed: 1 sealed anew" in said
    assert "Everything is under k2; no other is needed." in said
    settings.FIELD_ENCRYPTION_KEYS = NEW
    of_alice, of_gone = (
        found for _, found in ledger.opened(AuditEvent.objects.order_by("id"))
    )
    assert of_alice.details == {"after": {"name": "Alice A."}}
    assert not of_gone.is_readable
    assert signing_key.public() is not None
    assert verification.verify().findings == []
    # Not renewed, and still found by what is texted.
    assert linking.phrase_for(alice).words == words
    with transaction.atomic():
        answered = linking.redeem(words=words, number="+12025550107")
    assert answered.is_done


def test_a_second_run_has_nothing_to_do(words: str) -> None:
    rotated()
    before = list(PersonKey.objects.order_by("pk").values())
    assert rotated().count(": 0 sealed anew, 0 changed") == len(rotation.every())
    assert list(PersonKey.objects.order_by("pk").values()) == before


def test_a_run_that_was_cut_off_is_taken_up_again(
    words: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "_BATCH", 2)
    settings.FIELD_ENCRYPTION_KEYS = OLD
    for person in range(100, 107):
        audit.done("accounts.user.change", subject=person, after={"n": person})
    settings.FIELD_ENCRYPTION_KEYS = f"{NEW},{OLD}"
    assert len(list(islice(rotation.rotate(person_keys.SEALED), 3))) == 3
    assert rotation.count(person_keys.SEALED) == {"k1": 5, "k2": 3}
    assert "rbac.personkey.sealed: 5 sealed anew" in rotated()
    assert rotation.count(person_keys.SEALED) == {"k2": 8}


def test_what_does_not_open_is_named_and_the_others_are_done(
    words: str, alice: User, settings: Settings
) -> None:
    settings.FIELD_ENCRYPTION_KEYS = key("k0")
    audit.done("accounts.user.change", subject=8, after={"name": "B"})
    # Under a key of the ring, and of another row.
    settings.FIELD_ENCRYPTION_KEYS = OLD
    PersonKey.objects.create(
        person_id=9, sealed=vault.seal("confidential", place="rbac.personkey:10")
    )
    PersonKey.objects.create(person_id=11, sealed="confidential")
    settings.FIELD_ENCRYPTION_KEYS = f"{NEW},{OLD}"
    out, err = StringIO(), StringIO()
    with pytest.raises(CommandError, match="3 rows do not open") as refusal:
        call_command("rotate_keys", stdout=out, stderr=err)
    assert refusal.value.returncode == 1
    assert err.getvalue().splitlines() == [
        f"rbac.personkey.sealed {person} does not open" for person in (8, 9, 11)
    ]
    said = out.getvalue()
    assert "1 sealed anew, 0 changed meanwhile, 3 do not open" in said
    assert "sms.linkphrase.sealed: 1 sealed anew" in said
    assert "Left under another key than k2: no key of the ring: 2, k1: 1" in said
    assert "confidential" not in said + err.getvalue()
    assert PersonKey.objects.get(pk=11).sealed == "confidential"


def destroy(alice: User) -> None:
    person_keys.destroy(alice.pk)


def renew(alice: User) -> str:
    return linking.renew(alice).words


def overwrite(alice: User) -> str:
    """In the same row."""
    place = f"sms.link_phrase:{alice.pk}"
    LinkPhrase.objects.update(sealed=vault.seal("NEW-WORDS", place=place))
    return "NEW-WORDS"


@pytest.mark.parametrize(
    ("write", "sealed"),
    [
        (destroy, person_keys.SEALED),
        (renew, linking.SEALED),
        (overwrite, linking.SEALED),
    ],
)
def test_what_is_written_meanwhile_is_not_lost(
    words: str,
    alice: User,
    write: Callable[[User], str | None],
    sealed: rotation.Sealed,
) -> None:
    """Written after the row was read, committed while the rotation waits for it."""
    has_written = threading.Event()
    made: list[str | None] = []

    def run() -> None:
        with transaction.atomic():
            made.append(write(alice))
            has_written.set()
            wait_until_somebody_waits()
        connections.close_all()

    writer = threading.Thread(target=run)
    writer.start()
    assert has_written.wait(10)
    became = [what for _, what in rotation.rotate(sealed)]
    writer.join()
    assert became == [Became.CHANGED]
    kept: str | None = linking.phrase_for(alice).words
    if write is destroy:
        kept = PersonKey.objects.get(pk=alice.pk).sealed
    assert [kept] == made


def wait_until_somebody_waits() -> None:
    end = time.monotonic() + 8
    with connection.cursor() as cursor:
        while time.monotonic() < end:
            cursor.execute(
                "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE"
                " datname = current_database() AND wait_event_type = 'Lock')"
            )
            if cursor.fetchone() == (True,):
                return
            time.sleep(0.01)
    raise AssertionError("nobody waits")


def test_writers_and_a_rotation_at_once_lose_nothing(
    words: str, settings: Settings
) -> None:
    """Events of new people, and of old ones, while everything is sealed anew."""
    # Far from whoever else the tests before have made.
    some, others = 9_000_000, 9_000_100
    people = range(some, some + 40)
    settings.FIELD_ENCRYPTION_KEYS = OLD
    for person in people:
        audit.done("accounts.user.change", subject=person, after={"n": person})
    settings.FIELD_ENCRYPTION_KEYS = f"{NEW},{OLD}"
    barrier = threading.Barrier(3)

    def write(first: int) -> None:
        barrier.wait()
        for person in range(first, first + 40):
            person_keys._known.clear()
            audit.done("accounts.user.change", subject=person, after={"n": person})
        connections.close_all()

    writers = [threading.Thread(target=write, args=[first]) for first in (some, others)]
    for writer in writers:
        writer.start()
    barrier.wait()
    rotated()
    for writer in writers:
        writer.join()
    settings.FIELD_ENCRYPTION_KEYS = NEW
    events = AuditEvent.objects.filter(subject_id__gte=some)
    opened = ledger.opened(events)
    assert len(opened) == 120
    assert all(o.details == {"after": {"n": e.subject_id}} for e, o in opened)


def test_whoever_seals_says_so() -> None:
    """What is not declared is lost with its key."""
    folder = Path(apps.__path__[0])
    sealing = [
        page
        for page in folder.rglob("*.py")
        if re.search(r"\bvault\.seal\(", page.read_text())
        and page.parent != folder / "core"
    ]
    assert len(sealing) >= 3
    declared = {
        each.model._meta.app_config.name.split(".")[1] for each in rotation.every()
    }
    for page in sealing:
        assert "SEALED = Sealed(" in page.read_text(), page
        assert page.relative_to(folder).parts[0] in declared
    for each in rotation.every():
        each.model._meta.get_field(each.field)
