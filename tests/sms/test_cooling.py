"""Whoever is at an open session cannot silence the owner's phone: for a day it counts."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.db import connection, transaction
from django.utils import timezone

from apps.accounts import email_changes, panic
from apps.accounts.models import User
from apps.core.errors import NotFound
from apps.mfa import lost
from apps.sms import composer, cooling, lanes, number_history, numbers
from apps.sms.models import (
    LinkPhrase,
    NumberEvent,
    OutboundText,
    PhoneChange,
    PhoneNumber,
)
from tests.accounts import reverts
from tests.factories import UserFactory
from tests.mfa.conftest import app_of
from tests.races import somebody_waits
from tests.rbac.factories import verified
from tests.sms.conftest import ALICE, STRANGER, text, work
from tests.sms.twilio_server import TwilioServer

pytestmark = pytest.mark.django_db(transaction=True)
NEW = STRANGER


@pytest.fixture
def alice(transactional_db: None) -> User:
    """With a phone of long ago, and another one that somebody has just linked."""
    user: User = verified("alice@example.com")
    numbers.verify(user=user, e164=ALICE)
    PhoneNumber.objects.update(verified_at=timezone.now() - timedelta(days=9))
    numbers.verify(user=user, e164=NEW)
    return user


def row(e164: str) -> PhoneNumber:
    return PhoneNumber.objects.filter(e164=e164).latest("pk")


def choose(user: User, e164: str = NEW) -> None:
    cooling.choose(user=user, public_id=str(row(e164).public_id))


def give_up(user: User, e164: str = ALICE) -> None:
    cooling.give_up(user=user, public_id=str(row(e164).public_id))


def words(twilio: TwilioServer, number: str = ALICE) -> str:
    """What the phone was told to text."""
    work()
    found = re.search(r"KEEP [A-Z]+-[A-Z]+-[A-Z]+", twilio.bodies(number)[-1])
    assert found is not None
    return found[0]


def main(user: User) -> str:
    found = numbers.primary(user)
    return found.e164 if found else ""


# --- the notice ------------------------------------------------------------------------


def test_the_phone_before_is_told_and_takes_itself_back(
    alice: User, twilio: TwilioServer
) -> None:
    choose(alice)
    told = words(twilio)
    said = twilio.bodies(ALICE)[-1]
    # The rest of the number is none of whoever has the phone now.
    assert "ending in 0199" in said and NEW not in said
    assert composer.count(said).segments == 1
    text(told, number=ALICE)
    work()
    assert "main phone again" in twilio.bodies(ALICE)[-1]
    assert main(alice) == ALICE
    assert row(NEW).status == "released"
    assert number_history.of(alice)[0].kind == NumberEvent.Kind.RESTORED
    (letter,) = [each for each in mail.outbox if "took itself back" in each.subject]
    assert "+1 202 555 0199" in str(letter.body)
    text("reminders", number=NEW)
    work()
    assert "not linked" in twilio.bodies(NEW)[-1]


def test_a_phone_that_was_removed_takes_itself_back(
    alice: User, twilio: TwilioServer
) -> None:
    give_up(alice)
    told = words(twilio)
    assert main(alice) == NEW
    text(f"oh no! {told.lower().replace('-', ' ')}", number=ALICE)
    text("remind me to call Ana tomorrow at 9", number=ALICE)
    work()
    assert main(alice) == ALICE and row(NEW).status == "released"
    assert "call Ana" in twilio.bodies(ALICE)[-1]
    # Nor do words that were shown before link another phone.
    assert not LinkPhrase.objects.exists()


def test_chosen_and_then_removed_is_told_once_and_undone_as_one(
    alice: User, twilio: TwilioServer
) -> None:
    choose(alice)
    told = words(twilio)
    give_up(alice)
    work()
    assert len(twilio.bodies(ALICE)) == 1
    text(told, number=ALICE)
    work()
    assert main(alice) == ALICE


def test_what_was_linked_long_before_stays_linked(
    alice: User, twilio: TwilioServer
) -> None:
    PhoneNumber.objects.update(verified_at=timezone.now() - timedelta(days=9))
    choose(alice)
    text(words(twilio), number=ALICE)
    work()
    assert main(alice) == ALICE and row(NEW).is_verified


def test_words_are_good_from_that_phone_alone_and_once(
    alice: User, twilio: TwilioServer
) -> None:
    choose(alice)
    told = words(twilio)
    for number in (NEW, "+12025550177"):
        text(told, number=number)
        work()
        assert twilio.bodies(number)[-1] == cooling.WRONG
    text(told, number=ALICE)
    text(told, number=ALICE)
    work()
    assert twilio.bodies(ALICE)[-1] == cooling.WRONG


def test_words_are_over_after_a_day(alice: User, twilio: TwilioServer) -> None:
    choose(alice)
    told = words(twilio)
    PhoneChange.objects.update(ends_at=timezone.now())
    text(told, number=ALICE)
    work()
    assert twilio.bodies(ALICE)[-1] == cooling.WRONG
    assert main(alice) == NEW


def test_guessing_them_is_limited_like_linking(
    alice: User, twilio: TwilioServer
) -> None:
    choose(alice)
    told = words(twilio)
    for _ in range(5):
        text("KEEP RED-FOX-LAMP", number=ALICE)
        work()
    text("LINK RED-FOX-BLUE-LAMP", number=ALICE)
    text(told, number=ALICE)
    work()
    assert main(alice) == NEW


def test_a_sentence_that_begins_with_keep_is_for_the_assistant(
    alice: User, twilio: TwilioServer
) -> None:
    text("keep the bread warm", number=ALICE)
    work()
    assert twilio.bodies(ALICE)[-1] != cooling.WRONG


def test_a_phone_that_is_somebody_elses_by_now_stays_theirs(
    alice: User, twilio: TwilioServer
) -> None:
    give_up(alice)
    told = words(twilio)
    dora = UserFactory.create(email="dora@example.com")
    numbers.verify(user=dora, e164=ALICE)
    text(told, number=ALICE)
    work()
    assert numbers.owner_id(ALICE) == dora.pk
    assert "another account" in twilio.bodies(ALICE)[-1]


def test_who_proved_a_second_factor_is_not_undone_by_a_stolen_phone(
    alice: User, twilio: TwilioServer
) -> None:
    app_of(alice)
    give_up(alice)
    work()
    said = twilio.bodies(ALICE)[-1]
    assert "removed from your" in said and "KEEP" not in said
    assert composer.count(said).segments == 1


def test_what_cannot_be_done_tells_nobody(alice: User, twilio: TwilioServer) -> None:
    pending = numbers.claim(user=alice, number="+12025550177")
    give_up(alice, pending.e164)
    choose(alice, ALICE)
    with pytest.raises(NotFound):
        choose(UserFactory.create(email="dora@example.com"))
    work()
    assert not twilio.posts and not PhoneChange.objects.exists()


# --- whom the words are for ------------------------------------------------------------


def age(e164: str, **by: int) -> None:
    since = timezone.now() - timedelta(**by)
    PhoneNumber.objects.filter(e164=e164).update(verified_at=since)


def changed(user: User, password: str = "another-horse-altogether") -> None:
    user.set_password(password)
    user.save()


@pytest.mark.parametrize("hours", [0, 23, 30])
@pytest.mark.parametrize("act", [choose, give_up])
def test_who_came_last_is_told_and_given_no_words(
    alice: User, twilio: TwilioServer, hours: int, act: Callable[..., None]
) -> None:
    """The owner goes back to the phone of before."""
    choose(alice)
    work()
    age(NEW, hours=hours)
    act(alice, ALICE if act is choose else NEW)
    work()
    said = twilio.bodies(NEW)[-1]
    assert "KEEP" not in said and numbers.PAGE in said
    assert main(alice) == ALICE


def test_a_phone_that_is_not_a_day_old_is_given_no_words(
    alice: User, twilio: TwilioServer
) -> None:
    age(ALICE, hours=23)
    choose(alice)
    work()
    assert "KEEP" not in twilio.bodies(ALICE)[-1]


def test_words_of_before_the_password_was_changed_are_over(
    alice: User, twilio: TwilioServer
) -> None:
    choose(alice)
    told = words(twilio)
    changed(alice)
    text(told, number=ALICE)
    work()
    assert twilio.bodies(ALICE)[-1] == cooling.WRONG
    assert main(alice) == NEW


def test_a_change_after_a_new_password_is_told_anew(
    alice: User, twilio: TwilioServer
) -> None:
    choose(alice)
    words(twilio)
    changed(alice)
    choose(alice, ALICE)
    choose(alice)
    text(words(twilio), number=ALICE)
    work()
    assert main(alice) == ALICE


def test_a_phone_that_took_itself_back_is_removed_for_good_after_a_new_password(
    alice: User, twilio: TwilioServer
) -> None:
    """A stolen one: its owner has done what the letter says."""
    give_up(alice)
    text(words(twilio), number=ALICE)
    work()
    changed(alice)
    numbers.verify(user=alice, e164=NEW)
    give_up(alice)
    work()
    assert "KEEP" not in twilio.bodies(ALICE)[-1]
    assert main(alice) == NEW


def test_a_frozen_account_takes_no_phone_back(
    alice: User, twilio: TwilioServer
) -> None:
    give_up(alice)
    told = words(twilio)
    User.objects.filter(pk=alice.pk).update(frozen_at=timezone.now())
    text(told, number=ALICE)
    work()
    assert twilio.bodies(ALICE)[-1] == cooling.WRONG
    assert not row(ALICE).is_verified


def test_phones_changed_at_the_same_moment_are_in_nobodys_way(
    alice: User, twilio: TwilioServer
) -> None:
    """Who changes them has the person's lane and writes to the change, which the text
    undoes."""
    choose(alice)
    told = words(twilio).removeprefix("KEEP ")

    def acting() -> str:
        try:
            with transaction.atomic():
                lanes.lock_number(ALICE)
                return cooling.take_back(words=told, number=ALICE).sentence
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            lanes.lock_person(alice)
            answer = pool.submit(acting)
            while not (answer.done() or somebody_waits()):
                pass
            choose(alice, ALICE)
            choose(alice)
        assert "main phone again" in answer.result()
    assert main(alice) == ALICE


def reverted(user: User) -> None:
    email_changes.undo(reverts.newest_key())


@pytest.mark.parametrize("act", [reverted, panic.begin])
def test_recovery_ends_what_phones_may_undo(
    alice: User, twilio: TwilioServer, act: Callable[[User], None]
) -> None:
    reverts.key_of(alice)
    choose(alice)
    told = words(twilio)
    act(alice)
    assert not cooling.going_on(alice)
    before = row(NEW).status
    text(told, number=ALICE)
    work()
    assert row(NEW).status == before


# --- what matters to security goes to both ---------------------------------------------


@pytest.mark.parametrize("act", [choose, give_up])
def test_for_a_day_both_phones_hear_of_lost_factors(
    alice: User, twilio: TwilioServer, act: object
) -> None:
    app_of(alice)
    assert callable(act)
    act(alice)
    lost.begin(user=alice)
    work()
    assert "second factor is lost" in twilio.bodies(NEW)[-1]
    assert twilio.bodies(ALICE)[-1] == twilio.bodies(NEW)[-1]


def test_after_a_day_only_the_new_one_does(alice: User, twilio: TwilioServer) -> None:
    choose(alice)
    work()
    PhoneChange.objects.update(ends_at=timezone.now())
    cooling.warn(user=alice, body="Careful.", dedupe_key="careful")
    work()
    assert "Careful." in twilio.bodies(NEW)
    assert "Careful." not in twilio.bodies(ALICE)


def test_a_phone_that_is_another_persons_hears_nothing(
    alice: User, twilio: TwilioServer
) -> None:
    give_up(alice)
    work()
    numbers.verify(user=UserFactory.create(email="dora@example.com"), e164=ALICE)
    cooling.warn(user=alice, body="Careful.", dedupe_key="careful")
    work()
    assert "Careful." not in twilio.bodies(ALICE)


def test_the_words_lie_nowhere_in_clear(alice: User, twilio: TwilioServer) -> None:
    choose(alice)
    told = words(twilio).removeprefix("KEEP ")
    sent = OutboundText.objects.get(number=ALICE)
    assert sent.user is None and told not in sent.body and sent.sealed == ""
    assert told not in PhoneChange.objects.get().digest
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        assert not cooling.going_on(alice)
