"""What is over does not pile up."""

from datetime import timedelta

import pytest
import time_machine

from apps.accounts.models import User
from apps.jobs.keeping import retain
from apps.mfa import challenges
from apps.mfa.models import Challenge, TOTPDevice
from tests.mfa.conftest import SESSION, now

pytestmark = pytest.mark.django_db


def test_challenges_are_gone_after_a_day(alice: User, app: TOTPDevice) -> None:
    challenges.begin(user=alice, factor="totp", purpose="login", session=SESSION)
    retain()
    assert Challenge.objects.count() == 1
    with time_machine.travel(now() + timedelta(days=1, minutes=1)):
        retain()
    assert not Challenge.objects.exists()
