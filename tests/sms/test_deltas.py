"""What is added up from changes is what is counted from the rows, whatever happened."""

import random
from collections import Counter
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Sum

from apps.accounts.models import User
from apps.sms import linking, optouts
from apps.sms.models import Charge, Delta, InboundText, OutboundText, UsageLog
from tests.factories import UserFactory
from tests.sms.conftest import ALICE, BOB, STRANGER, post, text, work
from tests.sms.test_answered import later
from tests.sms.twilio_server import TwilioServer

pytestmark = pytest.mark.django_db(transaction=True)
MOODS: list[tuple[int | str, ...]] = [(), (), (429,), ("21614",), ("drop",)]
NEWS = ("queued", "sent", "delivered", "undelivered", "failed", "read")


def added_up() -> Counter[tuple[Any, ...]]:
    names = ("direction", "kind", "country", "status", "error_code", "user_id")
    texts = Delta.objects.exclude(texts=0).exclude(direction__in=("stop", "start"))
    rows = texts.values_list(*names, "texts", "segments")
    found: Counter[tuple[Any, ...]] = Counter()
    for *key, texts, segments in rows:
        found[(*key, "texts")] += texts
        found[(*key, "segments")] += segments
    return Counter({key: count for key, count in found.items() if count})


def counted() -> Counter[tuple[Any, ...]]:
    found: Counter[tuple[Any, ...]] = Counter()
    for charge in Charge.objects.filter(what="in"):
        key = ("in", "text", charge.country, "received", "", charge.user_id)
        found[(*key, "texts")] += 1
        found[(*key, "segments")] += charge.segments
    for sent in OutboundText.objects.all():
        is_news = sent.state == "sent" and sent.delivery
        status = sent.delivery if is_news else sent.state
        key = ("out", sent.kind, sent.country, status, sent.error_code, sent.user_id)
        found[(*key, "texts")] += 1
        found[(*key, "segments")] += sent.segments
    return found


@pytest.mark.parametrize("seed", range(2))
def test_sums_of_changes_are_the_counts_of_rows(
    alice: User, bob: User, twilio: TwilioServer, seed: int
) -> None:
    chance = random.Random(seed)
    for _ in range(25):
        who = chance.choice([ALICE, BOB, STRANGER])
        twilio.calm()
        twilio.behave(*chance.choice(MOODS))
        text(chance.choice(["?", "hello", "STOP", "START", "reminders"]), number=who)
        work()
        for sent in OutboundText.objects.exclude(provider_sid=None):
            status = chance.choice(NEWS)
            news = {"MessageSid": sent.provider_sid or "", "MessageStatus": status}
            if status in ("undelivered", "failed"):
                news["ErrorCode"] = "30007"
            if chance.random() < 0.3:
                post(f"/webhooks/twilio/status/?m={sent.ref}", news)
    twilio.calm()
    later(1)
    work()
    assert added_up() == counted()
    assert spent(Delta) == spent(Charge) and sum(spent(Charge).values()) > 0


def spent(model: type[Any]) -> dict[int | None, int]:
    """By whom."""
    told = model.objects.values_list("user_id").annotate(all=Sum("micros")).order_by()
    return {person: micros for person, micros in told if micros}


def test_what_an_answer_costs_goes_with_it_to_whom_it_links(
    twilio: TwilioServer,
) -> None:
    """It was set aside for a stranger."""
    dora = UserFactory.create()
    text(linking.phrase_for(dora).text, number=STRANGER)
    work()
    reply = Charge.objects.get(what="out")
    assert reply.user == dora and reply.micros > 0
    assert spent(Delta) == spent(Charge)
    assert spent(Delta)[dora.pk] == reply.micros


def opted() -> list[tuple[str, str, int | None]]:
    told = Delta.objects.filter(direction__in=("stop", "start")).order_by("pk")
    return list(told.values_list("direction", "status", "user_id"))


def test_who_wants_no_texts_any_more_is_one_change(
    alice: User, bob: User, twilio: TwilioServer
) -> None:
    for words in ("START", "STOP", "stop", "START", "unstop"):
        text(words)
    text("STOP", number=STRANGER)
    for _ in range(2):
        optouts.note(number=BOB, our_number="+12025550100", source="carrier")
    assert opted() == [
        ("stop", "text", alice.pk),
        ("start", "text", alice.pk),
        ("stop", "text", None),
        ("stop", "carrier", bob.pk),
    ]


def test_what_is_taken_back_is_not_added_up(alice: User) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        text("?")
        work()
        raise ZeroDivisionError
    assert not Delta.objects.exists()


def test_every_text_is_a_line_of_the_log(alice: User, twilio: TwilioServer) -> None:
    text("remind me to call Ana tomorrow at 9")
    work()
    reply = OutboundText.objects.get()
    came, went = UsageLog.objects.owned_by(alice).order_by("message_direction")
    assert came.twilio_message_sid == InboundText.objects.get().sid
    assert (came.success, went.success) == (True, None)
    assert (came.country_code, went.country_code) == ("US", "US")
    assert came.processing_time_ms is not None and came.cost_cents
    news = {"MessageSid": reply.provider_sid or "", "MessageStatus": "undelivered"}
    post(f"/webhooks/twilio/status/?m={reply.ref}", news | {"ErrorCode": "30007"})
    went.refresh_from_db()
    assert (went.success, went.error_message) == (False, "30007")
    assert went.metadata["status"] == "undelivered" and went.metadata["segments"] == 1
    assert went.phone_number == ALICE and went.message_length == len(reply.body)


def test_a_text_is_of_the_country_it_comes_from(twilio: TwilioServer) -> None:
    """Its price is that of our number all the same."""
    for number in ("+447700900123", "+16135550123", STRANGER):
        text("hello", number=number)
    work()
    came = Charge.objects.filter(what="in").order_by("pk")
    assert [charge.country for charge in came] == ["GB", "CA", "US"]
    assert len({charge.micros for charge in came}) == 1
    told = Delta.objects.filter(direction="in", texts=1).order_by("pk")
    assert [change.country for change in told] == ["GB", "CA", "US"]
    logs = UsageLog.objects.filter(message_direction="in")
    assert {log.country_code for log in logs} == {"GB", "CA", "US"}
