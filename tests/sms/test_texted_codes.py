"""A phone is linked by a code that is texted to it: once, in time, and not for nothing."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings

from apps.accounts import guessing
from apps.accounts.models import User
from apps.core.errors import AppError, Conflict, Invalid, TooMany, Unavailable
from apps.core.limits import Limit
from apps.sms import numbers, optouts, texted_codes
from apps.sms.alerts import RULES
from apps.sms.models import (
    Charge,
    NumberEvent,
    OutboundText,
    PhoneNumber,
    Pot,
    RouterConfig,
    TextedCode,
)
from tests.factories import UserFactory
from tests.races import together
from tests.sms.conftest import ALICE, STRANGER, work
from tests.sms.money.conftest import cap
from tests.sms.test_dialing import allow, fail
from tests.sms.twilio_server import TwilioServer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def dora(transactional_db: None) -> User:
    user: User = UserFactory.create(email="dora@example.com", name="Dora Dean")
    return user


@pytest.fixture
def noted(dora: User) -> PhoneNumber:
    return numbers.claim(user=dora, number=STRANGER)


def send(number: PhoneNumber) -> None:
    texted_codes.send(user=number.user, public_id=str(number.public_id))


def check(number: PhoneNumber, code: str) -> PhoneNumber:
    return texted_codes.check(
        user=number.user, public_id=str(number.public_id), code=code
    )


def code_of(twilio: TwilioServer, number: str = STRANGER) -> str:
    """What the phone shows."""
    work()
    found = re.match(r"\d{6}", twilio.bodies(number)[-1])
    assert found is not None
    return found[0]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def test_the_code_links_the_phone_once(
    noted: PhoneNumber, twilio: TwilioServer
) -> None:
    send(noted)
    code = code_of(twilio)
    assert "to link this phone" in twilio.bodies(STRANGER)[0]
    number = check(noted, code)
    assert number.is_verified and number.is_primary
    assert NumberEvent.objects.latest("id").kind == NumberEvent.Kind.BY_CODE
    numbers.release(user=noted.user, public_id=str(noted.public_id))
    again = numbers.claim(user=noted.user, number=STRANGER)
    with pytest.raises(Invalid):
        check(again, code)


def test_the_code_lies_nowhere_in_clear(
    noted: PhoneNumber, twilio: TwilioServer
) -> None:
    send(noted)
    queued = OutboundText.objects.get()
    assert queued.user is None and "******" in queued.body
    code = code_of(twilio)
    queued.refresh_from_db()
    assert code not in queued.body and queued.sealed == ""
    assert code not in TextedCode.objects.get().digest


def test_five_wrong_answers_end_a_code(
    noted: PhoneNumber, twilio: TwilioServer
) -> None:
    send(noted)
    code = code_of(twilio)
    said = []
    for _ in range(5):
        with pytest.raises(Invalid) as refused:
            check(noted, wrong(code))
        said.append(refused.value.sentence)
    assert said == [texted_codes.WRONG] * 4 + [texted_codes.OVER]
    with pytest.raises(Invalid, match="Get a new one"):
        check(noted, code)


def test_answers_at_once_are_counted_before_they_are_looked_at(
    noted: PhoneNumber, twilio: TwilioServer
) -> None:
    send(noted)
    code = code_of(twilio)
    said = together(20, lambda: check(noted, wrong(code)))
    assert sum(each.sentence == texted_codes.WRONG for each in said) <= 5
    assert TextedCode.objects.get().attempts == 5


def test_one_code_typed_by_many_at_once_links_once(
    noted: PhoneNumber, twilio: TwilioServer
) -> None:
    send(noted)
    code = code_of(twilio)
    said = together(5, lambda: check(noted, code))
    assert sum(isinstance(each, PhoneNumber) for each in said) == 1
    assert NumberEvent.objects.filter(kind=NumberEvent.Kind.BY_CODE).count() == 1


def test_a_code_is_over_after_ten_minutes(
    noted: PhoneNumber, twilio: TwilioServer
) -> None:
    send(noted)
    code = code_of(twilio)
    with time_machine.travel(timezone.now() + timedelta(minutes=10, seconds=1)):
        with pytest.raises(Invalid, match="too old"):
            check(noted, code)


def test_a_new_code_ends_the_old_one(noted: PhoneNumber, twilio: TwilioServer) -> None:
    send(noted)
    old = code_of(twilio)
    TextedCode.objects.update(created_at=timezone.now() - timedelta(seconds=125))
    send(noted)
    new = code_of(twilio)
    if old != new:
        with pytest.raises(Invalid):
            check(noted, old)
    assert check(noted, new).is_verified


def test_a_code_dies_with_the_password_it_was_asked_for_with(
    noted: PhoneNumber, twilio: TwilioServer
) -> None:
    send(noted)
    code = code_of(twilio)
    noted.user.set_password("seven-quiet-owls-at-noon")
    noted.user.save()
    with pytest.raises(Invalid, match="Get a new one"):
        check(noted, code)


def test_a_code_is_for_the_person_and_the_number_it_was_sent_for(
    noted: PhoneNumber, bob: User, twilio: TwilioServer
) -> None:
    send(noted)
    code = code_of(twilio)
    others = [
        numbers.claim(user=bob, number=STRANGER),
        numbers.claim(user=noted.user, number="+12025550177"),
    ]
    for other in others:
        with pytest.raises(Invalid):
            check(other, code)


# --- how often -------------------------------------------------------------------------


def test_each_text_waits_longer_for_the_next(
    noted: PhoneNumber, twilio: TwilioServer
) -> None:
    at = timezone.now() - timedelta(minutes=20)
    for pause in (30, 60, 120, 120):
        with time_machine.travel(at, tick=False):
            send(noted)
        with time_machine.travel(at + timedelta(seconds=pause - 1), tick=False):
            with pytest.raises(TooMany) as refused:
                send(noted)
            assert refused.value.retry_after == 2
        at += timedelta(seconds=pause + 1)


def test_two_who_ask_at_once_get_one_text(
    noted: PhoneNumber, twilio: TwilioServer
) -> None:
    said = together(5, lambda: send(noted))
    assert said.count(None) == 1
    assert TextedCode.objects.count() == OutboundText.objects.count() == 1


@pytest.mark.parametrize(
    ("limit", "key"),
    [
        (guessing.LINK_TEXTS_PER_NUMBER, STRANGER),
        (guessing.LINK_TEXTS_PER_PERSON, "person"),
        (guessing.LINK_TEXTS_PER_AREA, "+1202"),
        (guessing.LINK_TEXTS_A_DAY, ""),
    ],
)
def test_texts_are_limited_by_person_number_area_and_all(
    noted: PhoneNumber, limit: Limit, key: str
) -> None:
    for _ in range(limit.times):
        limit.charge(str(noted.user_id) if key == "person" else key)
    with pytest.raises(TooMany):
        send(noted)
    assert not OutboundText.objects.exists()


def test_they_use_up_nothing_of_codes_to_sign_in(
    noted: PhoneNumber, twilio: TwilioServer
) -> None:
    """Anybody may ask for these, at any number."""
    for limit, key in (
        (guessing.TEXTS_PER_AREA, "+1202"),
        (guessing.TEXTS_A_DAY, ""),
    ):
        for _ in range(limit.times):
            limit.charge(key)
    cap(Pot.SECURITY, 0)
    send(noted)
    assert Charge.objects.get().pot == Pot.LINKING
    assert code_of(twilio)


def test_who_only_asked_too_soon_has_paid_for_nothing(
    noted: PhoneNumber, twilio: TwilioServer
) -> None:
    send(noted)
    for _ in range(20):
        with pytest.raises(TooMany):
            send(noted)
    for _ in range(guessing.LINK_TEXTS_PER_NUMBER.times - 1):
        guessing.LINK_TEXTS_PER_NUMBER.charge(STRANGER)


# --- nothing is given away -------------------------------------------------------------


def test_a_number_of_somebody_else_is_answered_the_same(
    noted: PhoneNumber, alice: User, twilio: TwilioServer
) -> None:
    theirs = numbers.claim(user=noted.user, number=ALICE)
    send(theirs)
    send(noted)
    assert OutboundText.objects.count() == 2
    code = code_of(twilio, ALICE)
    # Whoever reads it has the phone, and may know.
    with pytest.raises(Conflict, match="another account"):
        check(theirs, code)
    assert numbers.owner_id(ALICE) == alice.pk


def test_a_number_that_has_opted_out_is_answered_the_same_and_gets_nothing(
    noted: PhoneNumber, twilio: TwilioServer, settings: Settings
) -> None:
    optouts.note(number=STRANGER, our_number=settings.TWILIO_NUMBER, source="text")
    send(noted)
    work()
    assert not twilio.posts


def test_a_number_that_texts_do_not_reach_is_answered_the_same_and_gets_nothing(
    noted: PhoneNumber, alice: User, twilio: TwilioServer
) -> None:
    fail(alice, "30005", 3)
    posts = twilio.posts
    theirs = numbers.claim(user=noted.user, number=ALICE)
    send(theirs)
    work()
    assert twilio.posts == posts


def test_tries_that_some_other_limit_refused_do_not_count(noted: PhoneNumber) -> None:
    for _ in range(guessing.LINK_TEXTS_A_DAY.times):
        guessing.LINK_TEXTS_A_DAY.charge("")
    for _ in range(20):
        with pytest.raises(TooMany):
            send(noted)
    for limit, key in (
        (guessing.LINK_TEXTS_PER_NUMBER, STRANGER),
        (guessing.LINK_TEXTS_PER_PERSON, str(noted.user_id)),
        (guessing.LINK_TEXTS_PER_AREA, "+1202"),
    ):
        for _ in range(limit.times):
            limit.charge(key)


# --- what is not texted ----------------------------------------------------------------


def test_a_number_that_is_not_texted_gets_no_code(
    noted: PhoneNumber, twilio: TwilioServer
) -> None:
    allow("CA")
    with pytest.raises(Invalid, match=r"this country \(US\)"):
        send(noted)
    numbers.verify(user=noted.user, e164=STRANGER)
    with pytest.raises(Conflict, match="linked already"):
        send(noted)


def test_a_code_beyond_the_budgets_is_not_said_to_be_coming(
    noted: PhoneNumber, twilio: TwilioServer
) -> None:
    budget = RouterConfig.objects.filter(config_key="budgets.linking_day")
    budget.update(config_value=0)
    for _ in range(7):
        with pytest.raises(Unavailable, match="the words instead"):
            send(noted)
    assert not TextedCode.objects.exists() and not OutboundText.objects.exists()
    # Nor does it count.
    budget.update(config_value=50)
    send(noted)
    assert code_of(twilio)


def _asked(count: int, confirmed: int, hours_ago: float = 1) -> None:
    """Codes texted to one area, so many of them typed."""
    phone = PhoneNumber.objects.get()
    at = timezone.now() - timedelta(hours=hours_ago)
    for n in range(count):
        made = TextedCode.objects.create(
            user=phone.user,
            phone=phone,
            area="+1202",
            digest="x",
            password_mark="x",
            expires_at=at,
            confirmed_at=at if n < confirmed else None,
        )
        TextedCode.objects.filter(pk=made.pk).update(
            created_at=at - timedelta(minutes=9)
        )


def _pumping() -> float | None:
    (rule,) = [rule for rule in RULES if rule.key == "sms.pumping"]
    return rule.measure()


def test_an_area_where_hardly_any_code_is_typed_gets_none(noted: PhoneNumber) -> None:
    _asked(50, confirmed=9)
    assert texted_codes.pumped_areas() == ["+1202"] and _pumping() == 1
    with pytest.raises(Unavailable, match="the words instead"):
        send(noted)
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        send(noted)
        assert _pumping() == 0


@pytest.mark.parametrize(("count", "confirmed"), [(49, 0), (50, 10), (60, 10)])
def test_an_area_where_people_type_them_goes_on(
    noted: PhoneNumber, count: int, confirmed: int
) -> None:
    _asked(max(0, count - 50), 0)
    _asked(min(50, count), confirmed)
    try:
        send(noted)
    except AppError as error:
        pytest.fail(error.sentence)
