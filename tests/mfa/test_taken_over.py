"""Whoever had an account taken from them and has it back has it to themself."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.utils import timezone

from apps.accounts import email_changes, panic, sessions
from apps.accounts.models import LoginSession, User
from apps.core.errors import Conflict
from apps.mfa import enrolment, factor, lost, passkeys_alone
from apps.mfa.factors import recovery
from apps.mfa.models import FactorState, LostFactors, RecoveryDevice, TOTPDevice
from tests.accounts import reverts
from tests.mfa.conftest import app_of
from tests.races import overtaken, together
from tests.rbac.factories import person, verified

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


def age(user: User, **ago: int) -> None:
    """As if what is set up had been set up then."""
    at = timezone.now() - timedelta(**ago)
    for model in (TOTPDevice, RecoveryDevice):
        model.objects.filter(user=user).update(created_at=at)


def reverted(user: User) -> None:
    """Somebody has changed the address, added a passkey, and is undone."""
    key = reverts.key_of(user)
    passkey(user)
    email_changes.undo(key)


def test_factors_set_up_since_the_address_was_changed_go_with_the_revert(
    alice: User,
) -> None:
    own = passkey(alice, days=9)
    reverted(alice)
    assert list(Authenticator.objects.filter(user=alice)) == [own]
    alice.refresh_from_db()
    # Hers is a second step from now on: it may not have been hers.
    assert factor.are_set_up(alice) and not passkeys_alone.may(own)


def test_recovery_codes_made_since_go_with_the_revert(alice: User) -> None:
    """Beside factors that were there before."""
    app_of(alice)
    age(alice, days=9)
    key = reverts.key_of(alice)
    enrolment.new_recovery_codes(user=alice)
    mail.outbox.clear()
    email_changes.undo(key)
    assert [each.id for each in factor.of(alice)] == ["totp"]
    assert recovery.device(alice) is None
    [letter] = [each for each in mail.outbox if "factor" in each.subject]
    assert (letter.to, "made after" in letter.body) == ([alice.email], True)


def test_older_recovery_codes_go_with_the_last_factor(alice: User) -> None:
    app_of(alice)
    enrolment.new_recovery_codes(user=alice)
    age(alice, days=9)
    key = reverts.key_of(alice)
    # Their own app in the place of hers.
    TOTPDevice.objects.filter(user=alice).delete()
    app_of(alice)
    email_changes.undo(key)
    assert not RecoveryDevice.objects.filter(user=alice).exists()
    assert not factor.of(alice)


def test_a_loss_that_was_begun_ends_with_the_revert(alice: User) -> None:
    own = app_of(alice)
    age(alice, days=9)
    key = reverts.key_of(alice)
    lost.begin(user=alice)
    email_changes.undo(key)
    assert lost.waiting(alice) is None
    assert TOTPDevice.objects.get() == own


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


def test_what_is_set_up_while_the_time_runs_out_goes_too(alice: User) -> None:
    TOTPDevice.make(alice, confirmed=True)
    lost.begin(user=alice)
    LostFactors.objects.update(ready_at=timezone.now() - timedelta(seconds=1))
    finished = overtaken(
        alice,
        lambda: TOTPDevice.objects.update(confirmed=False) and app_of(alice),
        lambda: lost.finish(alice),
    )
    assert finished and not factor.are_set_up(alice)


def test_of_two_operators_one_resets(alice: User) -> None:
    TOTPDevice.make(alice, confirmed=True)
    ada = person("administrator", email="ada@example.com")

    def reset(why: str) -> None:
        lost.reset(by=ada, user=alice, reason=why)

    with pytest.raises(Conflict):
        overtaken(alice, lambda: reset("first"), lambda: reset("second"))


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
    passkeys_alone.begin_anew(alice)
    assert not passkeys_alone.may(key)
