"""A code by text: what it says, to whom it goes, what it may cost."""

import itertools

import pytest
from django_redis import get_redis_connection
from pytest_django import Settings

from apps.accounts import guessing
from apps.accounts.models import User
from apps.core.errors import Conflict, TooMany, Unavailable
from apps.core.limits import Limit
from apps.mfa import challenges, enrolment
from apps.mfa.factors import sms
from apps.mfa.models import Challenge, SMSDevice
from apps.sms import composer, confidential, numbers, optouts, texted_codes
from apps.sms.models import OutboundText
from tests.mfa.conftest import ALICE, SESSION, texted
from tests.races import together

pytestmark = pytest.mark.django_db


def ask(user: User, session: str = SESSION) -> Challenge:
    return challenges.begin(user=user, factor="sms", purpose="login", session=session)


def minute_over() -> None:
    get_redis_connection().delete(f"limit:{guessing.TEXT_PAUSE.name}:{ALICE}:known")


@pytest.mark.parametrize("purpose", Challenge.Purpose.values)
def test_it_is_one_segment_that_ends_with_the_line_browsers_read(purpose: str) -> None:
    words = texted_codes.words("123456", purpose)
    size = composer.count(words)
    assert (size.encoding, size.segments) == ("GSM-7", 1)
    assert words.splitlines()[-1] == "@switchboard.example #123456"


def test_a_long_domain_costs_the_line_and_no_second_segment(settings: Settings) -> None:
    settings.PUBLIC_URL = f"https://{'switchboard.' * 6}example"
    words = texted_codes.words("123456", "login")
    assert composer.count(words).segments == 1
    assert "#" not in words and "123456" in words


def test_the_row_shows_no_digit_of_it(alice: User, phone: SMSDevice) -> None:
    ask(alice)
    row = OutboundText.objects.get()
    assert (row.kind, row.number) == ("code", ALICE)
    assert texted() not in row.body and texted() in confidential.words(row)


def test_looking_at_the_page_again_texts_no_more(alice: User, phone: SMSDevice) -> None:
    for _ in range(3):
        ask(alice)
    assert OutboundText.objects.count() == 1


def test_a_number_that_was_given_up_gets_no_code_and_still_is_a_factor(
    alice: User, phone: SMSDevice
) -> None:
    numbers.release(user=alice, public_id=str(phone.phone.public_id))
    assert sms.FACTOR.is_enrolled(alice)
    with pytest.raises(Conflict):
        ask(alice)
    assert not OutboundText.objects.exists()


def test_a_phone_that_said_stop_gets_no_code(
    alice: User, phone: SMSDevice, settings: Settings
) -> None:
    optouts.note(number=ALICE, our_number=settings.TWILIO_NUMBER, source="text")
    with pytest.raises(Conflict):
        ask(alice)


def test_five_texts_an_hour_and_no_more(alice: User, phone: SMSDevice) -> None:
    for number in range(guessing.TEXTS_PER_PERSON.times):
        ask(alice, f"session {number}")
        minute_over()
    with pytest.raises(TooMany):
        ask(alice, "one more")
    assert OutboundText.objects.count() == guessing.TEXTS_PER_PERSON.times


@pytest.mark.parametrize(
    ("limit", "key"),
    [
        (guessing.TEXTS_PER_PERSON_A_DAY, "person"),
        (guessing.TEXTS_PER_NUMBER, f"{ALICE}:known"),
        (guessing.TEXTS_PER_AREA, "+1202"),
        (guessing.TEXTS_A_DAY, ""),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_each_budget_ends_the_texts(
    alice: User, phone: SMSDevice, limit: Limit, key: str
) -> None:
    for _ in range(limit.times):
        limit.charge(f"{alice.pk}:known" if key == "person" else key)
    with pytest.raises(TooMany):
        ask(alice)
    assert not OutboundText.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_asking_in_many_sign_ins_at_once_texts_once(
    alice: User, phone: SMSDevice
) -> None:
    numbered = itertools.count()
    answers = together(8, lambda: ask(alice, f"session {next(numbered)}"))
    assert sum(isinstance(each, Challenge) for each in answers) == 1
    assert sum(isinstance(each, TooMany) for each in answers) == 7
    assert OutboundText.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_at_once_no_more_are_texted_than_the_hour_allows(
    alice: User, phone: SMSDevice
) -> None:
    """Also where the pause between two is over."""
    left = 2
    for _ in range(guessing.TEXTS_PER_PERSON.times - left):
        guessing.TEXTS_PER_PERSON.charge(f"{alice.pk}:known")
    numbered = itertools.count()

    def after_a_pause() -> Challenge:
        challenge = ask(alice, f"session {next(numbered)}")
        minute_over()
        return challenge

    while any(isinstance(e, Challenge) for e in together(4, after_a_pause)):
        minute_over()
    assert OutboundText.objects.count() == left


def test_every_purpose_is_paid_from_one_budget(alice: User, phone: SMSDevice) -> None:
    for number in range(guessing.TEXTS_PER_PERSON.times):
        purpose = ("login", "stepup")[number % 2]
        session = f"session {number}"
        challenges.begin(user=alice, factor="sms", purpose=purpose, session=session)
        minute_over()
    with pytest.raises(TooMany):
        enrolment.begin_sms(
            user=alice, number=phone.phone.public_id, session="session of a thief"
        )
    assert OutboundText.objects.count() == guessing.TEXTS_PER_PERSON.times


def test_a_number_carries_its_count_to_another_account(
    alice: User, bob: User, phone: SMSDevice
) -> None:
    for _ in range(guessing.TEXTS_PER_NUMBER.times - 1):
        guessing.TEXTS_PER_NUMBER.charge(f"{ALICE}:known")
    ask(alice)
    numbers.release(user=alice, public_id=str(phone.phone.public_id))
    moved = numbers.verify(user=bob, e164=ALICE)
    SMSDevice.objects.create(user=bob, phone=moved, name="Code by text")
    for _ in ("the minute", "the day"):
        with pytest.raises(TooMany):
            ask(bob)
        minute_over()
    assert OutboundText.objects.count() == 1


def test_a_text_that_was_refused_leaves_no_challenge_to_guess_at(
    alice: User, phone: SMSDevice
) -> None:
    ask(alice)
    with pytest.raises(TooMany):
        ask(alice, "another session")
    assert not Challenge.objects.filter(consumed_at=None, code_digest="").exists()


def test_nobody_is_texted_while_nobody_counts(
    alice: User, phone: SMSDevice, settings: Settings
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    with pytest.raises(Unavailable):
        ask(alice)
    assert not OutboundText.objects.exists()
