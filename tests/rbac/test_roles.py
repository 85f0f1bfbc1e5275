"""Roles: what comes with the product, inheritance, and who may give what to whom."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from apps.accounts.models import User
from apps.core.errors import Conflict, Forbidden, Invalid
from apps.rbac import assignments, limits, policy, roles, system_roles
from apps.rbac.catalog import Permission
from apps.rbac.models import Role, RoleAssignment, RoleLimits
from tests.rbac.factories import fresh, person, role

pytestmark = pytest.mark.django_db


def groups(user: User) -> set[str]:
    return set(user.groups.values_list("role__slug", flat=True))


def test_everybody_with_an_account_is_a_user() -> None:
    alice = person()
    assert groups(alice) == {"user"}
    assert policy.can(alice, Permission.REMINDER_ADD)
    assert not policy.can(alice, Permission.CONSOLE_ENTER)


def test_a_role_brings_what_it_inherits() -> None:
    ada = person("administrator")
    assert groups(ada) == {"user", "premium", "administrator"}
    assert policy.can(ada, Permission.REMINDER_ADD).via == ("user",)


def test_djangos_own_question_gets_the_same_answer() -> None:
    ada, alice = person("administrator"), person()
    for permission in Permission:
        app, subject, action = permission.split(".")
        name = f"{app}.{action}_{subject}"
        assert ada.has_perm(name)
        assert alice.has_perm(name) == bool(policy.can(alice, permission))


def test_the_roles_of_the_product_are_written_again_without_a_change() -> None:
    before = list(Role.objects.values_list("pk", "slug", "inherits"))
    RoleLimits.objects.filter(role__slug="user").update(texts=7)
    system_roles.write()
    assert list(Role.objects.values_list("pk", "slug", "inherits")) == before
    assert RoleLimits.objects.get(role__slug="user").texts == 7


def test_people_from_before_there_were_roles_become_users() -> None:
    alice = person()
    alice.groups.clear()
    system_roles.write()
    assert groups(alice) == {"user"}


def test_operators_make_roles_at_run_time() -> None:
    ada, bob = person("administrator"), person()
    auditor = roles.create(
        by=ada,
        slug="support",
        name="Support",
        permissions=[Permission.TURN_VIEW],
        inherits=[role("premium")],
    )
    assignments.grant(by=ada, user=bob, role=auditor, reason="works here")
    assert groups(bob) == {"user", "premium", "support"}
    assert policy.can(fresh(bob), Permission.TURN_VIEW).via == ("support",)


def test_a_changed_role_counts_at_once_for_everybody_who_holds_it() -> None:
    ada = person("administrator")
    support = roles.create(by=ada, slug="support", name="Support")
    lead = roles.create(by=ada, slug="lead", name="Lead", inherits=[support])
    bob = person("lead")
    roles.change(by=ada, role=support, permissions=[Permission.LANE_VIEW], inherits=[])
    assert policy.can(fresh(bob), Permission.LANE_VIEW)
    roles.change(by=ada, role=lead, permissions=[], inherits=[])
    assert groups(bob) == {"user", "lead"}
    assert not policy.can(fresh(bob), Permission.LANE_VIEW)


def test_a_role_cannot_inherit_itself_through_others() -> None:
    ada = person("administrator")
    a = roles.create(by=ada, slug="a", name="A")
    b = roles.create(by=ada, slug="b", name="B", inherits=[a])
    c = roles.create(by=ada, slug="c", name="C", inherits=[b])
    for parents in ([c], [a], [b, c]):
        with pytest.raises(Invalid, match="cannot inherit itself"):
            roles.change(by=ada, role=a, permissions=[], inherits=parents)


def test_what_comes_with_the_product_stays() -> None:
    ada = person("administrator")
    with pytest.raises(Conflict):
        roles.change(by=ada, role=role("user"), permissions=[], inherits=[])
    with pytest.raises(Conflict):
        roles.delete(by=ada, role=role("premium"))


def test_a_role_somebody_has_held_is_kept_for_the_record() -> None:
    ada, bob = person("administrator"), person()
    held = roles.create(by=ada, slug="held", name="Held")
    empty = roles.create(by=ada, slug="empty", name="Empty")
    assignments.grant(by=ada, user=bob, role=held, reason="test")
    assignments.revoke(by=ada, user=bob, role=held, reason="test")
    with pytest.raises(Conflict):
        roles.delete(by=ada, role=held)
    roles.delete(by=ada, role=empty)
    assert not Role.objects.filter(slug="empty").exists()


def test_nobody_gives_more_than_they_have() -> None:
    ada, bob = person("administrator"), person()
    manager = roles.create(
        by=ada,
        slug="manager",
        name="Manager",
        rank=25,
        permissions=[
            Permission.ROLE_GRANT,
            Permission.ROLE_REVOKE,
            Permission.ROLE_ADD,
            Permission.ROLE_CHANGE,
        ],
    )
    mia = person("manager")
    with pytest.raises(Forbidden):
        assignments.grant(by=mia, user=bob, role=role("administrator"), reason="x")
    with pytest.raises(Forbidden):
        assignments.revoke(by=mia, user=ada, role=role("administrator"), reason="x")
    with pytest.raises(Forbidden):
        roles.create(
            by=mia, slug="own", name="Own", permissions=[Permission.CONSOLE_ENTER]
        )
    with pytest.raises(Forbidden):
        roles.create(by=mia, slug="own", name="Own", inherits=[role("administrator")])
    with pytest.raises(Forbidden):
        roles.change(by=mia, role=manager, permissions=list(Permission), inherits=[])
    assignments.grant(by=mia, user=bob, role=role("premium"), reason="paid")
    assert groups(bob) == {"user", "premium"}


def test_nobody_changes_their_own_roles() -> None:
    ada, also = person("administrator"), person("administrator")
    for act in (assignments.grant, assignments.revoke):
        with pytest.raises(Forbidden, match="their own"):
            act(by=ada, user=ada, role=role("administrator"), reason="x")
    assert groups(also) == {"user", "premium", "administrator"}


def test_operators_reach_only_people_who_may_do_no_more() -> None:
    ada, bob = person("administrator"), person()
    assignments.insist_within_reach(ada, bob)
    with pytest.raises(Forbidden):
        assignments.insist_within_reach(bob, ada)


def test_without_the_permission_nothing_is_given() -> None:
    alice, bob = person(), person()
    with pytest.raises(Forbidden):
        assignments.grant(by=alice, user=bob, role=role("premium"), reason="friends")
    assert groups(bob) == {"user"}


def test_the_last_administrator_stays() -> None:
    ada, bob = person("administrator"), person("premium")
    boss = role("administrator")
    with pytest.raises(Conflict, match="last administrator"):
        assignments.revoke(by=None, user=ada, role=boss, reason="x")
    end = timezone.now() + timedelta(days=1)
    assignments.grant(by=ada, user=bob, role=boss, reason="week", expires_at=end)
    # Somebody who will not be one tomorrow does not replace her.
    with pytest.raises(Conflict):
        assignments.revoke(by=None, user=ada, role=boss, reason="x")
    with pytest.raises(Conflict):
        assignments.grant(by=None, user=ada, role=boss, reason="x", expires_at=end)
    with pytest.raises(Conflict):
        assignments.insist_not_the_last_administrator(ada)
    other = person("administrator")
    assignments.revoke(by=other, user=ada, role=boss, reason="moved on")
    assert groups(ada) == {"user"}


def test_a_suspended_administrator_does_not_count() -> None:
    ada, other = person("administrator"), person("administrator")
    User.objects.filter(pk=other.pk).update(is_active=False)
    with pytest.raises(Conflict):
        assignments.revoke(by=None, user=ada, role=role("administrator"), reason="x")


def test_a_role_for_a_week_ends_by_itself() -> None:
    bob = person()
    with time_machine.travel("2026-11-23T09:00Z", tick=False) as clock:
        end = timezone.now() + timedelta(days=7)
        assignments.grant(
            by=None, user=bob, role=role("premium"), reason="gift", expires_at=end
        )
        assert limits.of(fresh(bob)).sessions == 10
        clock.shift(timedelta(days=7, seconds=-1))
        assert groups(bob) == {"user", "premium"}
        clock.shift(1)
        # The next question already knows; nobody has swept yet.
        policy.can(fresh(bob), Permission.REMINDER_ADD)
        assert groups(bob) == {"user"}


def test_the_sweep_ends_what_nobody_asks_about() -> None:
    bob = person()
    with time_machine.travel("2026-11-23T09:00Z", tick=False) as clock:
        end = timezone.now() + timedelta(hours=1)
        assignments.grant(
            by=None, user=bob, role=role("premium"), reason="gift", expires_at=end
        )
        assert assignments.end_overdue() == 0
        clock.shift(timedelta(hours=2))
        assert assignments.end_overdue() == 1
        assert assignments.end_overdue() == 0
    assert groups(bob) == {"user"}
    assert RoleAssignment.objects.get().revoked_at == end
    assert fresh(bob).roles_until is None


def test_the_same_role_again_replaces_its_end() -> None:
    bob, premium = person(), role("premium")
    end = timezone.now() + timedelta(days=7)
    assignments.grant(by=None, user=bob, role=premium, reason="gift", expires_at=end)
    assignments.grant(by=None, user=bob, role=premium, reason="paid")
    assert RoleAssignment.objects.live().get().expires_at is None
    assert RoleAssignment.objects.count() == 2
    assert fresh(bob).roles_until is None


@pytest.mark.parametrize(
    ("slug", "reason", "hours", "words"),
    [
        ("premium", " ", None, "Say why"),
        ("premium", "gift", -1, "future"),
        ("user", "x", None, "Everybody"),
    ],
)
def test_a_grant_that_makes_no_sense_is_refused(
    slug: str, reason: str, hours: int | None, words: str
) -> None:
    end = timezone.now() + timedelta(hours=hours) if hours else None
    with pytest.raises(Invalid, match=words):
        assignments.grant(
            by=None, user=person(), role=role(slug), reason=reason, expires_at=end
        )


def test_taking_back_what_nobody_holds() -> None:
    with pytest.raises(Conflict):
        assignments.revoke(by=None, user=person(), role=role("premium"), reason="x")


def test_limits_are_those_of_the_highest_role() -> None:
    assert limits.of(person()).sessions == 5
    assert limits.of(person("premium")).sessions == 10
    assert limits.of(person("administrator")).sessions == 3
    assert limits.of(person("administrator")).idle_minutes == 60


def test_a_limit_left_empty_is_as_in_the_role_below() -> None:
    ada = person("administrator")
    roles.create(by=ada, slug="beta", name="Beta", inherits=[role("premium")], rank=25)
    RoleLimits.objects.filter(role__slug="beta").update(texts=50)
    bob = person("beta")
    assert (limits.of(bob).texts, limits.of(bob).sessions) == (50, 10)


@pytest.mark.parametrize("year", [2040, 9999])
def test_an_end_that_no_calendar_should_hold_is_refused(year: int) -> None:
    end = timezone.now().replace(year=year, month=12, day=31, hour=23)
    with pytest.raises(Invalid, match="within ten years"):
        assignments.grant(
            by=None, user=person(), role=role("premium"), reason="x", expires_at=end
        )


def test_nobody_changes_a_role_that_they_hold() -> None:
    ada = person("administrator")
    editor = roles.create(
        by=ada, slug="editor", name="Editor", permissions=[Permission.ROLE_CHANGE]
    )
    edna = person("editor")
    with pytest.raises(Forbidden, match="that they hold"):
        roles.change(
            by=edna,
            role=editor,
            permissions=[Permission.ROLE_CHANGE],
            inherits=[role("premium")],
        )
    assert limits.of(edna).sessions == 5


def test_what_somebody_else_gave_is_replaced_only_by_who_may_take_it() -> None:
    ada, bob = person("administrator"), person("premium")
    roles.create(
        by=ada, slug="giver", name="Giver", permissions=[Permission.ROLE_GRANT]
    )
    end = timezone.now() + timedelta(seconds=1)
    with pytest.raises(Forbidden):
        assignments.grant(
            by=person("giver"),
            user=bob,
            role=role("premium"),
            reason="x",
            expires_at=end,
        )
    assert RoleAssignment.objects.live().get(user=bob).expires_at is None


@pytest.mark.parametrize(
    ("slug", "name", "rank"),
    [
        ("Administrator", "Boss", 15),
        ("boss", "administrator", 15),
        ("bo ss", "Boss", 15),
        ("boss", "Boss", 32_767),
    ],
)
def test_a_role_that_looks_like_another_or_ranks_above_is_refused(
    slug: str, name: str, rank: int
) -> None:
    with pytest.raises((Conflict, Invalid, Forbidden)):
        roles.create(by=person("administrator"), slug=slug, name=name, rank=rank)
    assert Role.objects.count() == 3


def test_limits_are_changed_within_reach_and_not_below_nothing() -> None:
    ada = person("administrator")
    roles.create(
        by=ada, slug="tuner", name="Tuner", permissions=[Permission.LIMITS_CHANGE]
    )
    row = RoleLimits.objects.get(role__slug="administrator")
    row.idle_minutes = 0
    with pytest.raises(Forbidden):
        limits.change(by=person("tuner"), row=row)
    row = RoleLimits.objects.get(role__slug="premium")
    for field, value in (("llm_micros", -5), ("sessions", 0), ("reply_segments", 0)):
        kept = getattr(row, field)
        setattr(row, field, value)
        with pytest.raises(Invalid):
            limits.change(by=ada, row=row)
        setattr(row, field, kept)
    limits.change(by=ada, row=row)
    assert limits.of(ada).idle_minutes == 60


def test_nobody_changes_their_own_limits() -> None:
    ada = person("administrator")
    row = RoleLimits.objects.get(role__slug="administrator")
    row.idle_minutes = 0
    with pytest.raises(Forbidden, match="their own limits"):
        limits.change(by=ada, row=row)
    # Nor by way of what they inherit, where their own role says nothing.
    RoleLimits.objects.filter(role__slug="administrator").update(texts=None)
    row = RoleLimits.objects.get(role__slug="premium")
    row.texts = 9_999
    with pytest.raises(Forbidden, match="their own limits"):
        limits.change(by=ada, row=row)
    assert (limits.of(ada).idle_minutes, limits.of(ada).texts) == (60, 1_000)
    row.texts, row.sessions = 1_000, 12
    limits.change(by=ada, row=row)
    assert limits.of(person("premium")).sessions == 12


def test_nobody_reaches_what_ranks_above_them() -> None:
    ada, bob = person("administrator"), person()
    roles.create(by=ada, slug="vip", name="Vip", rank=28)
    roles.create(by=ada, slug="shell", name="Shell", inherits=[role("vip")])
    roles.create(by=ada, slug="plain", name="Plain")
    may = [
        Permission.ROLE_GRANT,
        Permission.ROLE_REVOKE,
        Permission.ROLE_ADD,
        Permission.ROLE_CHANGE,
        Permission.LIMITS_CHANGE,
    ]
    roles.create(by=ada, slug="manager", name="Manager", permissions=may)
    mia = person("manager")
    for slug in ("vip", "shell"):
        with pytest.raises(Forbidden, match="ranks above"):
            assignments.grant(by=mia, user=bob, role=role(slug), reason="x")
        with pytest.raises(Forbidden, match="ranks above"):
            roles.create(by=mia, slug="own", name="Own", inherits=[role(slug)])
        with pytest.raises(Forbidden, match="ranks above"):
            roles.change(
                by=mia, role=role("plain"), permissions=[], inherits=[role(slug)]
            )
        with pytest.raises(Forbidden, match="ranks above"):
            roles.change(by=mia, role=role(slug), permissions=[], inherits=[])
        with pytest.raises(Forbidden, match="ranks above"):
            limits.change(by=mia, row=role(slug).limits)
        held = person(slug)
        with pytest.raises(Forbidden, match="ranks above"):
            assignments.revoke(by=mia, user=held, role=role(slug), reason="x")
    assignments.grant(by=mia, user=bob, role=role("plain"), reason="x")


def test_a_suspended_administrator_is_out_of_a_helpers_reach() -> None:
    ada, eve = person("administrator"), person("administrator")
    User.objects.filter(pk=eve.pk).update(is_active=False)
    assignments.insist_within_reach(ada, fresh(eve))
    with pytest.raises(Forbidden):
        assignments.insist_within_reach(person("premium"), fresh(eve))


def test_nobody_gives_a_role_for_longer_than_they_have_it() -> None:
    person("administrator")
    boss, premium, bob = role("administrator"), role("premium"), person()
    end = timezone.now() + timedelta(days=7)
    temp = person("premium")
    assignments.grant(by=None, user=temp, role=boss, reason="week", expires_at=end)
    temp = fresh(temp)
    for until in (None, end + timedelta(seconds=1)):
        with pytest.raises(Forbidden, match="Give it until then at most"):
            assignments.grant(
                by=temp, user=bob, role=boss, reason="x", expires_at=until
            )
    assignments.grant(by=temp, user=bob, role=boss, reason="x", expires_at=end)
    # What they have without an end, they give without one.
    assignments.grant(by=temp, user=bob, role=premium, reason="x")
    # Nor does a chain of short ones last longer.
    assignments.grant(by=temp, user=bob, role=boss, reason="x", expires_at=end)
    bob, carol = fresh(bob), person()
    with pytest.raises(Forbidden, match=f"{timezone.localtime(end):%Y-%m-%d %H:%M}"):
        assignments.grant(by=bob, user=carol, role=boss, reason="x")


def test_whose_role_ends_takes_back_none_that_lasts_longer() -> None:
    ada, boss = person("administrator"), role("administrator")
    now = timezone.now()
    temp, short, long = person(), person(), person()
    for user, days in ((temp, 7), (short, 6), (long, 8)):
        assignments.grant(
            by=None,
            user=user,
            role=boss,
            reason="x",
            expires_at=now + timedelta(days=days),
        )
    temp = fresh(temp)
    person("administrator")
    for lasting in (ada, long):
        with pytest.raises(Forbidden, match="lasts longer"):
            assignments.revoke(by=temp, user=lasting, role=boss, reason="x")
        with pytest.raises(Forbidden, match="lasts longer"):
            # Which would put an end to it.
            assignments.grant(
                by=temp,
                user=lasting,
                role=boss,
                reason="x",
                expires_at=now + timedelta(days=1),
            )
    assignments.revoke(by=temp, user=short, role=boss, reason="x")


def test_whose_role_ends_changes_no_role_that_stays() -> None:
    """Who holds it would keep for good what was put into it."""
    ada = person("administrator")
    desk = roles.create(by=ada, slug="desk", name="Desk")
    temp = person()
    end = timezone.now() + timedelta(days=7)
    assignments.grant(
        by=None, user=temp, role=role("administrator"), reason="x", expires_at=end
    )
    with pytest.raises(Forbidden, match="A role stays"):
        roles.change(
            by=fresh(temp),
            role=desk,
            permissions=[Permission.AUDIT_VIEW],
            inherits=[],
        )
    roles.change(by=ada, role=desk, permissions=[Permission.AUDIT_VIEW], inherits=[])
    # What they have for good they may.
    assignments.grant(by=ada, user=temp, role=desk, reason="x")
    other = roles.create(by=ada, slug="other", name="Other")
    roles.change(
        by=fresh(temp), role=other, permissions=[Permission.AUDIT_VIEW], inherits=[]
    )
