"""Whoever had an account taken from them and has it back has it to themself."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.utils import timezone

from apps.accounts import email_changes, letters, panic, sessions
from apps.accounts.models import LoginSession, User
from apps.mfa import factor, lost, on_panic, passkeys_alone
from apps.mfa.models import FactorState, LostFactors, TOTPDevice
from tests.accounts.test_sign_ins import verified
from tests.mfa.conftest import together
from tests.rbac.factories import person

pytestmark = pytest.mark.django_db(transaction=True)
WORDS = "four-grey-herons-waiting"


@pytest.fixture
def alice() -> User:
    user: User = verified("alice@example.com")
    user.set_password(WORDS)
    user.save()
    return user


def passkey(user: User, **ago: int) -> Authenticator:
    key = Authenticator.objects.create(
        user=user, type=Authenticator.Type.WEBAUTHN, data={"name": "key"}
    )
    at = timezone.now() - timedelta(**ago)
    Authenticator.objects.filter(pk=key.pk).update(created_at=at)
    key.refresh_from_db()
    return key


def reverted(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Follow the link that the letter to the old address has."""
    links: list[str] = []
    tell = letters.tell

    def told(person: User, name: str, **facts: Any) -> None:
        links.extend([facts["revert_url"]] if "revert_url" in facts else [])
        tell(person, name, **facts)

    monkeypatch.setattr(letters, "tell", told)
    email_changes.record(user=user, old="alice@example.com", new="evil@example.com")
    passkey(user)
    email_changes.undo(links[0].rstrip("/").rpartition("/")[2])


def test_factors_set_up_since_the_address_was_changed_go_with_the_revert(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = passkey(alice, days=9)
    reverted(alice, monkeypatch)
    assert list(Authenticator.objects.filter(user=alice)) == [own]
    alice.refresh_from_db()
    # Hers is a second step from now on: it may not have been hers.
    assert factor.are_set_up(alice) and not passkeys_alone.may(own)


def test_a_passkey_is_no_sign_in_while_a_new_password_has_to_be_chosen(
    alice: User,
) -> None:
    key = passkey(alice)
    assert passkeys_alone.may(key)
    panic.begin(alice)
    key.refresh_from_db()
    assert not passkeys_alone.may(key)
    alice.refresh_from_db()
    alice.set_password(WORDS)
    alice.frozen_at = None
    alice.save()
    # The one who was in may have made it.
    key.refresh_from_db()
    assert not passkeys_alone.may(key)
    assert passkeys_alone.may(passkey(alice))


def test_others_are_signed_out_when_the_factors_are_gone(alice: User) -> None:
    TOTPDevice.make(alice, confirmed=True)
    sessions.begin(user=alice, client="browser", proved=["password"], twice=True)
    lost.begin(user=alice)
    LostFactors.objects.update(ready_at=timezone.now() - timedelta(seconds=1))
    assert lost.finish(alice)
    assert not LoginSession.objects.filter(user=alice, ended_at=None).exists()
    # The same when an operator removes them.
    TOTPDevice.make(alice, confirmed=True)
    sessions.begin(user=alice, client="browser", proved=["password"], twice=False)
    ada = person("administrator", email="ada@example.com")
    lost.reset(by=ada, user=alice, reason="Lost their bag")
    assert not LoginSession.objects.filter(user=alice, ended_at=None).exists()


def test_whoever_presses_twice_has_lost_their_factors_once(alice: User) -> None:
    TOTPDevice.make(alice, confirmed=True)
    found = together(6, lambda: lost.begin(user=alice).pk)
    assert len(set(found)) == 1
    lost.veto(user=alice)
    assert lost.begin(user=alice).pk != found[0]


def test_no_other_change_makes_passkeys_a_second_step(alice: User) -> None:
    key = passkey(alice)
    FactorState.objects.get_or_create(user=alice)
    assert passkeys_alone.may(key)
    on_panic.let_no_passkey_in_alone(alice)
    assert not passkeys_alone.may(key)
