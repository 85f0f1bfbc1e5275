"""Enforcement, explanation and a brute-force oracle agree on 100,000 random questions."""

from collections import Counter

import pytest

from apps.accounts.models import User
from apps.rbac import explanation, policy
from tests.rbac.oracle import ACTIONS, World
from tests.rbac.things.models import Thing

ROUNDS, CHANGES, QUESTIONS = 2, 60, 12_500


@pytest.mark.django_db
@pytest.mark.parametrize("seed", [11, 23, 47, 101])
def test_enforcement_explanation_and_oracle_agree(seed: int) -> None:
    world = World.make(seed)
    answers = {True: 0, False: 0}
    for _ in range(ROUNDS):
        for _ in range(CHANGES):
            world.change()
        people = {user.pk: user for user in User.objects.all()}
        asked = Counter(_question(world) for _ in range(QUESTIONS))
        for (pk, action, thing), times in asked.items():
            decision = policy.can(people[pk], action, thing)
            wanted = world.allows(people[pk], action, thing)
            assert decision.allowed == wanted, (pk, action, thing)
            assert explanation.explain(people[pk], action, thing).decision == decision
            answers[wanted] += times
        _lists_agree(world, people)
    assert min(answers.values()) > ROUNDS * QUESTIONS * 0.05, answers


def _question(world: World) -> tuple[int, str, Thing | None]:
    user = world.dice.choice(world.people)
    return user.pk, world.dice.choice(ACTIONS), world.dice.choice([None, *world.things])


def _lists_agree(world: World, people: dict[int, User]) -> None:
    for user in people.values():
        for action in ACTIONS:
            seen = policy.scope(user, action, Thing.objects.all())
            wanted = {t.pk for t in world.things if world.allows(user, action, t)}
            assert set(seen.values_list("pk", flat=True)) == wanted
