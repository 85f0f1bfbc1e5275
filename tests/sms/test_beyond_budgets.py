"""Words that prove a phone count whatever was spent: only their answer may cost too much."""

import pytest

from apps.accounts.models import User
from apps.sms import linking, numbers
from apps.sms.models import RouterConfig, Turn
from tests.sms.conftest import STRANGER, text, work
from tests.sms.twilio_server import TwilioServer

pytestmark = pytest.mark.django_db(transaction=True)


def used_up(*pots: str) -> None:
    keys = [f"budgets.{pot}_day" for pot in pots]
    RouterConfig.objects.filter(config_key__in=keys).update(config_value=0)


def test_a_phone_is_linked_when_strangers_have_used_up_theirs(
    alice: User, twilio: TwilioServer
) -> None:
    used_up("strangers", "answers")
    text(linking.phrase_for(alice).text, number=STRANGER)
    work()
    assert numbers.owner_id(STRANGER) == alice.pk
    assert "linked" in twilio.bodies(STRANGER)[0]


def test_it_is_linked_in_silence_when_nothing_may_be_sent(
    alice: User, twilio: TwilioServer
) -> None:
    used_up("strangers", "answers", "security")
    text(linking.phrase_for(alice).text, number=STRANGER)
    work()
    assert numbers.owner_id(STRANGER) == alice.pk
    assert twilio.bodies(STRANGER) == []
    assert Turn.objects.latest("id").silence == "over_budget"


def test_a_wrong_guess_is_still_nobodys_answer(db: None, twilio: TwilioServer) -> None:
    used_up("strangers")
    text("LINK me please", number=STRANGER)
    work()
    assert twilio.sent == []
