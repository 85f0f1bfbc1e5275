"""Whoever took an account over and linked a phone of theirs texts as a stranger once it
is taken back."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from apps.accounts import email_changes, erasure, panic
from apps.accounts.models import User
from apps.mfa import lost
from apps.sms import lanes, linking, numbers, outbox
from apps.sms.models import LinkPhrase, OutboundText, PhoneNumber
from tests.accounts import reverts
from tests.factories import PhoneNumberFactory
from tests.races import overtaken, somebody_waits
from tests.rbac.factories import verified
from tests.sms.conftest import ALICE, BOB, STRANGER, text, work
from tests.sms.twilio_server import TwilioServer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def alice(transactional_db: None) -> User:
    user: User = verified("alice@example.com")
    long_ago = timezone.now() - timedelta(days=9)
    PhoneNumberFactory.create(user=user, e164=ALICE, verified_at=long_ago)
    return user


def theirs(user: User) -> list[tuple[str, bool]]:
    found = PhoneNumber.objects.owned_by(user).order_by("pk")
    return list(found.values_list("e164", "is_primary"))


def test_a_phone_linked_since_the_address_was_changed_is_theirs_no_more(
    alice: User, twilio: TwilioServer
) -> None:
    key = reverts.key_of(alice)
    for number in (BOB, STRANGER):
        text(linking.phrase_for(alice).text, number=number)
        work()
    found = PhoneNumber.objects.get(e164=STRANGER)
    numbers.make_primary(user=alice, public_id=str(found.public_id))
    spare = linking.renew(alice)
    email_changes.undo(key)
    assert theirs(alice) == [(ALICE, True)]
    text(spare.text, number=STRANGER)
    work()
    assert twilio.bodies(STRANGER)[-1] == linking.WRONG
    assert not LinkPhrase.objects.exists()


def test_one_on_its_way_when_the_change_is_undone_links_nothing(alice: User) -> None:
    key, phrase = reverts.key_of(alice), linking.phrase_for(alice)

    def link() -> str:
        with transaction.atomic():
            return linking.redeem(words=phrase.words, number=STRANGER).sentence

    answer = overtaken(alice, lambda: email_changes.undo(key), link)
    assert answer == linking.WRONG and theirs(alice) == [(ALICE, True)]


def test_an_erasure_waits_for_a_text_that_names_the_person(alice: User) -> None:
    with transaction.atomic():
        outbox.queue(user=alice, body="It is time.", dedupe_key="reminder")
    long_ago = timezone.now() - erasure.GRACE
    User.objects.filter(pk=alice.pk).update(is_active=False, closed_at=long_ago)

    def acting() -> None:
        try:
            erasure.erase(alice.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            lanes.lock_person(alice)
            linking.renew(alice)
            answer = pool.submit(acting)
            while not (answer.done() or somebody_waits()):
                pass
        answer.result()
    assert not User.objects.exists()


def undone(user: User) -> None:
    email_changes.undo(reverts.newest_key())


@pytest.mark.parametrize(
    "act", [undone, panic.begin, lambda user: lost.begin(user=user)]
)
def test_a_text_to_be_sent_at_that_moment_is_in_nobodys_way(
    alice: User, act: Callable[[User], object]
) -> None:
    """It holds the person's lane and will name the person; the other way round, each
    would wait for the other."""
    reverts.key_of(alice)

    def acting() -> Any:
        try:
            return act(alice)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            outbox.queue(user=alice, body="It is time.", dedupe_key="reminder")
            answer = pool.submit(acting)
            while not (answer.done() or somebody_waits()):
                pass
        answer.result()
    assert OutboundText.objects.filter(dedupe_key="reminder").exists()
