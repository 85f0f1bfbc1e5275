"""Alice owns things, shares some with Bob; Charlie sees nothing."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.core.errors import Forbidden, Invalid
from apps.rbac import policy, shares
from apps.rbac.models import AuditEvent
from tests.rbac.factories import ThingFactory, fresh, person
from tests.rbac.things.models import Thing, ThingGroupShare
from tests.rbac.things.resources import CHANGE, DELETE, VIEW

pytestmark = pytest.mark.django_db


def names(user: object, action: str = VIEW) -> set[str]:
    found = policy.scope(user, action, Thing.objects.all())
    return set(found.values_list("name", flat=True))


def test_shared_to_view_is_seen_and_not_changed() -> None:
    alice, bob, charlie = person(), person(), person("premium")
    thing = ThingFactory.create(user=alice, name="shared")
    ThingFactory.create(user=alice, name="private")
    shares.share(by=alice, obj=thing, user=bob, level="view")
    assert policy.can(bob, VIEW, thing).reason == policy.Reason.SHARE
    assert not policy.can(bob, CHANGE, thing)
    assert not policy.can(charlie, VIEW, thing)
    assert (names(bob), names(bob, CHANGE), names(charlie)) == (
        {"shared"},
        set(),
        set(),
    )
    assert names(alice) == {"shared", "private"}


def test_shared_to_edit_is_seen_and_changed_but_not_deleted() -> None:
    alice, bob = person(), person()
    thing = ThingFactory.create(user=alice)
    shares.share(by=alice, obj=thing, user=bob, level="edit")
    assert policy.can(bob, VIEW, thing) and policy.can(bob, CHANGE, thing)
    assert not policy.can(bob, DELETE, thing)
    shares.share(by=alice, obj=thing, user=bob, level="view")
    assert not policy.can(bob, CHANGE, thing)
    assert shares.held(thing) == {bob.pk: "view"}


def test_taken_back_counts_at_once() -> None:
    alice, bob = person(), person()
    thing = ThingFactory.create(user=alice)
    shares.share(by=alice, obj=thing, user=bob, level="edit")
    assert shares.held(thing) == {bob.pk: "edit"}
    shares.revoke(by=alice, obj=thing, user=bob)
    assert not policy.can(bob, VIEW, thing)
    assert names(bob) == set() and shares.held(thing) == {}


def test_sharing_and_taking_back_is_recorded() -> None:
    alice, bob = person(), person()
    thing = ThingFactory.create(user=alice)
    shares.share(by=alice, obj=thing, user=bob, level="view")
    for _ in range(2):
        shares.revoke(by=bob, obj=thing, user=bob)
    label = thing._meta.label_lower
    found = AuditEvent.objects.about(alice.pk).filter(obj_type=label).order_by("id")
    told = [(event.action, event.actor_id) for event in found]
    assert told == [(f"{label}.share", alice.pk), (f"{label}.revoke", bob.pk)]


def test_a_share_can_be_given_up_but_not_passed_on() -> None:
    alice, bob, charlie = person(), person(), person()
    thing = ThingFactory.create(user=alice)
    shares.share(by=alice, obj=thing, user=bob, level="edit")
    with pytest.raises(Forbidden):
        shares.share(by=bob, obj=thing, user=charlie, level="view")
    with pytest.raises(Forbidden):
        shares.revoke(by=charlie, obj=thing, user=bob)
    shares.revoke(by=bob, obj=thing, user=bob)
    assert not policy.can(bob, VIEW, thing)


def test_what_cannot_be_shared_is_refused_in_words() -> None:
    alice, bob = person(), person()
    thing = ThingFactory.create(user=alice)
    with pytest.raises(Invalid):
        shares.share(by=alice, obj=thing, user=alice, level="view")
    with pytest.raises(Invalid):
        shares.share(by=alice, obj=thing, user=bob, level="own")
    with pytest.raises(Invalid):
        shares.share(by=alice, obj=alice, user=bob, level="view")
    with pytest.raises(Invalid):
        shares.revoke(by=alice, obj=alice, user=bob)
    assert shares.held(alice) == {}


def test_a_share_goes_with_the_thing() -> None:
    alice, bob = person(), person()
    thing = ThingFactory.create(user=alice)
    shares.share(by=alice, obj=thing, user=bob, level="edit")
    key = thing.pk
    thing.delete()
    again = Thing.objects.create(pk=key, user=alice)
    assert not policy.can(bob, VIEW, again)


def test_a_role_can_be_shared_with_too() -> None:
    alice, charlie = person(), person("premium")
    thing = ThingFactory.create(user=alice)
    row = Permission.objects.get(
        codename="view_thing", content_type=ContentType.objects.get_for_model(Thing)
    )
    ThingGroupShare.objects.create(
        group=Group.objects.get(name="role:premium"),
        permission=row,
        content_object=thing,
    )
    assert policy.can(charlie, VIEW, thing).via == ("role",)
    assert not policy.can(person(), VIEW, thing)
    assert names(charlie) == {"thing"}


def test_guardian_itself_sees_the_same() -> None:
    alice, bob = person(), person()
    thing = ThingFactory.create(user=alice)
    shares.share(by=alice, obj=thing, user=bob, level="view")
    assert bob.has_perm("things.view_thing", thing)
    assert not bob.has_perm("things.change_thing", thing)


def test_a_suspended_person_sees_nothing() -> None:
    alice, bob = person(), person()
    thing = ThingFactory.create(user=alice)
    shares.share(by=alice, obj=thing, user=bob, level="view")
    for user in (alice, bob):
        type(user).objects.filter(pk=user.pk).update(is_active=False)
        assert policy.can(fresh(user), VIEW, thing).reason == policy.Reason.INACTIVE
        assert names(fresh(user)) == set()


def test_a_check_costs_one_query_and_a_page_of_fifty_no_more_than_three(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    alice, bob = person(), person()
    things = ThingFactory.create_batch(60, user=alice)
    for thing in things:
        shares.share(by=alice, obj=thing, user=bob, level="view")
    with django_assert_num_queries(0):
        assert policy.can(alice, VIEW, things[0])
    cold = fresh(bob)
    with django_assert_num_queries(1):
        assert policy.can(cold, VIEW, things[0])
    with django_assert_num_queries(1):
        assert not policy.can(cold, CHANGE, things[1])
    with CaptureQueriesContext(connection) as found:
        page = policy.scope(fresh(bob), VIEW, Thing.objects.order_by("pk"))[:50]
        assert len(page) == 50
    # The person is loaded, their roles are looked up, and the page is read.
    assert len(found) == 3


def test_a_list_fetches_what_is_shared_by_key_however_long_the_table_is() -> None:
    """Tried row by row, as a subquery beside an OR is, it took as long as the table."""
    alice, bob = person(), person()
    shares.share(by=alice, obj=ThingFactory.create(user=alice), user=bob, level="view")
    with connection.cursor() as cursor:
        # Of a short table PostgreSQL would read all; what is asked is whether it must.
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = policy.scope(bob, VIEW, Thing.objects.all()).explain()
    assert "BitmapOr" in plan and "SubPlan" not in plan


def test_a_list_can_be_narrowed_counted_and_used_in_another_query() -> None:
    alice, bob = person(), person()
    for name in ("one", "two"):
        thing = ThingFactory.create(user=alice, name=name)
        shares.share(by=alice, obj=thing, user=bob, level="view")
    ThingFactory.create(user=alice, name="private")
    seen = policy.scope(bob, VIEW, Thing.objects.all())
    assert seen.count() == 2 and seen.filter(name="one").exists()
    nested = Thing.objects.filter(pk__in=seen.values("pk")).exclude(name="one")
    assert [thing.name for thing in nested] == ["two"]
    assert [user.pk for user in User.objects.filter(thing__in=seen).distinct()] == [
        alice.pk
    ]
