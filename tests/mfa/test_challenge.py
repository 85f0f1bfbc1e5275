"""Guessing, replaying and racing codes."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings as django_settings
from django.core import mail
from django.db import transaction
from pytest_django import Settings

from apps.accounts import guessing
from apps.accounts.models import User
from apps.core.errors import Invalid, TooMany, Unavailable
from apps.mfa import challenges
from apps.mfa.challenges import Spent, WrongCode
from apps.mfa.models import Challenge, SMSDevice, TOTPDevice, WrongCodes
from apps.mfa.models.device import Device
from apps.mfa.models.totp import this_step
from apps.rbac.models import AuditEvent
from apps.sms.models import OutboundText
from tests.mfa.conftest import (
    SESSION,
    app_of,
    failures,
    freeze,
    no_pause,
    now,
    texted,
    wrong,
)
from tests.races import together

pytestmark = pytest.mark.django_db(transaction=True)
LOGIN, STEPUP = Challenge.Purpose.LOGIN, Challenge.Purpose.STEPUP


def begin(user: User, factor: str = "totp", **more: Any) -> Challenge:
    given: dict[str, Any] = {"purpose": LOGIN, "session": SESSION, **more}
    return challenges.begin(user=user, factor=factor, **given)


def test_the_code_of_the_app_is_taken(alice: User, app: TOTPDevice) -> None:
    assert challenges.verify(begin(alice), app.code()) == app


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_clock_may_be_half_a_minute_off(
    alice: User, app: TOTPDevice, steps: int
) -> None:
    challenges.verify(begin(alice), app.code(this_step() + steps))


@pytest.mark.parametrize("steps", [-2, 2])
def test_a_clock_may_not_be_a_minute_off(
    alice: User, app: TOTPDevice, steps: int
) -> None:
    with pytest.raises(WrongCode):
        challenges.verify(begin(alice), app.code(this_step() + steps))


def test_a_code_is_good_once_and_older_ones_are_dead_with_it(
    alice: User, app: TOTPDevice
) -> None:
    code, older = app.code(), app.code(this_step() - 1)
    challenges.verify(begin(alice), code)
    for replayed in (code, older):
        no_pause(app)
        with pytest.raises(WrongCode):
            challenges.verify(begin(alice), replayed)


def test_a_code_replayed_45_seconds_later_is_refused(
    alice: User, app: TOTPDevice
) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        code = app.code(this_step() + 1)
        challenges.verify(begin(alice), code)
        clock.shift(45)
        with pytest.raises(WrongCode):
            challenges.verify(begin(alice), code)


def test_one_code_sixteen_times_at_once_signs_in_once(
    alice: User, app: TOTPDevice
) -> None:
    code = app.code()

    def one() -> Device:
        return challenges.verify(begin(alice), code)

    found = together(16, one)
    assert sum(isinstance(each, Device) for each in found) == 1


def test_forty_guesses_at_once_are_five_at_most(alice: User, app: TOTPDevice) -> None:
    challenge, right = begin(alice), app.code()

    def guess() -> Device:
        return challenges.verify(challenge, wrong(right))

    found = together(40, guess)
    assert all(isinstance(each, (WrongCode, Spent, TooMany)) for each in found)
    challenge.refresh_from_db()
    assert challenge.attempts <= guessing.TRIES_PER_CHALLENGE
    assert failures(alice) <= guessing.TRIES_PER_CHALLENGE


@pytest.mark.parametrize(
    "typed",
    [
        "１２３４５６",
        "٣٤٥٦٧٨",
        "+12345",
        "-12345",
        "123_456",
        "12345",
        "1234567",
        "12 34 5",
        "123\u00a0456",
        "123\t456",
        "123456\n",
        "0x1234",
        "12345.",
        "",
        " " * 30 + "123456",
        "\ud800",
        "1\x0023456",
    ],
)
def test_what_is_no_code_is_refused_before_any_work(
    alice: User, app: TOTPDevice, phone: SMSDevice, typed: str
) -> None:
    for factor in ("totp", "sms"):
        challenge = begin(alice, factor)
        with pytest.raises(Invalid) as refusal:
            challenges.verify(challenge, typed)
        assert refusal.value.code == "incorrect_code"
        challenge.refresh_from_db()
        assert challenge.attempts == 0
    assert failures(alice) == 0


def test_the_blanks_people_type_do_not_matter(alice: User, app: TOTPDevice) -> None:
    code = app.code()
    challenges.verify(begin(alice), f" {code[:3]} {code[3:]} ")


def test_after_a_wrong_code_there_is_a_pause_and_a_right_one_is_not_looked_at(
    alice: User, app: TOTPDevice
) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        right = app.code()
        for seconds in (1, 2, 4):
            with pytest.raises(WrongCode):
                challenges.verify(begin(alice), wrong(right))
            counted = failures(alice)
            with pytest.raises(TooMany) as refusal:
                challenges.verify(begin(alice), right)
            assert refusal.value.retry_after == seconds
            assert failures(alice) == counted
            clock.shift(seconds)
        challenges.verify(begin(alice), app.code())


def test_the_pause_never_grows_past_nine_minutes(alice: User, app: TOTPDevice) -> None:
    longest = timedelta(seconds=2 ** (guessing.LONGEST_PAUSE_STEP - 1))
    for count, pause in ((8, longest / 2), (9, longest), (60, longest)):
        freeze(alice, count)
        with pytest.raises(WrongCode):
            challenges.verify(begin(alice), wrong(app.code()))
        waits = WrongCodes.objects.get().waits_until - now()
        assert pause - timedelta(seconds=30) < waits <= pause < timedelta(minutes=9)


def test_after_five_wrong_codes_the_attempt_is_over(
    alice: User, app: TOTPDevice
) -> None:
    challenge, right = begin(alice), app.code()
    for number in range(5):
        no_pause(app)
        with pytest.raises(Spent if number == 4 else WrongCode):
            challenges.verify(challenge, wrong(right))
    no_pause(app)
    with pytest.raises(Spent):
        challenges.verify(challenge, right)


def test_an_attempt_is_over_after_ten_minutes(alice: User, app: TOTPDevice) -> None:
    challenge = begin(alice)
    with time_machine.travel(now() + timedelta(minutes=10, seconds=1)):
        with pytest.raises(Spent):
            challenges.verify(challenge, app.code())
        challenges.verify(begin(alice), app.code())


def test_asking_for_challenges_at_once_gives_one(alice: User, app: TOTPDevice) -> None:
    found = together(12, lambda: begin(alice).pk)
    assert len(set(found)) == 1


def test_the_code_of_somebody_else_is_worth_nothing(
    alice: User, bob: User, app: TOTPDevice
) -> None:
    other = app_of(bob)
    with pytest.raises(WrongCode):
        challenges.verify(begin(alice), other.code())


def test_twenty_wrong_codes_an_hour_are_enough(alice: User, app: TOTPDevice) -> None:
    right = app.code()
    for _ in range(guessing.CODES.times):
        no_pause(app)
        with pytest.raises(Invalid):
            challenges.verify(begin(alice), wrong(right))
    no_pause(app)
    with pytest.raises(TooMany):
        challenges.verify(begin(alice), right)


def test_good_codes_do_not_use_the_limit_up(alice: User, app: TOTPDevice) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        for _ in range(guessing.CODES.times + 5):
            app.refresh_from_db()
            challenges.verify(begin(alice), app.code())
            clock.shift(30)


def test_a_hundred_wrong_codes_in_a_row_freeze_and_the_owner_is_told(
    alice: User, app: TOTPDevice
) -> None:
    freeze(alice)
    right = app.code()
    with pytest.raises(WrongCode):
        challenges.verify(begin(alice), wrong(right))
    with pytest.raises(TooMany) as refusal:
        challenges.verify(begin(alice), right)
    assert refusal.value.code == "frozen"
    assert refusal.value.retry_after > 71 * 3600
    (letter,) = mail.outbox
    assert "wrong codes" in letter.subject


def test_after_the_frost_a_typo_is_none_and_a_few_are_another(
    alice: User, app: TOTPDevice
) -> None:
    freeze(alice, 100)
    for _ in range(guessing.TRIES_AFTER_FROST):
        assert not WrongCodes.objects.get().is_frozen
        no_pause(app)
        with pytest.raises(Invalid):
            challenges.verify(begin(alice), wrong(app.code()))
    assert WrongCodes.objects.get().is_frozen


def test_in_the_frost_a_wrong_recovery_code_writes_no_more_letters(
    alice: User, app: TOTPDevice, paper: list[str]
) -> None:
    freeze(alice)
    with pytest.raises(WrongCode):
        challenges.verify(begin(alice), wrong(app.code()))
    mail.outbox.clear()
    for _ in range(3):
        with pytest.raises(WrongCode):
            challenges.verify(begin(alice, "recovery"), "A" * 16)
    assert not mail.outbox


def test_a_recovery_code_still_works_in_the_frost_and_ends_it(
    alice: User, app: TOTPDevice, paper: list[str]
) -> None:
    freeze(alice)
    with pytest.raises(WrongCode):
        challenges.verify(begin(alice), wrong(app.code()))
    challenges.verify(begin(alice, "recovery"), paper[0])
    challenges.verify(begin(alice), app.code())


def test_a_good_code_forgets_the_wrong_ones(alice: User, app: TOTPDevice) -> None:
    freeze(alice, 50)
    challenges.verify(begin(alice), app.code())
    assert failures(alice) == 0


def test_a_charge_cannot_be_rolled_back_by_the_caller(
    alice: User, app: TOTPDevice
) -> None:
    challenge = begin(alice)
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        challenges.verify(challenge, app.code())


def test_without_redis_no_code_is_looked_at(
    alice: User, app: TOTPDevice, settings: Settings
) -> None:
    challenge = begin(alice)
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    with pytest.raises(Unavailable):
        challenges.verify(challenge, app.code())
    challenge.refresh_from_db()
    assert challenge.attempts == 0


def test_each_answer_is_recorded_without_the_code(alice: User, app: TOTPDevice) -> None:
    right = app.code()
    with pytest.raises(WrongCode):
        challenges.verify(begin(alice), wrong(right))
    no_pause(app)
    challenges.verify(begin(alice), right)
    events = AuditEvent.objects.filter(action=challenges.VERIFY).order_by("-id")[:2]
    assert [event.outcome for event in events] == ["allowed", "denied"]


def test_only_one_page_asks_a_device(request: pytest.FixtureRequest) -> None:
    asks = re.compile(r"(?<!def )\b(verify_token|match_token|devices_for_user)\(")
    root = Path(django_settings.BASE_DIR)
    found = {
        path.relative_to(root).as_posix()
        for path in (root / "apps").rglob("*.py")
        if asks.search(path.read_text())
    }
    assert found == {"apps/mfa/challenges.py"}


# --- By text ---------------------------------------------------------------------------


def test_a_texted_code_is_taken_once(alice: User, phone: SMSDevice) -> None:
    challenge = begin(alice, "sms")
    challenges.verify(challenge, texted())
    with pytest.raises(Spent):
        challenges.verify(challenge, texted())


def test_a_texted_code_sixteen_times_at_once_signs_in_once(
    alice: User, phone: SMSDevice
) -> None:
    challenge = begin(alice, "sms")
    code = texted()
    found = together(16, lambda: challenges.verify(challenge, code))
    assert sum(isinstance(each, Device) for each in found) == 1


def test_a_code_read_to_an_attacker_is_worth_nothing_in_the_attackers_browser(
    alice: User, phone: SMSDevice
) -> None:
    begin(alice, "sms")
    alices = texted()
    other = Challenge.objects.create(
        user=alice,
        factor="sms",
        device_id=phone.persistent_id,
        purpose=LOGIN,
        session_digest="x" * 64,
        code_digest="y" * 64,
        expires_at=now() + Challenge.GOOD_FOR,
    )
    assert (
        challenges.current(user=alice, factor="sms", purpose=LOGIN, session="another")
        is None
    )
    with pytest.raises(WrongCode):
        challenges.verify(other, alices)


def test_a_code_to_sign_in_confirms_nothing_else(alice: User, phone: SMSDevice) -> None:
    begin(alice, "sms")
    assert (
        challenges.current(user=alice, factor="sms", purpose=STEPUP, session=SESSION)
        is None
    )


def test_a_texted_code_is_dead_after_ten_minutes(alice: User, phone: SMSDevice) -> None:
    challenge = begin(alice, "sms")
    code = texted()
    with time_machine.travel(now() + timedelta(minutes=10, seconds=1)):
        with pytest.raises(Spent):
            challenges.verify(challenge, code)


def test_a_new_text_kills_the_older_code_and_gives_no_new_tries(
    alice: User, phone: SMSDevice, redis_forgets: Any
) -> None:
    challenge = begin(alice, "sms")
    first = texted()
    with pytest.raises(WrongCode):
        challenges.verify(challenge, wrong(first))
    redis_forgets()
    challenges.send(challenge)
    no_pause(phone)
    if texted() != first:
        with pytest.raises(WrongCode):
            challenges.verify(challenge, first)
        no_pause(phone)
    challenges.verify(challenge, texted())
    challenge.refresh_from_db()
    assert challenge.attempts == 3 and challenge.sends == 2


def test_equal_codes_of_two_attempts_look_different_in_the_database() -> None:
    from apps.mfa.models.challenge import code_digests

    one, two = Challenge(), Challenge()
    assert code_digests(one.pk, "123456") != code_digests(two.pk, "123456")


def test_a_code_cannot_be_texted_twice_within_a_minute(
    alice: User, phone: SMSDevice
) -> None:
    challenge = begin(alice, "sms")
    with pytest.raises(TooMany) as refusal:
        challenges.send(challenge)
    assert refusal.value.retry_after <= 60
    assert OutboundText.objects.count() == 1
