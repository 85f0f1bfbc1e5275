"""An operator keeps a factor, whatever is removed at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection

from apps.accounts.models import User
from apps.core.errors import Conflict
from apps.mfa import enrolment, factor
from apps.mfa.models import TOTPDevice
from tests.mfa.test_taken_over import passkey
from tests.mfa.test_who_must import promote

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_that_are_the_last_do_not_go_together(alice: User) -> None:
    promote(alice)
    TOTPDevice.make(alice, confirmed=True)
    key = passkey(alice)
    gate = Barrier(2)

    def act(remove: object) -> bool:
        gate.wait()
        try:
            remove()  # type: ignore[operator]  # one of the two below
        except Conflict as refused:
            assert refused.code == "last_factor"
            return False
        finally:
            connection.close()
        return True

    user = User.objects.get(pk=alice.pk)
    ways = [
        lambda: enrolment.remove(user=user, name="totp"),
        lambda: Authenticator.objects.get(pk=key.pk).delete(),
    ]
    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(act, ways)) == 1
    assert factor.are_set_up(alice)


def test_nor_do_two_passkeys(alice: User) -> None:
    promote(alice)
    keys = [passkey(alice), passkey(alice)]
    gate = Barrier(2)

    def act(key: Authenticator) -> bool:
        gate.wait()
        try:
            key.delete()
        except Conflict:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(act, keys)) == 1
    assert factor.are_set_up(alice)
