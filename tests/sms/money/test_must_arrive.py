"""What tells of an attack is not silenced by one: it is charged, and not refused."""

import pytest
from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.sms import cooling, lanes, operators, outbox
from apps.sms.models import Charge, OutboundText, Pot
from apps.sms.money import budgets, counters
from tests.factories import PhoneNumberFactory
from tests.sms.conftest import ALICE, BOB, STRANGER, work
from tests.sms.money.conftest import assert_sound, cap, in_all
from tests.sms.twilio_server import TwilioServer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pumped_out(transactional_db: None) -> None:
    """Somebody had codes sent until nothing was left for them."""
    cap(Pot.SECURITY, 0)


def code(user: User) -> OutboundText | None:
    with transaction.atomic():
        return outbox.queue(user=user, body="1", kind="code", dedupe_key="code")


def test_an_alarm_wakes_operators_all_the_same(
    ada: User, alice: User, twilio: TwilioServer, pumped_out: None
) -> None:
    PhoneNumberFactory.create(user=ada, e164=BOB)
    refused = code(alice)
    assert refused and refused.is_over_budget
    for _ in range(2):
        operators.tell(subject="Pumped", words="Pumped", is_urgent=True, mark="1")
    work()
    assert twilio.bodies() == ["Switchboard: Pumped"]
    # In the ledger, and in what the pot has spent.
    [charge] = Charge.objects.exclude(state="released")
    assert (charge.pot, charge.state) == (Pot.SECURITY, "spent")
    spent = counters.spent(budgets.of_all(Pot.SECURITY, timezone.now())).long
    assert spent == in_all() == charge.micros > 0
    assert_sound()


def test_a_phone_is_told_that_texts_go_to_another(
    alice: User, twilio: TwilioServer, pumped_out: None
) -> None:
    new = PhoneNumberFactory.create(user=alice, e164=STRANGER, is_primary=False)
    cooling.choose(user=alice, public_id=str(new.public_id))
    work()
    [told] = twilio.bodies(ALICE)
    assert "0199" in told
    cooling.warn(user=alice, body="Somebody asks to come in.", dedupe_key="x")
    work()
    assert twilio.bodies(ALICE)[1:] == ["Somebody asks to come in."]
    assert twilio.bodies(STRANGER) == ["Somebody asks to come in."]
    assert_sound()


def test_a_phone_that_is_removed_is_told_too(
    alice: User, twilio: TwilioServer, pumped_out: None
) -> None:
    PhoneNumberFactory.create(user=alice, e164=STRANGER, is_primary=False)
    own = alice.phone_numbers.get(e164=ALICE)
    cooling.give_up(user=alice, public_id=str(own.public_id))
    work()
    assert len(twilio.bodies(ALICE)) == 1


def test_any_other_notice_is_refused(
    alice: User, twilio: TwilioServer, pumped_out: None
) -> None:
    with transaction.atomic():
        lane = lanes.lock_person(alice)
        outbox.queue(user=alice, body="Hi", kind="notice", dedupe_key="a")
        assert not outbox.tell(
            lane=lane, number=STRANGER, body="Hi", kind="notice", dedupe_key="b"
        )
    work()
    assert not twilio.sent and in_all() == 0
