"""What did not arrive is tried again where that helps, and told by another way."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import transaction
from django.db.models import F

from apps.accounts.models import User
from apps.jobs.models import Job
from apps.jobs.runner import drain
from apps.sms import aftermath, optouts, outbox
from apps.sms.models import OutboundText, PhoneNumber
from tests.sign_in import signed_in
from tests.sms.conftest import ALICE, text, work
from tests.sms.test_delivery import news
from tests.sms.twilio_server import TwilioServer

pytestmark = pytest.mark.django_db(transaction=True)
OFF, FILTERED = "30003", "30007"
LETTER = "A text to you did not arrive"


@pytest.fixture(autouse=True)
def address(alice: User) -> None:
    EmailAddress.objects.create(
        user=alice, email=alice.email, verified=True, primary=True
    )


@pytest.fixture
def reply(alice: User, twilio: TwilioServer) -> OutboundText:
    text("remind me to call Ana tomorrow at 9")
    work()
    return OutboundText.objects.get()


def fails(of: OutboundText, code: str = OFF) -> None:
    of.refresh_from_db()
    assert news(of, "undelivered", ErrorCode=code) == 204


def later() -> None:
    """What waits falls due, and is done."""
    Job.objects.filter(state="waiting").update(due_at=F("created_at"))
    for queue in ("messages", "mail"):
        drain(queue)
    work()


def letters() -> list[str]:
    return [letter.subject for letter in mail.outbox if letter.subject == LETTER]


def test_a_phone_that_was_off_gets_the_same_words_again(
    reply: OutboundText, twilio: TwilioServer
) -> None:
    fails(reply)
    work()
    assert len(twilio.bodies(ALICE)) == 1  # not at once
    job = Job.objects.get(kind="sms.once_more")
    wait = job.due_at - job.created_at
    assert timedelta(minutes=8) <= wait <= timedelta(minutes=12)
    later()
    first, second = twilio.bodies(ALICE)
    assert first == second
    again = OutboundText.objects.latest("id")
    assert (again.again, again.turn_id) == (1, None)
    assert letters() == []


def test_after_the_second_time_a_letter_says_what_to_do(
    reply: OutboundText, twilio: TwilioServer, alice: User
) -> None:
    fails(reply)
    for _ in range(aftermath.MOST_AGAIN):
        later()
        fails(OutboundText.objects.latest("id"))
    later()
    assert len(twilio.bodies(ALICE)) == 1 + aftermath.MOST_AGAIN
    assert letters() == [LETTER]
    letter = next(each for each in mail.outbox if each.subject == LETTER)
    assert "the phone was off or out of reach" in letter.body
    assert "/app/conversation/" in letter.body and "Ana" not in letter.body
    assert "List-Unsubscribe" in letter.extra_headers
    page = signed_in(alice).get("/app/").content.decode()
    assert "A text to +1 202 555 0101 did not arrive." in page


def test_what_will_never_arrive_is_not_tried_and_told_once_a_day(
    reply: OutboundText, twilio: TwilioServer
) -> None:
    fails(reply, FILTERED)
    text("?")
    work()
    fails(OutboundText.objects.latest("id"), FILTERED)
    later()
    assert len(twilio.bodies(ALICE)) == 2 and letters() == [LETTER]


def test_one_that_is_refused_at_once_is_told_too(
    alice: User, twilio: TwilioServer
) -> None:
    twilio.behave("21614")
    text("?")
    work()
    later()
    assert letters() == [LETTER]


def test_news_that_comes_twice_or_a_job_that_runs_twice_is_one_text(
    reply: OutboundText, twilio: TwilioServer
) -> None:
    fails(reply)
    fails(reply)
    aftermath.once_more(reply.pk)
    later()
    assert len(twilio.bodies(ALICE)) == 2


def test_it_is_not_sent_again_where_it_may_not_be(
    reply: OutboundText, twilio: TwilioServer, alice: User
) -> None:
    fails(reply)
    phones = PhoneNumber.objects.filter(user=alice)
    for stop, go_on in (
        ({"is_active": False}, {"is_active": True}),
        ({"frozen_at": F("created_at")}, {"frozen_at": None}),
    ):
        User.objects.filter(pk=alice.pk).update(**stop)
        aftermath.once_more(reply.pk)
        User.objects.filter(pk=alice.pk).update(**go_on)
    phones.update(status="released", is_primary=False)
    aftermath.once_more(reply.pk)
    phones.update(status="verified", is_primary=True)
    optouts.note(number=ALICE, our_number=reply.our_number, source="text")
    aftermath.once_more(reply.pk)
    work()
    assert OutboundText.objects.count() == 1


def test_a_code_is_dead_by_then_and_the_carriers_no_is_known(
    alice: User, twilio: TwilioServer
) -> None:
    with transaction.atomic():
        code = outbox.queue(
            user=alice,
            body="Code: 123456",
            kind="code",
            dedupe_key="x",
            secret="123456",
        )
    work()
    assert code is not None
    fails(code)
    text("?")
    work()
    fails(OutboundText.objects.latest("id"), "21610")
    assert not Job.objects.filter(kind__startswith="sms.").exists()


def test_one_that_came_after_all_is_not_sent_again(
    reply: OutboundText, twilio: TwilioServer
) -> None:
    """The phone came on, and the carrier had not given it up yet."""
    fails(reply)
    assert news(reply, "delivered") == 204
    later()
    assert len(twilio.bodies(ALICE)) == 1
