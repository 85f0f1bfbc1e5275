"""The demo people have a month that has cost something, and budgets to match."""

import pytest

from apps.accounts.models import User
from apps.portal import demo
from apps.sms.models import Charge, InboundText, OutboundText
from apps.sms.money import usage
from tests.sms.money.conftest import assert_sound

pytestmark = pytest.mark.django_db


def test_every_text_of_the_history_has_cost_once() -> None:
    demo.people()
    for _ in range(2):
        demo.history()
    alice = User.objects.get(email="alice@example.com")
    of_texts = Charge.objects.filter(user=alice).exclude(text=None, inbound=None)
    texts = OutboundText.objects.filter(user=alice).count()
    assert of_texts.count() == texts + InboundText.objects.filter(user=alice).count()
    assert not of_texts.exclude(state="settled").exists()
    used, left = usage.of_month(alice), usage.left(alice)
    started = left.started_of - left.started
    assert used.went == left.texts_of - left.texts + started
    assert_sound()
