"""What is added up is what is there: each change once, on its own day."""

import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from django.utils import timezone

from apps.accounts.models import User
from apps.analytics import draining, recounting
from apps.analytics.models import (
    DaySum,
    HourSum,
    PersonDay,
    PersonMonth,
    PersonSpeed,
    PersonTool,
    Recount,
    SpeedDay,
    ToolDay,
)
from apps.analytics.models.texts import FORMER, NOBODY
from apps.analytics.recounting import Days
from apps.analytics.sums import SOURCES
from apps.sms import web
from apps.sms.models import Charge, Delta, OutboundText
from tests.analytics.rows import changed, cost, drained, lane, went
from tests.factories import UserFactory
from tests.sms.conftest import post, text, work
from tests.sms.twilio_server import TwilioServer

pytestmark = pytest.mark.django_db(transaction=True)
FIRST = datetime(2026, 10, 30, 22, tzinfo=UTC)
# Over the end of a month.
ALL_DAYS = Days(date(2026, 10, 30), date(2026, 11, 3))
STATUSES: list[dict[str, Any]] = [
    {"state": "sending"},
    {"state": "sent"},
    {"state": "sent", "delivery": "delivered"},
    {"state": "sent", "delivery": "undelivered", "error_code": "30003"},
    {"state": "failed", "error_code": "21610"},
    {"state": "canceled"},
]


def today() -> Days:
    day = timezone.now().astimezone(UTC).date()
    return Days(day - timedelta(days=1), day)


def live(chance: random.Random, people: list[User | None], times: int) -> None:
    """Texts, and news of them, in any order."""
    sent, charged = [], []
    for _ in range(times):
        at = FIRST + timedelta(hours=chance.uniform(0, 96))
        what = chance.choice(["out", "news", "news", "cost", "late", "linked"])
        if what == "out":
            sent.append(went(chance.choice(people), at, segments=chance.randint(1, 3)))
        elif what == "cost":
            kind = chance.choice(["in", "out", "tokens", "lookup"])
            user = chance.choice(people)
            charged.append(cost(user, kind, at, chance.randint(0, 20_000)))
        elif what == "news" and sent:
            OutboundText.objects.filter(pk=chance.choice(sent).pk).update(
                **{"delivery": "", "error_code": "", **chance.choice(STATUSES)}
            )
        elif what == "late" and charged:
            changed(chance.choice(charged), chance.randint(0, 20_000))
        elif what == "linked" and sent:
            OutboundText.objects.filter(pk=chance.choice(sent).pk, user=None).update(
                user=people[0]
            )


@pytest.mark.parametrize("seed", range(3))
def test_sums_are_what_is_counted_whatever_came_late(
    alice: User, bob: User, seed: int
) -> None:
    chance = random.Random(seed)
    for _ in range(6):
        live(chance, [alice, bob, None], 30)
        draining.drain()
        # What still waits is seen as well.
        live(chance, [alice, bob, None], 10)
        assert recounting.check(ALL_DAYS) == 0
    drained()
    assert recounting.check(ALL_DAYS) == 0
    assert not Delta.objects.exists()
    texts = OutboundText.objects.count() + Charge.objects.filter(what="in").count()
    micros = Charge.objects.aggregate(all=Sum("micros"))["all"]
    for model in (HourSum, DaySum, PersonDay):
        found = model._default_manager.aggregate(t=Sum("texts"), m=Sum("micros"))
        assert found == {"t": texts, "m": micros}


def test_writers_and_drainers_at_once_count_each_once(alice: User, bob: User) -> None:
    """Some keep their transaction open while others, begun later, are added up."""

    for user in (alice, bob, None):
        lane(user)

    def act(seed: int) -> None:
        chance = random.Random(seed)
        try:
            for _ in range(8):
                with transaction.atomic():
                    live(chance, [alice, bob, None], 6)
                    draining.drain()
        finally:
            connection.close()

    def add_up(_: int) -> None:
        try:
            for _ in range(15):
                draining.drain()
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        work = [pool.submit(act, seed) for seed in range(3)]
        work += [pool.submit(add_up, at) for at in range(2)]
        for each in work:
            each.result()
    drained()
    assert recounting.check(ALL_DAYS) == 0


def test_what_an_open_transaction_wrote_is_taken_at_its_end(alice: User) -> None:
    """The id of the one that is open is the lower one: it must not be passed over."""

    lane(alice)

    def other() -> None:
        try:
            went(alice, FIRST)
            draining.drain()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        went(alice, FIRST)
        pool.submit(other).result()
        assert DaySum.objects.aggregate(all=Sum("texts"))["all"] == 1
    drained()
    assert DaySum.objects.aggregate(all=Sum("texts"))["all"] == 2


def test_a_drain_that_dies_has_taken_nothing(alice: User) -> None:
    went(alice, FIRST)
    waiting, taken = Delta.objects.count(), 0
    while not taken:
        with suppress(ZeroDivisionError), transaction.atomic():
            taken = draining.take(SOURCES[0]) or 0
            if taken:
                raise ZeroDivisionError
    assert taken == waiting == Delta.objects.count()
    assert not DaySum.objects.exists() and drained() == waiting


