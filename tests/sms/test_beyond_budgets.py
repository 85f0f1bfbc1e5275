"""Words that prove a phone count whatever was spent: only their answer may cost too much."""

import pytest

from apps.accounts.models import User
from apps.sms import linking, numbers
from apps.sms.models import Charge, RouterConfig, Turn
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
    assert Turn.objects.latest("id").silence == "untold"


def test_a_wrong_guess_is_still_nobodys_answer(db: None, twilio: TwilioServer) -> None:
    used_up("strangers")
    text("LINK me please", number=STRANGER)
    work()
    assert twilio.sent == []


def test_made_up_words_are_paid_by_the_pot_of_strangers(
    db: None, twilio: TwilioServer
) -> None:
    for n in range(3):
        text("LINK GREEN-TIGER-RED-LAMP", number=f"+120255504{n:02}")
        work()
    assert len(twilio.sent) == 3
    assert pots() == {"strangers"}


def test_nobody_switches_codes_off_by_making_words_up(
    db: None, twilio: TwilioServer
) -> None:
    used_up("strangers")
    for said in ("LINK GREEN-TIGER-RED-LAMP", "KEEP GREEN-TIGER-LAMP"):
        for _ in range(8):
            text(said, number=STRANGER)
            work()
    assert twilio.sent == []
    assert pots() == {"strangers"}
    assert Turn.objects.latest("id").silence == "untold"


def test_words_that_were_used_are_no_better_than_made_up_ones(
    alice: User, twilio: TwilioServer
) -> None:
    words = linking.phrase_for(alice).text
    text(words, number=STRANGER)
    work()
    text(words, number="+12025550188")
    work()
    assert pots() == {"strangers"}


def test_wrong_words_of_a_person_are_paid_like_their_other_texts(
    alice: User, twilio: TwilioServer
) -> None:
    text("LINK GREEN-TIGER-RED-LAMP")
    work()
    assert pots() == {"answers"}


def pots() -> set[str]:
    """That were charged."""
    return set(Charge.objects.values_list("pot", flat=True))
