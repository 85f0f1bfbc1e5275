"""What the console refuses is on record: who, what, about whom, which row, and why."""

from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.rbac import ledger, limits, roles
from apps.rbac.catalog import Permission
from apps.rbac.models import AuditEvent, RoleAssignment, RoleLimits
from tests.assistant.factories import InboundTextFactory, TurnFactory
from tests.conftest import Recorded
from tests.rbac.factories import helper, person, role
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> User:
    return person("administrator", email="ada@example.com")


@pytest.fixture
def alice(db: None) -> User:
    return person(email="alice@example.com")


def operator() -> User:
    return User.objects.latest("pk")


def one(found: list[AuditEvent], **facts: Any) -> AuditEvent:
    (event,) = found
    assert event.outcome == "denied"
    for name, value in facts.items():
        assert getattr(event, name) == value, name
    return event


def act(client: Client, page: str, action: str, *pks: int) -> Any:
    form = {"action": action, "_selected_action": pks, "confirm": "yes"}
    return client.post(page, {**form, "reason": "Because of that"})


def test_a_role_that_is_not_given(
    ada: User, as_ada: Client, recorded: Recorded
) -> None:
    form = {"user": ada.pk, "role": role("premium").pk, "reason": "for me"}
    as_ada.post("/admin/rbac/roleassignment/add/", form)
    event = one(
        recorded(Permission.ROLE_GRANT),
        actor_id=ada.pk,
        subject_id=ada.pk,
        obj_type="rbac.roleassignment",
        reason="forbidden",
    )
    ((_, opened),) = ledger.opened([event])
    assert opened.details["private"] == {"refusal": "Nobody changes their own roles."}


def test_a_role_that_is_not_given_to_somebody(
    ada: User, alice: User, recorded: Recorded
) -> None:
    client = helper(ada, Permission.ROLE_GRANT, Permission.ROLE_HOLDERS_VIEW)
    form = {"user": alice.pk, "role": role("administrator").pk, "reason": "a friend"}
    client.post("/admin/rbac/roleassignment/add/", form)
    one(
        recorded(Permission.ROLE_GRANT),
        actor_id=operator().pk,
        subject_id=alice.pk,
        reason="forbidden",
    )


def test_a_role_that_is_not_taken_back(
    ada: User, as_ada: Client, recorded: Recorded
) -> None:
    held = RoleAssignment.objects.get(user=ada)
    act(as_ada, "/admin/rbac/roleassignment/", "take_back", held.pk)
    found = recorded(Permission.ROLE_REVOKE)
    one(
        found,
        actor_id=ada.pk,
        subject_id=ada.pk,
        obj_type="rbac.roleassignment",
        obj_id=str(held.pk),
        reason="forbidden",
    )


def test_limits_that_are_not_changed(
    ada: User, as_ada: Client, recorded: Recorded
) -> None:
    row = RoleLimits.objects.get(role__slug="administrator")
    form = {name: getattr(row, name) for name in limits.FIELDS} | {"texts": 9}
    page = f"/admin/rbac/rolelimits/{row.pk}/change/"
    as_ada.post(page, form | {"version": limits.version(row)})
    one(
        recorded(Permission.LIMITS_CHANGE),
        actor_id=ada.pk,
        obj_type="rbac.rolelimits",
        obj_id=str(row.pk),
        reason="forbidden",
    )


def test_a_role_that_is_not_changed(ada: User, recorded: Recorded) -> None:
    client = helper(ada, Permission.ROLE_CHANGE, Permission.ROLE_VIEW)
    mine = role("helper")
    form = {"version": roles.version(mine), "permissions": []}
    client.post(f"/admin/rbac/role/{mine.pk}/change/", form)
    one(recorded(Permission.ROLE_CHANGE), obj_id=str(mine.pk), reason="forbidden")


def test_somebody_out_of_reach(
    ada: User, as_ada: Client, alice: User, recorded: Recorded
) -> None:
    client = helper(ada, Permission.PERSON_VIEW, Permission.PERSON_SUSPEND)
    act(client, "/admin/accounts/user/", "suspend", ada.pk, alice.pk)
    found = recorded(Permission.PERSON_SUSPEND)
    assert [event.subject_id for event in found] == [alice.pk, ada.pk]
    timeline = signed_in(ada).get("/app/activity/").content.decode()
    assert "Somebody from Switchboard tried to suspend or restore" in timeline
    one(
        found[1:],
        actor_id=operator().pk,
        subject_id=ada.pk,
        obj_id=str(ada.public_id),
        reason="forbidden",
    )


def test_what_is_over_already_is_a_conflict(
    as_ada: Client, alice: User, recorded: Recorded
) -> None:
    act(as_ada, "/admin/accounts/user/", "restore", alice.pk)
    one(recorded(Permission.PERSON_SUSPEND), subject_id=alice.pk, reason="conflict")


def test_an_action_that_is_not_offered(
    ada: User, alice: User, recorded: Recorded
) -> None:
    bob = person(email="bob@example.com")
    client = helper(ada, Permission.PERSON_VIEW)
    page = "/admin/accounts/user/"
    assert act(client, page, "suspend", alice.pk, bob.pk).status_code == 403
    found = recorded(Permission.PERSON_SUSPEND)
    assert {event.subject_id for event in found} == {alice.pk, bob.pk}
    for event in found:
        one([event], actor_id=operator().pk, reason="not_granted")
        assert event.obj_type == "accounts.user" and event.obj_id
    # With nothing chosen as well; and what is no action of the page stays one.
    assert act(client, page, "suspend").status_code == 403
    assert len(recorded(Permission.PERSON_SUSPEND)) == 3
    assert act(client, page, "nonsense", alice.pk).status_code in {200, 302}
    assert len(recorded(Permission.PERSON_SUSPEND)) == 3


@pytest.mark.parametrize(
    ("page", "kept"),
    [
        ("/admin/accounts/user/{0}/change/", "accounts.user.view"),
        ("/admin/accounts/user/{0}/history/", "accounts.user.view"),
        ("/admin/accounts/user/{0}/stand-in/", "accounts.user.view"),
        ("/admin/accounts/user/{0}/why/", "accounts.user.view"),
    ],
)
def test_a_page_of_somebody_names_them(
    ada: User, alice: User, recorded: Recorded, page: str, kept: str
) -> None:
    client = helper(ada)
    assert client.get(page.format(alice.pk)).status_code == 403
    one(
        recorded(kept),
        actor_id=operator().pk,
        subject_id=alice.pk,
        obj_type="accounts.user",
        obj_id=str(alice.public_id),
    )
    # A row that there is not tells nothing else.
    assert client.get(page.format(alice.pk + 9_999)).status_code == 403
    assert len(recorded(kept)) == 2


def test_words_are_not_revealed_to_who_may_not_look(
    ada: User, alice: User, recorded: Recorded
) -> None:
    text = InboundTextFactory.create(turn=TurnFactory.create(user=alice))
    client = helper(ada, Permission.INBOUND_REVEAL)
    for verb in (client.get, client.post):
        assert verb(f"/admin/sms/inboundtext/{text.pk}/reveal/").status_code == 403
    for event in recorded("sms.inboundtext.view"):
        one([event], obj_id=str(text.pk), subject_id=text.user_id)
    assert len(recorded("sms.inboundtext.view")) == 2
