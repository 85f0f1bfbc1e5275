"""Nobody spends more than there is, and nobody waits for somebody else's spending."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier, Event
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.core.errors import TooMany
from apps.rbac.models import RoleLimits
from apps.sms.knobs.budgets import CAPS
from apps.sms.models import Charge, Pot, Spending
from apps.sms.money import budgets, counters
from apps.sms.money.budgets import OverBudget
from apps.sms.money.counters import Budget
from tests.factories import UserFactory
from tests.races import together
from tests.sms.money.conftest import in_all, reserved

pytestmark = pytest.mark.django_db(transaction=True)
NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


@pytest.fixture
def alice() -> User:
    return UserFactory.create()


def allow(texts: int) -> None:
    RoleLimits.objects.filter(role__slug="user").update(texts=texts)


def budget(**limits: Any) -> Budget:
    day = NOON.replace(hour=0)
    said: dict[str, Any] = {
        "scope": "answers:test",
        "parts": 16,
        "short_from": day,
        "short_ends": day + timedelta(days=1),
        "short_limit": 1_000_000,
        "long_from": day.replace(day=1),
        "long_ends": day.replace(month=12, day=1),
        "long_limit": 9_000_000,
    }
    return Budget(**(said | limits))


def spend(micros: int, of: Budget | None = None) -> str:
    """In haste, and where that finds no room, exactly."""
    of = of or budget()
    counters.make([of])
    with transaction.atomic():
        if counters.take([of], micros):
            return ""
        transaction.set_rollback(True)
    with transaction.atomic():
        return counters.take_exactly(of, micros)


def test_of_two_at_the_edge_one_wins(alice: User) -> None:
    allow(texts=3)
    reserved("out:1", 10, alice)
    reserved("out:2", 10, alice)
    causes = iter(("out:3", "out:4"))
    came = together(2, lambda: reserved(next(causes), 10, alice).cause)
    assert sorted(isinstance(each, OverBudget) for each in came) == [False, True]
    assert Charge.objects.count() == 3
    assert in_all() == 30


def test_of_what_everybody_spends_from_exactly_so_many_win() -> None:
    """Each share has room for 6; the rest is laid out again, to the last."""

    def take() -> str:
        return spend(10_000)

    came = [each for _ in range(4) for each in together(32, take)]
    assert came.count("") == 100
    assert came.count("short") == 28
    assert counters.spent(budget()).short == 1_000_000


def test_what_was_given_back_can_be_spent_again() -> None:
    assert [spend(1_000_000), spend(1)] == ["", "short"]
    with transaction.atomic():
        counters.put([budget()], -300_000)
    assert [spend(300_001), spend(300_000)] == ["short", ""]


def test_eight_workers_reserve_for_eight_people_and_none_waits_for_another() -> None:
    """All hold what they have taken at the same moment: were one to wait for another,
    the barrier would break."""
    people = [UserFactory.create(name=f"P{n}") for n in range(8)]
    reserved("out:first", 13_300, area="+1202")
    barrier = Barrier(8)

    def spend(user: User) -> None:
        try:
            with transaction.atomic():
                reserved(f"out:{user.pk}", 13_300, user, area="+1202")
                barrier.wait(timeout=20)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(spend, people))
    assert in_all() == 9 * 13_300
    spent = counters.spent(budgets.of_all(Pot.ANSWERS, timezone.now()))
    assert spent.long == 9 * 13_300


def test_windows_begin_at_midnight_utc_wherever_the_person_is(alice: User) -> None:
    """New York is five hours behind."""
    with time_machine.travel("2026-11-26T04:30Z", tick=False):
        found = budgets.of_person(Pot.ANSWERS, alice, timezone.now())
        assert found.short_from == datetime(2026, 11, 26, tzinfo=UTC)
        assert found.short_ends == datetime(2026, 11, 27, tzinfo=UTC)
        assert found.long_from == datetime(2026, 11, 1, tzinfo=UTC)
        assert found.long_ends == datetime(2026, 12, 1, tzinfo=UTC)


def test_moving_to_another_zone_begins_nothing_anew(alice: User) -> None:
    """It is December for an hour more of them each hour, from Kiritimati on."""
    allow(texts=1)
    with time_machine.travel("2026-11-30T12:30Z", tick=False) as clock:
        reserved("out:1", 10, alice)
        for zone in ("Pacific/Kiritimati", "Pacific/Auckland", "Asia/Tokyo"):
            User.objects.filter(pk=alice.pk).update(timezone=zone)
            alice.refresh_from_db()
            with pytest.raises(OverBudget):
                reserved(f"out:{zone}", 10, alice)
            clock.shift(timedelta(hours=2))
    assert Charge.objects.count() == 1


def test_a_new_day_begins_with_nothing_spent() -> None:
    assert [spend(1_000_000), spend(1)] == ["", "short"]
    tomorrow = budget(short_from=budget().short_from + timedelta(days=1))
    assert spend(1_000_000, tomorrow) == ""
    assert counters.spent(tomorrow) == counters.Spent(1_000_000, 2_000_000, 0)


def test_one_pot_starves_no_other(alice: User) -> None:
    allow(texts=1)
    reserved("out:1", 10, alice)
    with pytest.raises(OverBudget):
        reserved("out:2", 10, alice)
    reserved("code:1", 10, alice, pot=Pot.SECURITY)


def test_texts_we_start_have_half_of_the_role(alice: User) -> None:
    allow(texts=4)
    for number in range(2):
        reserved(f"out:{number}", 10, alice, pot=Pot.PROACTIVE)
    with pytest.raises(OverBudget):
        reserved("out:2", 10, alice, pot=Pot.PROACTIVE)


def test_an_area_is_stopped_before_all_the_rest() -> None:
    hour = CAPS[Pot.SECURITY]["area_hour"].default
    for number in range(hour):
        reserved(f"a:{number}", 1_000_000, pot=Pot.SECURITY, area="+1900")
    with pytest.raises(OverBudget) as refused:
        reserved("a:more", 1_000_000, pot=Pot.SECURITY, area="+1900")
    assert (refused.value.scope, refused.value.pot) == ("area", "security")
    reserved("b:1", 1_000_000, pot=Pot.SECURITY, area="+1202")
    before = Spending.objects.count()
    assert Charge.objects.filter(cause="a:more").count() == 0
    assert before == Spending.objects.count()


def test_tokens_are_bounded_by_the_role(alice: User) -> None:
    half = 500_000
    reserved("llm:1", half, alice, what="tokens", pot=Pot.TOKENS, texts=0)
    with pytest.raises(TooMany) as refused:
        reserved("llm:2", 1, alice, what="tokens", pot=Pot.TOKENS, texts=0)
    assert refused.value.code == "over_budget"
    assert refused.value.retry_after > 0


def test_a_part_above_its_share_counts_against_the_others() -> None:
    """One at a time, the first part takes all: a lower limit leaves it above its share."""
    for _ in range(6):
        assert spend(100_000, budget(short_limit=10_000_000)) == ""
    lower = budget(short_limit=1_000_000)
    came = [spend(10_000, lower) for _ in range(60)]
    assert came.count("") == 40
    assert counters.spent(lower).short == 1_000_000


def test_a_limit_below_what_is_spent_lets_nothing_more_through() -> None:
    assert spend(600_000, budget(short_limit=10_000_000)) == ""
    assert {spend(1, budget(short_limit=500_000)) for _ in range(20)} == {"short"}


@pytest.mark.parametrize("window", ["short", "long"])
def test_what_is_put_there_whatever_the_limits_say_counts_as_well(window: str) -> None:
    """Also in the day or month, when the hour or day has begun anew."""
    of = budget(long_limit=1_000_000)
    counters.make([of])
    for _ in range(6):
        counters.put([of], 100_000)
    if window == "long":
        of = budget(
            long_limit=1_000_000, short_from=budget().short_from + timedelta(days=1)
        )
    came = [spend(10_000, of) for _ in range(60)]
    assert came.count("") == 40
    assert counters.spent(of).long == 1_000_000


def test_sixty_four_spend_while_the_limit_is_lowered() -> None:
    """And more is put there than a part may have. What fits the new limit is spent to
    the last, and no more."""
    high, low = budget(short_limit=10_000_000), budget(short_limit=1_000_000)
    counters.make([high])
    arrived, lowered = Barrier(64), Event()

    def take() -> list[str]:
        came = [spend(4_000, high) for _ in range(3)]
        if arrived.wait() == 0:
            counters.put([low], 120_000)
            lowered.set()
        lowered.wait()
        return came + [spend(7_000, low) for _ in range(4)]

    came = [each for told in together(64, take) for each in told]
    at_first = 64 * 3 * 4_000 + 120_000
    left = (1_000_000 - at_first) // 7_000
    assert came.count("") == 64 * 3 + left
    assert counters.spent(low).short == at_first + left * 7_000


def test_who_spends_and_who_gives_back_never_wait_for_each_other(alice: User) -> None:
    """Of one person, in a tight budget: their row is held most of the time."""
    now = timezone.now()
    RoleLimits.objects.update(llm_micros=100_000)

    def both() -> str:
        for _ in range(25):
            try:
                with transaction.atomic():
                    budgets.spend(
                        Pot.TOKENS,
                        user=alice,
                        area="",
                        at=now,
                        micros=20_000,
                        texts=0,
                    )
            except OverBudget:
                continue
            with transaction.atomic():
                budgets.book(Pot.TOKENS, user=alice, area="", at=now, micros=-20_000)
        return "done"

    assert together(16, both) == ["done"] * 16
    budget = budgets.of_person(Pot.TOKENS, alice, now)
    assert counters.spent(budget).long == 0
