"""Set aside, spent, settled: each once, and the sum is what it cost."""

import random
from datetime import timedelta

import pytest
import time_machine
from django.db import InternalError, ProgrammingError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.accounts.models import User
from apps.sms.models import Charge, Entry, Pot
from apps.sms.money import budgets, counters, ledger, tokens
from tests.factories import UserFactory
from tests.races import together
from tests.sms.money.conftest import assert_sound, in_all, reserved

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def alice() -> User:
    return UserFactory.create()


def spent_of(user: User | None, pot: str = Pot.ANSWERS) -> int:
    now = timezone.now()
    found = dict(budgets.of(pot, user=user, area="", at=now))
    return counters.spent(found["person" if user else "all"]).long


def test_a_cause_is_charged_once_however_often_it_is_asked_for(alice: User) -> None:
    first = reserved("out:1", 13_300, alice)
    assert reserved("out:1", 99_999, alice) == first
    assert (in_all(), spent_of(alice), spent_of(None)) == (13_300, 13_300, 13_300)


def test_at_the_same_moment_too(alice: User) -> None:
    made = together(6, lambda: reserved("out:1", 13_300, alice).pk)
    assert len({*made}) == 1
    assert (in_all(), spent_of(alice)) == (13_300, 13_300)


def test_what_is_released_is_there_again_and_can_be_set_aside_anew(alice: User) -> None:
    reserved("out:1", 13_300, alice)
    for _ in range(2):
        ledger.release(cause="out:1")
    assert (in_all(), spent_of(alice), spent_of(None)) == (0, 0, 0)
    reserved("out:1", 20_000, alice)
    assert (in_all(), spent_of(alice)) == (20_000, 20_000)
    kinds = Entry.objects.order_by("pk").values_list("kind", flat=True)
    assert [*kinds] == ["reserve", "release", "reserve"]
    assert_sound()


def test_what_was_spent_is_not_released_any_more(alice: User) -> None:
    charge = reserved("out:1", 13_300, alice)
    ledger.spend(charge, sid="SM1")
    ledger.release(cause="out:1")
    charge.refresh_from_db()
    assert (charge.state, in_all()) == ("spent", 13_300)


def test_a_text_that_was_taken_after_all_costs_again(alice: User) -> None:
    reserved("out:1", 13_300, alice)
    ledger.release(cause="out:1")
    with transaction.atomic():
        charge = ledger.locked(cause="out:1")
        assert charge
        ledger.spend(charge, sid="SM1")
    assert (in_all(), spent_of(alice)) == (13_300, 13_300)


def test_the_price_counts_and_a_later_one_corrects_it(alice: User) -> None:
    charge = reserved("out:1", 13_300, alice)
    ledger.spend(charge, sid="SM1")
    for micros in (8_300, 8_300, 9_000):
        ledger.settle(charge.pk, micros)
        assert (in_all(), spent_of(alice), spent_of(None)) == (micros,) * 3
    told = Entry.objects.order_by("pk").values_list("kind", "micros")
    assert [*told] == [("reserve", 13_300), ("settle", -5_000), ("correct", 700)]
    assert_sound()


def test_a_late_price_changes_nothing_of_the_day_that_has_begun_since(
    alice: User,
) -> None:
    with time_machine.travel("2026-11-10T12:00Z", tick=False):
        charge = reserved("out:1", 13_300, alice)
        ledger.spend(charge, sid="SM1")
    with time_machine.travel("2026-11-12T12:00Z", tick=False) as clock:
        reserved("out:2", 1_000, alice)
        ledger.settle(charge.pk, 20_000)
        budget = budgets.of_person(Pot.ANSWERS, alice, timezone.now())
        # Of the month, and not of the day.
        assert counters.spent(budget) == counters.Spent(1_000, 21_000, 2)
        clock.move_to("2026-12-02T12:00Z")
        budget = budgets.of_person(Pot.ANSWERS, alice, timezone.now())
        assert counters.spent(budget) == counters.Spent()


