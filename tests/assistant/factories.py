"""What the assistant's tests are made of."""

from datetime import timedelta

import factory
from django.utils import timezone

from apps.assistant.models import Reminder
from apps.sms.models import InboundText, Lane, Turn
from tests.factories import UserFactory


class LaneFactory(factory.django.DjangoModelFactory[Lane]):
    class Meta:
        model = Lane
        django_get_or_create = ("key",)

    user = factory.SubFactory(UserFactory)
    key = factory.LazyAttribute(lambda lane: f"u{lane.user.pk}")


class TurnFactory(factory.django.DjangoModelFactory[Turn]):
    """A finished turn, so that a lane can have many."""

    class Meta:
        model = Turn

    user = factory.SubFactory(UserFactory)
    lane = factory.SubFactory(LaneFactory, user=factory.SelfAttribute("..user"))
    number = "+12025550101"
    our_number = "+12025550100"
    started_at = factory.LazyFunction(timezone.now)
    finished_at = factory.SelfAttribute("started_at")


class InboundTextFactory(factory.django.DjangoModelFactory[InboundText]):
    class Meta:
        model = InboundText

    turn = factory.SubFactory(TurnFactory)
    lane = factory.SelfAttribute("turn.lane")
    user = factory.SelfAttribute("turn.user")
    sid = factory.Sequence(lambda number: f"SM{number:032}")
    number = factory.SelfAttribute("turn.number")
    our_number = factory.SelfAttribute("turn.our_number")
    received_at = factory.LazyFunction(timezone.now)


class ReminderFactory(factory.django.DjangoModelFactory[Reminder]):
    class Meta:
        model = Reminder

    user = factory.SubFactory(UserFactory)
    text = "call Ana"
    zone = factory.SelfAttribute("user.timezone")
    due_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=1))
