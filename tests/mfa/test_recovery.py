"""Ten codes on paper: hashed, shown once, each good once."""

from typing import Any

import pytest
from django.core import mail
from django.db import connection
from pytest_django import Settings

from apps.accounts.models import User
from apps.core.errors import Conflict, Invalid
from apps.mfa import challenges, enrolment
from apps.mfa.challenges import WrongCode
from apps.mfa.models import Challenge, RecoveryCode, RecoveryDevice, TOTPDevice
from apps.mfa.models import recovery as model
from apps.mfa.models.device import Device
from tests.mfa.conftest import SESSION, no_pause
from tests.races import together

pytestmark = pytest.mark.django_db(transaction=True)


def redeem(user: User, code: str) -> Device:
    challenge = challenges.begin(
        user=user, factor="recovery", purpose="login", session=SESSION
    )
    return challenges.verify(challenge, code)


def test_each_of_the_ten_gets_in_once(alice: User, paper: list[str]) -> None:
    assert len(set(paper)) == 10
    for code in paper:
        redeem(alice, code)
    device = RecoveryDevice.objects.get(user=alice)
    assert device.left == 0
    with pytest.raises(WrongCode):
        redeem(alice, paper[0])


def test_it_may_be_typed_as_it_is_printed(alice: User, paper: list[str]) -> None:
    printed = "-".join(paper[0][i : i + 4] for i in range(0, 16, 4))
    redeem(alice, f" {printed.lower()} ")


def test_one_code_twelve_times_at_once_gets_in_once(
    alice: User, paper: list[str]
) -> None:
    found = together(12, lambda: redeem(alice, paper[0]))
    assert sum(isinstance(each, Device) for each in found) == 1
    assert RecoveryCode.objects.exclude(used_at=None).count() == 1


def test_no_code_can_be_read_back(alice: User, paper: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(t)::text FROM factors_recoverycode t")
        stored = " ".join(row[0] for row in cursor.fetchall())
    assert not any(code in stored or code[4:] in stored for code in paper)


@pytest.mark.parametrize("known", [True, False], ids=["selector", "no selector"])
def test_a_wrong_one_costs_one_hash_whether_or_not_its_beginning_is_right(
    alice: User, paper: list[str], known: bool, settings: Settings, hashes: list[str]
) -> None:
    start = paper[0][:4] if known else "A2A2"
    model._nobodys(settings.PASSWORD_HASHERS[0])
    hashes.clear()
    with pytest.raises(WrongCode):
        redeem(alice, start + "A" * 12)
    assert len(hashes) == 1


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Each time Django's hasher works."""
    from django.contrib.auth.hashers import MD5PasswordHasher

    done: list[str] = []
    encode = MD5PasswordHasher.encode

    def counted(self: Any, password: str, salt: str) -> str:
        done.append(password)
        return str(encode(self, password, salt))

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    return done


@pytest.mark.parametrize(
    "typed", ["", "ABCD", "A" * 17, "ＡBCDEFGHIJKLMNOP", "1" * 16, "A" * 15 + "0"]
)
def test_what_is_no_code_costs_no_hash(
    alice: User, paper: list[str], typed: str, hashes: list[str]
) -> None:
    with pytest.raises(Invalid):
        redeem(alice, typed)
    assert hashes == []


def test_new_codes_kill_the_old_ones_and_the_owner_is_told(
    alice: User, paper: list[str]
) -> None:
    mail.outbox.clear()
    fresh = enrolment.new_recovery_codes(user=alice)
    assert ["new recovery codes" in letter.subject for letter in mail.outbox] == [True]
    with pytest.raises(WrongCode):
        redeem(alice, paper[0])
    no_pause(RecoveryDevice.objects.get(user=alice))
    redeem(alice, fresh[0])


def test_the_codes_of_somebody_else_open_nothing(
    alice: User, bob: User, paper: list[str]
) -> None:
    with pytest.raises(Conflict):
        challenges.begin(
            user=bob,
            factor="recovery",
            purpose=Challenge.Purpose.LOGIN,
            session=SESSION,
        )


def test_without_a_factor_there_are_no_codes(alice: User) -> None:
    with pytest.raises(Conflict):
        enrolment.new_recovery_codes(user=alice)


def test_the_real_hasher_makes_ten_at_once(
    alice: User, app: TOTPDevice, settings: Settings
) -> None:
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.BCryptSHA256PasswordHasher"
    ]
    codes = enrolment.new_recovery_codes(user=alice)
    kept = set(RecoveryCode.objects.values_list("verifier_hash", flat=True))
    assert len(kept) == 10
    assert all(each.startswith("bcrypt_sha256$") for each in kept)
    redeem(alice, codes[3])
