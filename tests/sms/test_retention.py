"""Texts of nobody go after a while, and nothing of anybody's with them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.accounts.models import User
from apps.jobs import keeping
from apps.sms.models import InboundText, OutboundText, Tombstone, Turn
from tests.factories import PhoneNumberFactory, UserFactory
from tests.sms.conftest import ALICE, STRANGER, form, post, text, work
from tests.sms.twilio_server import TwilioServer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def alice(transactional_db: None) -> User:
    user: User = UserFactory.create()
    PhoneNumberFactory.create(user=user, e164=ALICE)
    return user


def pass_by(days: int) -> None:
    """As if everything had happened so long ago."""
    ago = timezone.now() - timedelta(days=days)
    InboundText.objects.update(received_at=ago)
    Turn.objects.filter(finished_at__isnull=False).update(finished_at=ago)
    OutboundText.objects.update(created_at=ago)


def test_what_strangers_texted_goes_with_its_answers(
    alice: User, twilio: TwilioServer
) -> None:
    again = form("who is this?", number=STRANGER)
    assert post("/webhooks/twilio/sms/", again).status_code == 200
    text("reminders", number=ALICE)
    work()
    assert Turn.objects.count() == 2
    pass_by(80)
    keeping.retain()
    assert InboundText.objects.count() == 2
    pass_by(91)
    for _ in range(2):
        keeping.retain()
    assert {each.user for each in Turn.objects.all()} == {alice}
    assert {each.number for each in InboundText.objects.all()} == {ALICE}
    assert {each.number for each in OutboundText.objects.all()} == {ALICE}
    # The same text again is still known to have been here.
    said = len(twilio.bodies(STRANGER))
    assert post("/webhooks/twilio/sms/", again).status_code == 200
    work()
    assert len(twilio.bodies(STRANGER)) == said
    assert Tombstone.objects.count() >= 2


def test_what_still_waits_for_its_turn_stays(alice: User) -> None:
    text("hello?", number=STRANGER)
    pass_by(400)
    keeping.retain()
    assert InboundText.objects.get().turn is None