def test_what_a_dead_process_left_set_aside_is_released(alice: User) -> None:
    reserved("llm:1", 5_000, alice, what="tokens", pot=Pot.TOKENS, texts=0)
    assert ledger.sweep() == 0
    with time_machine.travel(timezone.now() + ledger.LIVES + timedelta(minutes=1)):
        assert ledger.sweep() == 1
        assert ledger.sweep() == 0
    assert in_all() == 0


def test_an_entry_is_never_changed(alice: User) -> None:
    reserved("out:1", 13_300, alice)
    with pytest.raises((InternalError, ProgrammingError), match="not changed"):
        with transaction.atomic():
            Entry.objects.update(micros=0)


def test_the_ledger_outlives_the_person_without_their_name(alice: User) -> None:
    reserved("out:1", 13_300, alice)
    User.objects.filter(pk=alice.pk).delete()
    assert Charge.objects.get().user is None
    assert in_all() == 13_300


STEPS = st.lists(
    st.tuples(
        st.integers(0, 4),
        st.sampled_from(["reserve", "adjust", "spend", "settle", "release", "sweep"]),
        st.integers(0, 50_000),
    ),
    max_size=40,
)


@pytest.mark.django_db(transaction=False)
@settings(
    max_examples=60,
    deadline=None,
    # Each history is undone by itself.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS)
def test_in_any_history_the_ledger_is_the_sum_of_what_was_spent(
    db: None, steps: list[tuple[int, str, int]]
) -> None:
    sound(steps)


def test_in_a_long_history_too() -> None:
    chance = random.Random(20261126)
    verbs = ["reserve", "adjust", "spend", "settle", "release", "sweep"]
    sound(
        [
            (chance.randrange(60), chance.choice(verbs), chance.randrange(50_000))
            for _ in range(600)
        ]
    )


def sound(steps: list[tuple[int, str, int]]) -> None:
    """Plays it beside a plain dictionary of what each thing costs."""
    expected: dict[str, tuple[str, int]] = {}
    with transaction.atomic():
        for number, verb, micros in steps:
            play(f"out:{number}", verb, micros, expected)
        assert in_all() == sum(micros for _, micros in expected.values())
        assert spent_of(None) == in_all()
        settled = Charge.objects.filter(state="settled")
        told = {charge.cause: charge.micros for charge in settled}
        assert told == {c: m for c, (s, m) in expected.items() if s == "settled"}
        assert_sound()
        transaction.set_rollback(True)


def play(
    cause: str, verb: str, micros: int, expected: dict[str, tuple[str, int]]
) -> None:
    state, was = expected.get(cause, ("", 0))
    if verb == "reserve":
        reserved(cause, micros)
        if state in ("", "released"):
            expected[cause] = ("reserved", micros)
    elif verb == "release":
        ledger.release(cause=cause)
        if state == "reserved":
            expected[cause] = ("released", 0)
    elif verb == "sweep":
        ledger.sweep()
    elif charge := ledger.locked(cause=cause):
        if verb == "settle" and state in ("spent", "settled"):
            ledger.settle(charge.pk, micros)
            expected[cause] = ("settled", micros)
        elif verb == "adjust" and state == "reserved":
            ledger.adjust(charge, micros)
            charge.save()
            expected[cause] = ("reserved", micros)
        elif verb == "spend" and state != "settled":
            ledger.spend(charge, sid="SM1")
            cost = charge.estimate if state == "released" else was
            expected[cause] = ("spent", cost)


def test_a_model_is_settled_by_what_it_used(alice: User) -> None:
    charge = tokens.reserve(cause="llm:1:1", user=alice, micros=20_000)
    assert spent_of(alice, Pot.TOKENS) == 20_000
    tokens.settle(charge, 3_000)
    assert (in_all(), spent_of(alice, Pot.TOKENS)) == (3_000, 3_000)
    tokens.release(tokens.reserve(cause="llm:1:2", user=alice, micros=20_000))
    assert (in_all(), spent_of(alice, Pot.TOKENS)) == (3_000, 3_000)
    assert_sound()
