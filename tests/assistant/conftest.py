"""People who text, at a moment that stands still until a test moves it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.assistant import answering, conversations, reminders
from apps.assistant.conversations import Scene
from tests.assistant.factories import InboundTextFactory, TurnFactory
from tests.factories import PhoneNumberFactory, UserFactory

ZONE = "America/New_York"
MONDAY_AT_NINE = datetime(2026, 11, 23, 9, 0, tzinfo=ZoneInfo(ZONE))


@dataclass
class Phone:
    """A person's phone: `text` plays one turn and returns the reply."""

    user: User

    def text(self, *bodies: str, num_media: int = 0) -> str:
        turn = TurnFactory.create(user=self.user)
        texts = [
            InboundTextFactory.create(turn=turn, body=body, num_media=num_media)
            for body in bodies
        ]
        answer = answering.answer(turn, texts)
        with transaction.atomic():
            answer.settle()
        return answer.body

    def scene(self) -> Scene:
        return conversations.enter(TurnFactory.create(user=self.user))


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Monday 23 November 2026, 9:00 in New York; `clock.shift` moves on."""
    with time_machine.travel(MONDAY_AT_NINE, tick=False) as traveller:
        yield traveller


@pytest.fixture
def phone_of(db: None, clock: object) -> Callable[..., Phone]:
    def make(name: str, zone: str = ZONE) -> Phone:
        return Phone(UserFactory.create(name=name, timezone=zone))

    return make


@pytest.fixture
def alice(phone_of: Callable[..., Phone]) -> Phone:
    return phone_of("Alice")


@pytest.fixture
def bob(phone_of: Callable[..., Phone]) -> Phone:
    return phone_of("Bob")


def in_(**length: float) -> datetime:
    """An instant ahead of the test's clock."""
    return timezone.now() + timedelta(**length)


@pytest.fixture
def reminded(alice: Phone, clock: time_machine.Traveller) -> Phone:
    """It came at ten past nine, and nobody answered."""
    PhoneNumberFactory.create(user=alice.user, e164="+12025550101")
    alice.text("remind me to stretch in 10 minutes")
    clock.shift(timedelta(minutes=10))
    reminders.fire_due(timezone.now())
    return alice
