"""A person's own words come back as they wrote them; Markdown of others does not."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.models import User
from apps.assistant import reminders
from apps.sms import turns
from apps.sms.models import OutboundText
from apps.sms.turns import Answer
from tests.sms.conftest import ALICE, text, work
from tests.sms.twilio_server import TwilioServer

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_receipt_a_list_and_a_reminder_keep_their_stars(
    alice: User, twilio: TwilioServer
) -> None:
    text("remind me to buy *abc* and __x__ tomorrow at 9")
    work()
    assert "buy *abc* and __x__" in twilio.bodies(ALICE)[-1]
    text("reminders")
    work()
    assert "buy *abc* and __x__" in twilio.bodies(ALICE)[-1]
    reminders.fire_due(timezone.now() + timedelta(days=2))
    work()
    assert "buy *abc* and __x__" in twilio.bodies(ALICE)[-1]
    assert OutboundText.objects.filter(body__contains="*abc*").count() == 3


def marked_up(*_: object) -> Answer:
    """As a model writes."""
    return Answer("## Today\n* **Milk**")


def test_the_markdown_of_an_answerer_goes(
    alice: User, twilio: TwilioServer, settings: Settings
) -> None:
    settings.SMS_ANSWERER = f"{__name__}.marked_up"
    turns.answerer.cache_clear()
    try:
        text("hello")
        work()
    finally:
        turns.answerer.cache_clear()
    assert twilio.bodies(ALICE) == ["Today\n- Milk"]
