"""Two operators at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from apps.accounts.models import User
from apps.core.errors import AppError
from apps.rbac import assignments, limits, roles
from apps.rbac.models import Role, RoleAssignment, RoleLimits
from tests.rbac.factories import person, role

pytestmark = pytest.mark.django_db(transaction=True)


def together(*acts: Callable[[], object]) -> list[object]:
    """Each in a thread of its own, at the same moment; what came of each."""
    gate = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        gate.wait()
        try:
            return act()
        except AppError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_two_administrators_removing_each_other_leave_one() -> None:
    for _ in range(5):
        RoleAssignment.objects.all().delete()
        User.objects.all().delete()
        ada, ben = person("administrator"), person("administrator")
        boss = role("administrator")
        found = together(
            lambda: assignments.revoke(by=ada, user=ben, role=boss, reason="x"),
            lambda: assignments.revoke(by=ben, user=ada, role=boss, reason="x"),
        )
        assert sum(isinstance(each, AppError) for each in found) == 1
        assert RoleAssignment.objects.live().count() == 1


def test_two_edges_that_would_close_a_circle() -> None:
    for number in range(5):
        ada = person("administrator")
        a = roles.create(by=ada, slug=f"a{number}", name=f"A{number}")
        b = roles.create(by=ada, slug=f"b{number}", name=f"B{number}")
        found = together(
            lambda: roles.change(by=ada, role=a, permissions=[], inherits=[b]),
            lambda: roles.change(by=ada, role=b, permissions=[], inherits=[a]),
        )
        assert sum(isinstance(each, AppError) for each in found) == 1


def test_the_same_role_given_by_ten_at_once_is_held_once() -> None:
    bob, premium = person(), role("premium")
    together(
        *[lambda: assignments.grant(by=None, user=bob, role=premium, reason="x")] * 10
    )
    assert RoleAssignment.objects.live().filter(user=bob).count() == 1
    assert set(bob.groups.values_list("role__slug", flat=True)) == {"user", "premium"}


def test_a_grant_while_the_role_grows_brings_the_new_parent() -> None:
    ada, bob = person("administrator"), person()
    beta = roles.create(by=ada, slug="beta", name="Beta")
    together(
        lambda: assignments.grant(by=ada, user=bob, role=beta, reason="x"),
        lambda: roles.change(
            by=ada, role=beta, permissions=[], inherits=[role("premium")]
        ),
    )
    held = set(bob.groups.values_list("role__slug", flat=True))
    assert held == {"user", "premium", "beta"}


def test_a_role_that_is_deleted_meanwhile_is_gone_for_the_others() -> None:
    ada, bob = person("administrator"), person()
    for number in range(5):
        made = roles.create(by=ada, slug=f"r{number}", name=f"R{number}")
        child = roles.create(by=ada, slug=f"c{number}", name=f"C{number}")
        row = RoleLimits.objects.get(role=made)
        found = together(
            lambda: roles.delete(by=ada, role=made),
            lambda: roles.change(by=ada, role=made, permissions=[], inherits=[]),
            lambda: roles.change(by=ada, role=child, permissions=[], inherits=[made]),
            lambda: assignments.grant(by=ada, user=bob, role=made, reason="x"),
            lambda: limits.change(by=ada, row=row),
            lambda: roles.delete(by=ada, role=made),
        )
        is_gone = not Role.objects.filter(pk=made.pk).exists()
        assert is_gone == (found[0] is None or found[-1] is None)
        refused = [each for each in found if isinstance(each, AppError)]
        assert {error.code for error in refused} <= {"conflict"}


def test_an_end_that_comes_while_a_role_is_given() -> None:
    """Whichever is first: nobody keeps for good what was given by who had it a day."""
    boss, end = role("administrator"), timezone.now() + timedelta(days=1)
    person("administrator")
    for _ in range(5):
        ada, bob = person("administrator"), person()
        found = together(
            lambda: assignments.grant(
                by=None, user=ada, role=boss, reason="x", expires_at=end
            ),
            lambda: assignments.grant(by=ada, user=bob, role=boss, reason="x"),
        )
        times = RoleAssignment.objects.filter(user__in=[ada, bob], role=boss)
        ended = times.filter(user=ada, expires_at=end).get()
        for given in times.filter(user=bob):
            assert given.granted_at <= ended.granted_at, found
