"""Counted again from the rows: nothing lost, nothing twice, nothing out of order."""

from datetime import UTC, timedelta

import pytest
import time_machine
from django.db.models import F
from django.utils import timezone

from apps.accounts.models import User
from apps.sms import auditor, linking
from apps.sms.models import (
    AnsweredDay,
    DeliveryEvent,
    InboundText,
    Lane,
    OutboundText,
    Turn,
)
from tests.sign_in import signed_in
from tests.sms.conftest import ALICE, BOB, STRANGER, text, work
from tests.sms.test_alerts import firing
from tests.sms.twilio_server import TwilioServer

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)


def counted(after: timedelta = HOUR) -> AnsweredDay:
    """The day in which the texts of a test came, looked at a while after."""
    came = InboundText.objects.order_by("id").values_list("received_at", flat=True)
    with time_machine.travel(timezone.now() + after):
        return auditor.count(came[0].astimezone(UTC).date())


def wrong(after: timedelta = HOUR) -> tuple[int, int, int]:
    found = counted(after)
    return found.lost, found.doubled, found.unordered


@pytest.fixture
def talk(alice: User, bob: User, twilio: TwilioServer) -> None:
    for body in ("hello", "remind me to call Ana tomorrow at 9", "STOP", "START"):
        text(body)
        text(body, number=BOB)
        work()
    for _ in range(2):
        text("who is this", number=STRANGER)
        work()


@pytest.mark.usefixtures("talk")
def test_a_day_of_talk_fits() -> None:
    found = counted()
    assert (found.texts, found.turns, found.replies, found.silences) == (10, 10, 5, 5)
    assert wrong() == (0, 0, 0)


@pytest.mark.usefixtures("talk")
def test_a_reply_that_is_gone_is_lost() -> None:
    OutboundText.objects.filter(turn__silence="")[0].delete()
    assert wrong() == (1, 0, 0)


@pytest.mark.usefixtures("talk")
def test_a_turn_that_never_ended_is_lost_once_it_cannot_be_on_its_way() -> None:
    turn = Turn.objects.filter(silence="").latest("id")
    Turn.objects.filter(pk=turn.pk).update(finished_at=None)
    assert wrong(after=timedelta(minutes=1)) == (0, 0, 0)
    assert wrong() == (1, 0, 0)


@pytest.mark.usefixtures("talk")
def test_a_text_without_turn_or_without_row_is_lost() -> None:
    InboundText.objects.filter(pk=InboundText.objects.latest("id").pk).update(turn=None)
    assert wrong() == (1, 0, 0)
    InboundText.objects.latest("id").delete()
    assert wrong() == (1, 0, 0)


@pytest.mark.usefixtures("talk")
def test_a_text_that_the_carrier_has_twice_is_doubled() -> None:
    reply = OutboundText.objects.latest("id")
    DeliveryEvent.objects.create(text=reply, sid="SM" + "0" * 32, status="sent")
    assert counted().doubled == 1


@pytest.mark.usefixtures("talk")
def test_a_text_that_was_taken_twice_is_doubled() -> None:
    latest = InboundText.objects.latest("id")
    latest.pk = None
    latest.save()
    assert counted().doubled == 1


@pytest.mark.usefixtures("talk")
def test_turns_in_another_order_than_their_texts(alice: User) -> None:
    first, second = InboundText.objects.filter(user=alice).order_by("id")[:2]
    InboundText.objects.filter(pk=first.pk).update(turn=second.turn)
    InboundText.objects.filter(pk=second.pk).update(turn=first.turn)
    assert counted().unordered == 1


@pytest.mark.usefixtures("talk")
def test_texts_that_left_in_another_order(alice: User) -> None:
    first = OutboundText.objects.filter(user=alice).order_by("id")[0]
    OutboundText.objects.filter(pk=first.pk).update(sent_at=F("sent_at") + HOUR / 30)
    assert counted().unordered == 1


def test_a_phone_that_is_linked_between_two_of_another_is_in_order(
    alice: User, twilio: TwilioServer
) -> None:
    """Its text waited in a lane of its own until then."""
    text(linking.phrase_for(alice).text, number=STRANGER)
    text("hello", number=ALICE)
    # The person's lane goes first.
    Lane.objects.filter(user=None).update(due_at=timezone.now() + HOUR)
    work()
    Lane.objects.update(due_at=timezone.now() - HOUR)
    work()
    assert InboundText.objects.filter(user=alice).count() == 2
    first, second = InboundText.objects.order_by("id")
    assert first.turn_id > second.turn_id  # type: ignore[operator]  # both have one
    assert counted().unordered == 0


@pytest.mark.usefixtures("talk")
def test_what_does_not_fit_pages_somebody_and_is_on_the_page(ada: User) -> None:
    auditor.audit()
    assert "sms.answered" not in firing()
    latest = InboundText.objects.latest("id")
    latest.pk = None
    latest.save()
    auditor.audit()
    assert "sms.answered" in firing()
    page = signed_in(ada).get("/admin/sms/answeredday/").content.decode()
    assert str(counted().day.year) in page
