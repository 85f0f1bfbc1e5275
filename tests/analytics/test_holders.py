"""The sums of a role are those of whoever holds it now, whatever they used before."""

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.db.models import Sum

from apps.accounts.models import User
from apps.analytics import draining, recounting
from apps.analytics.filters import Filters
from apps.analytics.models import (
    Holder,
    HolderChange,
    PersonDay,
    PersonSpeed,
    PersonTool,
    RoleDay,
    RoleSpeed,
    RoleTool,
)
from apps.assistant.models import ToolDelta
from apps.rbac.models import Role
from apps.sms.models import Delta
from tests.analytics.rows import cost, drained, lane, went
from tests.analytics.test_draining import ALL_DAYS, FIRST, live
from tests.factories import UserFactory

_SUMS = {"texts", "segments", "micros", "times", "calls"}
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def groups() -> list[Group]:
    wanted = Role.objects.filter(slug__in=["premium", "administrator"])
    return [role.group for role in wanted.select_related("group").order_by("-slug")]


def asked(user: User) -> None:
    """An answer was waited for, and a tool was used."""
    Delta.objects.create(
        at=FIRST, user_id=user.pk, direction="in", country="US", stage="reply", ms=900
    )
    ToolDelta.objects.create(
        at=FIRST, user_id=user.pk, tool="notes.add", outcome="done", calls=1
    )


def told(slug: str) -> tuple[Any, Any, Any]:
    of_role = Filters(role=slug)
    return (
        of_role.texts().aggregate(all=Sum("micros"))["all"],
        of_role.speeds().aggregate(all=Sum("times"))["all"],
        of_role.tools().aggregate(all=Sum("calls"))["all"],
    )


def test_who_gets_a_role_brings_along_what_they_used(
    alice: User, bob: User, groups: list[Group]
) -> None:
    premium, administrator = groups
    for user in (alice, bob):
        cost(user, "out", FIRST, 7_000)
        asked(user)
    drained()
    assert told("premium") == (None, None, None)
    premium.user_set.add(alice)
    drained()
    assert told("premium") == (7_000, 1, 1)
    premium.user_set.add(bob)
    cost(bob, "out", FIRST, 500)
    drained()
    assert told("premium") == (14_500, 2, 2)
    alice.groups.set([administrator])
    cost(alice, "out", FIRST, 20)
    drained()
    assert told("premium") == (7_500, 1, 1)
    assert told("administrator") == (7_020, 1, 1)
    assert recounting.check(ALL_DAYS) == 0
    assert not HolderChange.objects.exists()


def test_who_leaves_goes_from_the_sums_of_their_roles(
    alice: User, bob: User, groups: list[Group]
) -> None:
    premium, _ = groups
    for user in (alice, bob):
        premium.user_set.add(user)
        cost(user, "out", FIRST, 7_000)
        asked(user)
    drained()
    assert told("premium") == (14_000, 2, 2)
    for model in (PersonDay, PersonSpeed, PersonTool):
        model._default_manager.filter(user_id=bob.pk).delete()
    assert told("premium") == (7_000, 1, 1)
    bob.delete()
    drained()
    assert [*Holder.objects.filter(group_id=premium.pk)] == [
        Holder.objects.get(user_id=alice.pk, group_id=premium.pk)
    ]
    assert _differing() == 0


def test_a_sum_of_a_role_that_is_wrong_is_found_and_mended(
    alice: User, groups: list[Group]
) -> None:
    groups[0].user_set.add(alice)
    cost(alice, "out", FIRST, 7_000)
    asked(alice)
    drained()
    for model in (RoleDay, RoleSpeed, RoleTool):
        model._default_manager.update(day=ALL_DAYS.last)
        assert recounting.check(ALL_DAYS) > 0
        recounting.mend(ALL_DAYS)
        assert recounting.check(ALL_DAYS) == 0
    assert told(groups[0].role.slug) == (7_000, 1, 1)