def test_a_text_is_in_every_sum_it_belongs_to(
    alice: User, twilio: TwilioServer
) -> None:
    text("remind me to call Ana tomorrow at 9")
    work()
    reply = OutboundText.objects.get()
    # What is written on the website is no text, though it is answered like one.
    web.say(alice, "reminders")
    work()
    news = {"MessageSid": reply.provider_sid or "", "MessageStatus": "delivered"}
    post(f"/webhooks/twilio/status/?m={reply.ref}", news)
    drained()
    assert recounting.check(today()) == 0
    came = PersonDay.objects.get(user_id=alice.pk, direction="in", kind="text")
    assert (came.texts, came.segments) == (1, 1)
    out = PersonDay.objects.get(user_id=alice.pk, kind="reply", texts__gt=0)
    assert (out.status, out.texts) == ("delivered", 1)
    month = PersonMonth.objects.get()
    spent = Charge.objects.aggregate(all=Sum("micros"))["all"]
    assert (month.came, month.went, month.micros) == (1, 1, spent)
    stages = SpeedDay.objects.values_list("stage", "times").order_by("stage")
    assert [*stages] == [("agent", 1), ("delivery", 1), ("reply", 1), ("route", 1)]
    assert PersonSpeed.objects.get(user_id=alice.pk).times == 1
    asked = ToolDay.objects.order_by("tool").values_list("tool", "outcome", "calls")
    assert [*asked] == [("reminders.create", "done", 1), ("reminders.list", "done", 1)]


def test_what_is_taken_back_counts_as_such(alice: User, twilio: TwilioServer) -> None:
    text("remind me to call Ana tomorrow at 9")
    work()
    drained()
    text("undo")
    work()
    drained()
    calls = PersonTool.objects.filter(user_id=alice.pk, tool="reminders.create")
    assert dict(calls.values_list("outcome", "calls")) == {"done": 0, "undone": 1}


def test_a_stranger_is_nobody(alice: User) -> None:
    went(None, FIRST)
    drained()
    assert PersonDay.objects.get().user_id == NOBODY
    assert not PersonMonth.objects.exists()


def test_who_leaves_takes_nothing_from_the_totals(alice: User, bob: User) -> None:
    for user in (alice, alice, bob):
        went(user, FIRST)
        cost(user, "out", FIRST, 7_000)
    drained()
    before = [*DaySum.objects.order_by("pk").values()]
    PersonDay.objects.filter(user_id=alice.pk).delete()
    assert [*DaySum.objects.order_by("pk").values()] == before
    left = PersonDay.objects.filter(user_id=FORMER)
    assert left.aggregate(t=Sum("texts"), m=Sum("micros")) == {"t": 2, "m": 14_000}
    PersonDay.objects.filter(user_id=bob.pk).delete()
    assert left.aggregate(t=Sum("texts"), m=Sum("micros")) == {"t": 3, "m": 21_000}


def test_what_is_added_up_while_somebody_leaves_goes_with_them(alice: User) -> None:
    gone = UserFactory.create()
    for user in (alice, gone):
        went(user, FIRST)
    someone = gone.pk
    drained()
    User.objects.filter(pk=someone).delete()
    assert PersonDay.objects.filter(user_id=someone).exists()
    recounting.recount()
    people = {*PersonDay.objects.values_list("user_id", flat=True)}
    assert people == {alice.pk, FORMER}
    assert [*PersonMonth.objects.values_list("user_id", flat=True)] == [alice.pk]
    assert DaySum.objects.aggregate(all=Sum("texts"))["all"] == 2
    assert recounting.check(ALL_DAYS) == 0


def test_a_sum_of_another_country_is_found(alice: User) -> None:
    """Though the totals are right."""
    went(alice, FIRST)
    drained()
    for model in (PersonDay, DaySum, HourSum):
        model._default_manager.update(country="DE")
        assert recounting.check(ALL_DAYS) > 0
        model._default_manager.update(country="US")
        assert recounting.check(ALL_DAYS) == 0


def test_a_sum_that_is_wrong_is_found_and_mended(alice: User, bob: User) -> None:
    live(random.Random(7), [alice, bob, None], 80)
    drained()
    PersonDay.objects.filter(user_id=alice.pk).update(texts=9)
    DaySum.objects.filter(direction="out").update(micros=1)
    HourSum.objects.filter(direction="in").delete()
    PersonMonth.objects.filter(user_id=bob.pk).update(came=99)
    assert recounting.check(ALL_DAYS) > 0
    assert (newest := Recount.objects.latest("pk")).differing > 0
    assert newest.first == ALL_DAYS.first
    recounting.mend(ALL_DAYS)
    assert recounting.check(ALL_DAYS) == 0


def test_of_somebody_who_is_mended_no_more_than_is_there(alice: User) -> None:
    """Where somebody has left, what they texted is in no table any more."""
    gone = UserFactory.create()
    for user in (alice, gone):
        went(user, FIRST)
    drained()
    OutboundText.objects.filter(user=gone).delete()
    PersonDay.objects.filter(user_id=gone.pk).delete()
    PersonDay.objects.filter(user_id=alice.pk).update(texts=5)
    recounting.mend(ALL_DAYS)
    assert recounting.check(ALL_DAYS) == 0
    assert DaySum.objects.aggregate(all=Sum("texts"))["all"] == 2
