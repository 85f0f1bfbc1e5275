"""Operators hear of texting that does not work, and of what it costs."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.models import User
from apps.core import tallies
from apps.jobs import rules, watch
from apps.jobs.models import Alert
from apps.sms import delivery, inbox
from apps.sms.models import Lane
from apps.sms.money import ledger
from tests.sms.conftest import form, post, text
from tests.sms.money.conftest import reserved

pytestmark = pytest.mark.django_db(transaction=True)
FORM = "application/x-www-form-urlencoded"
INBOUND, STATUS = "/webhooks/twilio/sms/", "/webhooks/twilio/status/"


def firing() -> set[str]:
    watch.look()
    return set(Alert.objects.filter(state="firing").values_list("mark", flat=True))


def test_calls_that_end_in_an_error_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(inbox, "receive", broken)
    monkeypatch.setattr(delivery, "record", broken)
    for number in range(6):
        assert "sms.webhooks" not in firing()
        assert post((INBOUND, STATUS)[number % 2], form("hello")).status_code == 500
    assert "sms.webhooks" in firing()


def test_calls_in_our_name_that_prove_nothing(settings: Settings) -> None:
    """As when the secret was changed and nobody told us."""
    body = f"AccountSid={settings.TWILIO_ACCOUNT_SID}&MessageSid=SM1"
    for _ in range(6):
        assert Client().post(INBOUND, body, content_type=FORM).status_code == 403
    assert "sms.webhooks" in firing()


def test_strangers_who_knock_alarm_nobody() -> None:
    for _ in range(9):
        Client().post(INBOUND, "AccountSid=AC0&MessageSid=SM1", content_type=FORM)
    assert tallies.lately("sms.webhooks", 15) == 0


def test_a_lane_that_nobody_works_in(alice: User) -> None:
    text("hello")
    assert "sms.stuck" not in firing()
    with time_machine.travel(timezone.now() + timedelta(minutes=3)):
        assert "sms.stuck" in firing()
        # Somebody does.
        Lane.objects.update(lease_until=timezone.now() + timedelta(seconds=9))
        assert rules.every()["sms.stuck"].measure() == 0


def test_a_day_that_costs_more_than_its_bound() -> None:
    rule = rules.every()["sms.spend"]
    assert rule.measure() == 0
    dollar = 1_000_000
    for number, ago in enumerate((1, 23, 25)):
        with time_machine.travel(timezone.now() - timedelta(hours=ago)):
            reserved(f"out:{number}", 20 * dollar)
    assert rule.measure() == 40
    assert "sms.spend" not in firing()
    reserved("out:more", 11 * dollar)
    assert "sms.spend" in firing()
    ledger.release(cause="out:more")
    assert rule.measure() == 40
