"""Whatever is done on both sides, and however often it is compared meanwhile: once both
are left alone they hold the same, and nothing twice."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine

from apps.assistant import events
from apps.assistant.events import Times
from apps.assistant.models import Event
from apps.assistant.sync import core
from apps.assistant.sync.contents import Content
from apps.assistant.sync.sides import Remote
from apps.core.errors import NotFound
from tests.assistant.conftest import ZONE, Phone
from tests.assistant.syncs import HOUR, WEEKDAYS, Pair, paired
from tests.integrations.servers import Simulator
from tests.races import together

PROVIDERS = ["google", "microsoft"]
DAY = timedelta(days=1)


class Hands:
    """Somebody who does things on both sides, by chance."""

    def __init__(self, pair: Pair, seed: int) -> None:
        self.pair, self.chance = pair, random.Random(seed)
        self.count = 0

    def name(self) -> str:
        self.count += 1
        return f"Thing {self.count}"

    def act(self) -> None:
        acts: list[Callable[[], None]] = [
            self.add,
            self.add_series,
            self.change,
            self.move,
            self.delete,
            self.one_of_many,
            self.there_change,
            self.there_move,
            self.there_delete,
            self.there_one_of_many,
        ]
        self.chance.choice(acts)()

    def add(self) -> None:
        self.pair.add(self.name(), self.chance.randint(1, 90) * HOUR)

    def add_series(self) -> None:
        rule = self.chance.choice([WEEKDAYS, "FREQ=DAILY;COUNT=9", "FREQ=WEEKLY"])
        self.pair.add(self.name(), self.chance.randint(1, 9) * HOUR, rule)

    def change(self) -> None:
        if row := self.own():
            events.change(row=row, title=self.name(), place=self.name())

    def move(self) -> None:
        if (row := self.own()) and not row.is_all_day:
            start = row.starts_at + self.chance.randint(1, 5) * HOUR
            times = Times(start, start + HOUR, ZONE, rule=row.rule)
            events.change(row=row, times=times)

    def delete(self) -> None:
        if row := self.own():
            events.delete(row=row)

    def one_of_many(self) -> None:
        row = self.chance.choice([None, *self.pair.here()])
        if row is None or not row.rule or (rule := row.recurrence) is None:
            return
        at = self.chance.choice(rule.between(row.starts_at, row.starts_at + 8 * DAY))
        if self.chance.random() < 0.5:
            events.leave_out(row=row, at=at)
        else:
            times = Times(at + HOUR, at + 2 * HOUR, ZONE)
            events.change_one(row=row, at=at, title=self.name(), times=times)

    def own(self) -> Event | None:
        rows = self.pair.here()
        return self.chance.choice(rows) if rows else None

    def there_change(self) -> None:
        if found := self.remote():
            self.pair.side.update(found[0], replace(found[1], title=self.name()))

    def there_move(self) -> None:
        found = self.remote()
        if found and not found[1].is_all_day and not found[1].rule:
            by = self.chance.randint(1, 5) * HOUR
            there = found[1]
            moved = replace(there, start=there.start + by, end=there.end + by)
            self.pair.side.update(found[0], moved)

    def there_delete(self) -> None:
        if found := self.remote():
            self.pair.side.delete(found[0])

    def there_one_of_many(self) -> None:
        found = self.remote()
        if not found or not found[1].rule:
            return
        there = found[1]
        times = there.recurrence.between(there.start, there.start + 8 * DAY)
        free = [at for at in times if at not in {*there.gone, *there.moved}]
        if not free:
            return
        at = self.chance.choice(free)
        if self.chance.random() < 0.5:
            wanted = replace(there, gone=tuple(sorted((*there.gone, at))))
        else:
            one = replace(there.one(at), title=self.name())
            wanted = replace(there, moved={**there.moved, at: one})
        self.pair.side.update(found[0], wanted)

    def remote(self) -> tuple[Remote, Content] | None:
        found = [(one, one.content) for one in self.pair.there() if one.content]
        return self.chance.choice(found) if found else None


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("provider", PROVIDERS)
def test_both_sides_hold_the_same_in_the_end(
    alice: Phone,
    providers: Simulator,
    clock: time_machine.Traveller,
    provider: str,
    seed: int,
) -> None:
    pair = paired(alice, providers, provider)
    hands = Hands(pair, seed)
    ahead = providers.order("set", page_size=50)["ahead"]
    for step in range(24):
        try:
            hands.act()
        except NotFound:
            pass  # it left out what was left out before
        clock.shift(30)
        providers.order("set", ahead=ahead + 30 * (step + 1))
        if hands.chance.random() < 0.4:
            pair.run()
    for _ in range(3):
        assert pair.run() == "in step"
    pair.insist_in_step()
    ours = pair.titles()
    assert pair.run() == "in step" and pair.titles() == ours


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("provider", PROVIDERS)
def test_two_workers_at_once_do_it_once(
    alice: Phone, providers: Simulator, clock: time_machine.Traveller, provider: str
) -> None:
    pair = paired(alice, providers, provider)
    for number in range(1, 6):
        pair.add(f"Lunch {number}", number * HOUR)
    providers.order("clear_log")
    said = together(4, lambda: core.run(pair.sync.pk))
    assert "in step" in said
    assert {*said} <= {"in step", "not now"}
    made = [line for line in providers.requests() if line["method"] == "POST"]
    assert len(made) == 5
    pair.insist_in_step()


@pytest.mark.django_db(transaction=True)
def test_what_is_changed_while_it_is_compared_is_not_left_behind(
    alice: Phone, providers: Simulator, clock: time_machine.Traveller
) -> None:
    pair = paired(alice, providers, "google")
    pair.run()

    def either(turns: list[int]) -> object:
        if turns.pop():
            return core.run(pair.sync.pk)
        for number in range(1, 4):
            pair.add(f"Lunch {number}", number * HOUR)
        return core.run(pair.sync.pk)

    turns = [0, 1]
    together(2, lambda: either(turns))
    assert pair.run() == "in step"
    pair.insist_in_step()
