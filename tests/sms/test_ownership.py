"""Whose a number is over time: proven by another, given up at its carrier, on record."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.core import dossier
from apps.core.errors import Conflict
from apps.sms import linking, number_history, numbers
from apps.sms.models import InboundText, NumberEvent, PhoneNumber, Turn
from tests.conftest import Recorded
from tests.factories import UserFactory
from tests.races import together
from tests.rbac.factories import verified
from tests.sign_in import signed_in
from tests.sms.conftest import ALICE, STRANGER, text, work
from tests.sms.twilio_server import TwilioServer

pytestmark = pytest.mark.django_db(transaction=True)
Kind = NumberEvent.Kind
LATER = timedelta(days=31)


@pytest.fixture
def alice(transactional_db: None) -> User:
    """With a phone that she linked by words and has used."""
    user: User = verified("alice@example.com")
    text(linking.phrase_for(user).text, number=ALICE)
    work()
    return user


@pytest.fixture
def dora(transactional_db: None) -> User:
    user: User = UserFactory.create(email="dora@example.com", name="Dora Dean")
    return user


def age(by: timedelta = LATER) -> None:
    """All that was proven and texted was so long ago."""
    long_ago = timezone.now() - by
    PhoneNumber.objects.update(verified_at=long_ago, proved_at=long_ago)
    InboundText.objects.update(received_at=long_ago)


def happened(user: User) -> list[str]:
    return [event.kind for event in reversed(number_history.of(user))]


def row(user: User, e164: str = ALICE) -> PhoneNumber:
    return PhoneNumber.objects.filter(user=user, e164=e164).latest("pk")


# --- proven by somebody else -----------------------------------------------------------


def test_a_number_that_its_owner_uses_stays_theirs(
    alice: User, dora: User, twilio: TwilioServer
) -> None:
    age()
    text("reminders", number=ALICE)
    work()
    text(linking.phrase_for(dora).text, number=ALICE)
    work()
    with pytest.raises(Conflict, match="linked to another account"):
        numbers.verify(user=dora, e164=ALICE)
    assert numbers.owner_id(ALICE) == alice.pk
    assert "linked to another account" in twilio.bodies(ALICE)[-1]
    assert "@" not in twilio.bodies(ALICE)[-1]


def test_a_number_that_its_owner_does_not_use_goes_to_who_proves_it(
    alice: User, dora: User, twilio: TwilioServer, recorded: Recorded
) -> None:
    age()
    text(linking.phrase_for(dora).text, number=ALICE)
    text("remind me to call Ana tomorrow at 9", number=ALICE)
    work()
    assert numbers.owner_id(ALICE) == dora.pk
    assert row(alice).status == "released" and not row(alice).is_primary
    assert happened(alice) == [Kind.BY_WORDS, Kind.TRANSFERRED]
    assert happened(dora) == [Kind.BY_WORDS]
    # Both the words and what was texted behind them are hers.
    assert "linked, Dora" in twilio.bodies(ALICE)[-2]
    assert "call Ana" in twilio.bodies(ALICE)[-1]
    assert Turn.objects.filter(user=dora).count() == 2
    assert not InboundText.objects.filter(user=alice, body__contains="Ana").exists()
    (event,) = recorded("sms.phonenumber.transfer")
    assert event.subject_id == alice.pk and event.actor_id is None
    (told,) = [each for each in mail.outbox if "another Switchboard" in each.subject]
    assert told.to == [alice.email] and "dora" not in str(told.body).lower()


def test_what_the_owner_texted_before_the_words_is_answered_as_theirs(
    alice: User, dora: User, twilio: TwilioServer
) -> None:
    phrase = linking.phrase_for(dora)
    text("remind me to call Ana tomorrow at 9", number=ALICE)
    text(phrase.text, number=ALICE)
    work()
    assert "call Ana" in twilio.bodies(ALICE)[-2]
    assert Turn.objects.filter(user=alice).count() == 3
    assert not Turn.objects.filter(user=dora).exists()


def test_words_of_ones_own_prove_the_phone_again(
    alice: User, twilio: TwilioServer
) -> None:
    before = row(alice).proved_at
    text(linking.phrase_for(alice).text, number=ALICE)
    work()
    assert row(alice).proved_at != before
    assert happened(alice) == [Kind.BY_WORDS]


def test_two_who_take_each_others_numbers_do_not_block_each_other(
    alice: User, dora: User
) -> None:
    numbers.verify(user=dora, e164=STRANGER)
    age()
    jobs = [(alice, STRANGER), (dora, ALICE)]

    def prove() -> None:
        user, number = jobs.pop()
        numbers.verify(user=user, e164=number)

    assert together(2, prove) == [None, None]
    assert numbers.owner_id(STRANGER) == alice.pk
    assert numbers.owner_id(ALICE) == dora.pk


def test_fifty_who_prove_an_unused_number_at_once_have_one_winner(alice: User) -> None:
    people = [UserFactory.create() for _ in range(50)]
    age()

    def prove() -> int:
        user: User = people.pop()
        numbers.verify(user=user, e164=ALICE)
        return user.pk

    won = [each for each in together(50, prove) if isinstance(each, int)]
    assert won == [numbers.owner_id(ALICE)]
    assert PhoneNumber.objects.held().count() == 1


# --- given up at its carrier -----------------------------------------------------------


def test_a_suspended_number_is_a_strangers_until_it_is_proven_again(
    alice: User, twilio: TwilioServer
) -> None:
    numbers.verify(user=alice, e164=STRANGER)
    numbers.suspend(row(alice))
    assert numbers.primary(alice) == row(alice, STRANGER)
    text("reminders", number=ALICE)
    work()
    assert "not linked" in twilio.bodies(ALICE)[-1]
    assert any("given up at its carrier" in each.subject for each in mail.outbox)
    text(linking.phrase_for(alice).text, number=ALICE)
    work()
    assert row(alice).is_verified and row(alice).suspended_at is None
    assert happened(alice)[-2:] == [Kind.SUSPENDED, Kind.BY_WORDS]


def test_a_suspended_number_goes_to_who_proves_it(
    alice: User, dora: User, twilio: TwilioServer
) -> None:
    numbers.suspend(row(alice))
    text(linking.phrase_for(dora).text, number=ALICE)
    work()
    assert numbers.owner_id(ALICE) == dora.pk
    assert happened(alice)[-1] == Kind.TRANSFERRED


def test_the_database_refuses_a_second_holder_of_a_suspended_number(
    alice: User, dora: User
) -> None:
    numbers.suspend(row(alice))
    with pytest.raises(DatabaseError):
        PhoneNumber.objects.create(user=dora, e164=ALICE, status="verified")


# --- on record -------------------------------------------------------------------------


def test_what_happens_to_a_number_is_kept_in_order(alice: User) -> None:
    noted = numbers.claim(user=alice, number=STRANGER)
    numbers.verify(user=alice, e164=STRANGER)
    numbers.rename(user=alice, public_id=str(noted.public_id), label=" work ")
    numbers.rename(user=alice, public_id=str(noted.public_id), label="work")
    numbers.make_primary(user=alice, public_id=str(noted.public_id))
    numbers.release(user=alice, public_id=str(noted.public_id))
    assert happened(alice)[1:] == [
        Kind.NOTED,
        Kind.LINKED,
        Kind.RENAMED,
        Kind.CHOSEN,
        Kind.RELEASED,
    ]
    assert NumberEvent.objects.get(kind=Kind.RENAMED).detail == "work"


def test_the_database_refuses_to_change_what_happened(alice: User) -> None:
    with pytest.raises(DatabaseError, match="refused"), transaction.atomic():
        NumberEvent.objects.update(kind=Kind.RELEASED)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM sms_numberevent WHERE kind = 'words'")
        assert cursor.fetchone() == (1,)
    alice.delete()
    assert not NumberEvent.objects.exists()


def test_operators_see_what_happened_to_a_number(alice: User, ada: User) -> None:
    numbers.rename(user=alice, public_id=str(row(alice).public_id), label="work")
    page = f"/admin/sms/phonenumber/{row(alice).pk}/change/"
    shown = signed_in(ada).get(page).content.decode()
    assert "Linked by words texted from it" in shown and "Renamed" in shown


def test_what_happened_is_exported(alice: User) -> None:
    (kept,) = [each for each in dossier.handed_out() if each.name == "phone-history"]
    (event,) = kept.rows(alice)
    assert event["number"] == ALICE
    assert event["what"] == "Linked by words texted from it"
