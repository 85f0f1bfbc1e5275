"""One-time codes by text: the phone has them, nobody else and no table."""

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.models import User
from apps.sms import numbers, outbox, threads
from apps.sms.models import InboundText, Lane, OutboundText, PhoneNumber, Turn
from tests.factories import PhoneNumberFactory
from tests.sms.conftest import ALICE, text, work
from tests.sms.twilio_server import TwilioServer

pytestmark = pytest.mark.django_db(transaction=True)
CODE = "482913"
BODY = f"{CODE} is your code.\n\n@switchboard.example #{CODE}"


def phone(user: User) -> PhoneNumber:
    return PhoneNumber.objects.get(user=user)


def queue(user: User, key: str = "c1") -> OutboundText | None:
    with transaction.atomic():
        return outbox.queue(
            user=user,
            to=phone(user),
            body=BODY,
            kind=OutboundText.Kind.CODE,
            dedupe_key=key,
            secret=CODE,
        )


def everything_stored() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(t)::text FROM sms_outboundtext t")
        return " ".join(row[0] for row in cursor.fetchall())


def test_a_code_lies_nowhere_in_clear_and_is_destroyed_once_it_is_sent(
    alice: User, twilio: TwilioServer
) -> None:
    assert queue(alice)
    assert CODE not in everything_stored()
    assert OutboundText.objects.get().sealed
    work()
    assert twilio.bodies(ALICE) == [BODY]
    sent = OutboundText.objects.get()
    assert (sent.state, sent.sealed) == ("sent", "")
    assert CODE not in everything_stored()


def test_thread_and_console_show_stars(alice: User, twilio: TwilioServer) -> None:
    queue(alice)
    work()
    (message,) = threads.page(alice).messages
    assert message.body == "****** is your code.\n\n@switchboard.example #******"


def test_a_code_whose_answer_was_lost_is_found_by_its_real_words(
    alice: User, twilio: TwilioServer
) -> None:
    twilio.behave("accept and drop")
    queue(alice)
    work()
    assert OutboundText.objects.get().state == "unknown"
    OutboundText.objects.update(next_at=timezone.now())
    Lane.objects.update(due_at=timezone.now())
    work()
    assert twilio.bodies(ALICE) == [BODY]
    assert OutboundText.objects.get().state == "sent"


def test_a_code_that_could_not_leave_in_time_is_destroyed(
    alice: User, twilio: TwilioServer
) -> None:
    queue(alice)
    OutboundText.objects.update(created_at=timezone.now() - timedelta(minutes=11))
    work()
    found = OutboundText.objects.get()
    assert (found.state, found.error_code, found.sealed) == ("canceled", "too_old", "")
    assert twilio.bodies(ALICE) == []


def test_a_code_whose_key_is_lost_does_not_hold_up_the_lane(
    alice: User, twilio: TwilioServer
) -> None:
    queue(alice)
    OutboundText.objects.update(sealed="gone.AAAA")
    queue(alice, "c2")
    work()
    first, second = OutboundText.objects.order_by("id")
    assert (first.state, first.error_code) == ("canceled", "unreadable")
    assert second.state == "sent"


def test_a_code_goes_to_no_number_that_was_given_up(
    alice: User, twilio: TwilioServer
) -> None:
    number = phone(alice)
    numbers.release(user=alice, public_id=str(number.public_id))
    assert queue(alice) is None


def test_a_code_goes_to_no_number_of_somebody_else(
    alice: User, bob: User, twilio: TwilioServer
) -> None:
    with transaction.atomic():
        assert not outbox.queue(
            user=alice, to=phone(bob), body=BODY, dedupe_key="x", secret=CODE
        )


def test_a_code_can_go_to_a_phone_that_is_not_the_main_one(
    alice: User, twilio: TwilioServer
) -> None:
    other = PhoneNumberFactory.create(user=alice, is_primary=False)
    with transaction.atomic():
        outbox.queue(user=alice, to=other, body=BODY, dedupe_key="x", secret=CODE)
    work()
    assert twilio.bodies(other.e164) == [BODY]


def test_the_database_keeps_no_secret_of_a_text_that_is_settled(alice: User) -> None:
    queue(alice)
    with pytest.raises(IntegrityError, match="no_secret_outlives_its_sending"):
        OutboundText.objects.update(state="sent")


def test_digits_texted_to_the_shared_number_are_words_like_any_other(
    alice: User, twilio: TwilioServer, settings: Settings
) -> None:
    queue(alice)
    work()
    text(CODE)
    work()
    turn = Turn.objects.get()
    assert turn.reply.kind == "reply"
    assert InboundText.objects.get().body == CODE
    assert not re.search("code|factor|sign", turn.reply.body, re.IGNORECASE)