@pytest.mark.parametrize("seed", range(3))
def test_sums_of_roles_are_what_is_counted_whoever_came_and_went(
    alice: User, bob: User, groups: list[Group], seed: int
) -> None:
    chance = random.Random(seed)
    people = [alice, bob, UserFactory.create()]
    for _ in range(8):
        live(chance, [*people, None], 12)
        asked(chance.choice(people))
        user = chance.choice(people)
        user.groups.set(chance.sample(groups, chance.randint(0, 2)))
        if chance.random() < 0.7:
            draining.drain()
        if chance.random() < 0.2:
            PersonDay.objects.filter(user_id=chance.choice(people).pk).delete()
        assert _differing() == 0
    drained()
    assert _differing() == 0
    for group in groups:
        members = [user.pk for user in people if group in user.groups.all()]
        rows = RoleDay.objects.filter(group_id=group.pk)
        assert _all(rows) == _all(PersonDay.objects.filter(user_id__in=members))


def test_whoever_comes_leaves_texts_and_adds_up_at_once(
    alice: User, bob: User, groups: list[Group]
) -> None:
    people = [alice, bob, UserFactory.create(), UserFactory.create()]
    for user in (*people, None):
        lane(user)

    def text(chance: random.Random) -> None:
        user = chance.choice(people)
        went(user, FIRST)
        asked(user)

    def switch(chance: random.Random) -> None:
        user = chance.choice(people)
        user.groups.set(chance.sample(groups, chance.randint(0, 2)))

    def leave(chance: random.Random) -> None:
        user = chance.choice(people)
        for model in (PersonDay, PersonSpeed, PersonTool):
            model._default_manager.filter(user_id=user.pk).delete()

    def add_up(_: random.Random) -> None:
        draining.drain()

    def act(what: Callable[[random.Random], None], seed: int) -> None:
        chance = random.Random(seed)
        try:
            for _ in range(12):
                what(chance)
        finally:
            connection.close()

    deeds = [text, text, switch, switch, leave, add_up, add_up]
    with ThreadPoolExecutor(len(deeds)) as pool:
        for each in [pool.submit(act, what, n) for n, what in enumerate(deeds)]:
            each.result()
    drained()
    assert _differing() == 0
    assert not HolderChange.objects.exists()
    holding = User.groups.through.objects.values_list("user_id", "group_id")
    assert {*Holder.objects.values_list("user_id", "group_id")} == {*holding}


def _all(rows: Any) -> dict[str, int]:
    return {
        name: rows.aggregate(all=Sum(name, default=0))["all"]
        for name in ("texts", "segments", "micros")
    }


def _differing() -> int:
    """Of the sums of roles, beside those of the people who are counted in them. (What is
    deleted of people here is still in their texts.)"""
    held: dict[int, set[int]] = {}
    for user, group in Holder.objects.values_list("user_id", "group_id"):
        held.setdefault(user, set()).add(group)
    pairs: list[tuple[Any, Any]] = [
        (RoleDay, PersonDay),
        (RoleSpeed, PersonSpeed),
        (RoleTool, PersonTool),
    ]
    return sum(
        _counted(of_role, lambda row: {row.pop("group_id")})
        != _counted(of_person, lambda row: held.get(row.pop("user_id"), set()))
        for of_role, of_person in pairs
    )


def _counted(
    model: Any, groups: Callable[[dict[str, Any]], set[int]]
) -> Counter[tuple[Any, ...]]:
    """All that is summed, by the group and what else tells sums apart."""
    found: Counter[tuple[Any, ...]] = Counter()
    for row in model._default_manager.values():
        del row["id"]
        sums = {name: row.pop(name) for name in _SUMS & row.keys()}
        for group in groups(row):
            for name, value in sums.items():
                found[(group, *sorted(row.items()), name)] += value
    return Counter({key: value for key, value in found.items() if value})
