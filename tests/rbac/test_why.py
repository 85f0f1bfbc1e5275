"""Operators read on somebody's page why they may do something, or may not."""

import html
import re

import pytest
from django.contrib.auth.models import Group
from django.contrib.auth.models import Permission as DjangoPermission
from django.test import Client

from apps.accounts.models import User
from apps.rbac import assignments, audit, policy, roles, shares
from apps.rbac.catalog import Permission
from apps.rbac.console.why import words
from apps.rbac.explanation import explain
from apps.rbac.models import AuditEvent, Role
from tests.assistant.factories import ReminderFactory
from tests.rbac.factories import ThingFactory, fresh, person
from tests.rbac.things.models import ThingGroupShare
from tests.rbac.things.resources import VIEW as VIEW_THING
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db
VIEW = Permission.REMINDER_VIEW


@pytest.fixture
def ada() -> User:
    return person("administrator", email="ada@example.com")


@pytest.fixture
def bob() -> User:
    return person(email="bob@example.com")


def asked(client: Client, of: User, **question: str) -> list[str]:
    """The verdict, then each way, as they are read."""
    answer = client.get(f"/admin/accounts/user/{of.pk}/why/", question)
    assert answer.status_code == 200
    page = html.unescape(answer.content.decode())
    found = re.search(r'<h2 id="answer">(.*?)</h2>\s*<ul>(.*?)</ul>', page, re.DOTALL)
    assert found, re.findall(r'class="errorlist.*?</ul>', page)
    return [found[1], *re.findall(r"<li>(.*?)</li>", found[2])]


def test_it_is_a_way_from_the_page_of_a_person(as_ada: Client, alice: User) -> None:
    page = as_ada.get(f"/admin/accounts/user/{alice.pk}/change/").content.decode()
    assert f'href="/admin/accounts/user/{alice.pk}/why/"' in page
    asks = as_ada.get(f"/admin/accounts/user/{alice.pk}/why/")
    assert asks.status_code == 200 and b'id="answer"' not in asks.content


def test_a_role_is_told_with_how_they_come_by_it(ada: User, as_ada: Client) -> None:
    above = [Role.objects.get(slug="administrator")]
    roles.create(by=ada, slug="lead", name="Lead", permissions=[], inherits=above)
    lead = person("lead")
    assert asked(as_ada, lead, action=Permission.CONSOLE_ENTER) == [
        "Yes, they may.",
        "By their roles: lead, which inherits administrator.",
    ]


def test_a_refusal_says_what_would_change_it(as_ada: Client, alice: User) -> None:
    assert asked(as_ada, alice, action=Permission.CONSOLE_ENTER) == [
        "No. Roles that would bring it: administrator.",
        "None of their roles has it: user.",
    ]
    assert not policy.can(fresh(alice), Permission.CONSOLE_ENTER)


def test_of_a_row_it_is_told_whose_it_is(
    as_ada: Client, alice: User, bob: User
) -> None:
    reminder = ReminderFactory.create(user=alice)
    for key in (reminder.pk, reminder.public_id):
        question = {"action": VIEW, "kind": "assistant.reminder", "row": str(key)}
        assert asked(as_ada, alice, **question)[:2] == [
            "Yes, they may.",
            "It is their own, and its owner may.",
        ]
        assert asked(as_ada, bob, **question) == [
            "No. Roles that would bring it: administrator.",
            "It is not their own, or is nothing its owner may do.",
            "None of their roles has it: user.",
            "Nobody has shared it with them for this.",
        ]


def test_a_role_that_ended_is_none(ada: User, as_ada: Client, alice: User) -> None:
    role = Role.objects.get(slug="administrator")
    assignments.grant(by=ada, user=alice, role=role, reason="For a day")
    assert asked(as_ada, alice, action=Permission.CONSOLE_ENTER)[0] == "Yes, they may."
    assignments.revoke(by=ada, user=alice, role=role, reason="Day is over")
    assert asked(as_ada, alice, action=Permission.CONSOLE_ENTER)[0].startswith("No.")


def test_the_question_is_recorded_and_the_person_is_told(
    ada: User, as_ada: Client, alice: User
) -> None:
    asked(as_ada, alice, action=Permission.CONSOLE_ENTER)
    found = AuditEvent.objects.filter(
        action=Permission.ROLE_HOLDERS_VIEW, subject_id=alice.pk
    )
    assert [(e.actor_id, e.outcome) for e in found] == [(ada.pk, "allowed")]


def test_a_recorded_decision_leads_to_the_question(
    as_ada: Client, alice: User, bob: User
) -> None:
    reminder = ReminderFactory.create(user=alice)
    audit.decided(VIEW, allowed=False, actor=bob, subject=alice, obj=reminder)
    event = AuditEvent.objects.get(action=VIEW, actor_id=bob.pk)
    page = as_ada.get(f"/admin/rbac/auditevent/{event.pk}/change/").content.decode()
    found = re.search(r'<a href="([^"]+/why/[^"]+)">Why</a>', page)
    assert found
    answer = as_ada.get(html.unescape(found[1])).content.decode()
    assert "No. Roles that would bring it: administrator." in answer


def test_only_who_may_see_holders_of_roles_asks(ada: User, alice: User) -> None:
    may = [Permission.CONSOLE_ENTER, Permission.PERSON_VIEW]
    roles.create(by=ada, slug="clerk", name="Clerk", permissions=may)
    clerk = person("clerk")
    client = signed_in(clerk)
    page = client.get(f"/admin/accounts/user/{alice.pk}/change/")
    assert page.status_code == 200 and b"/why/" not in page.content
    assert client.get(f"/admin/accounts/user/{alice.pk}/why/").status_code == 403
    refused = AuditEvent.objects.filter(
        actor_id=clerk.pk, action=Permission.ROLE_HOLDERS_VIEW, outcome="denied"
    )
    assert refused.count() == 1


def test_rows_that_the_operator_may_not_see_cannot_be_asked_about(
    ada: User, alice: User
) -> None:
    may = [
        Permission.CONSOLE_ENTER,
        Permission.PERSON_VIEW,
        Permission.ROLE_HOLDERS_VIEW,
    ]
    roles.create(by=ada, slug="clerk", name="Clerk", permissions=may)
    reminder = ReminderFactory.create(user=alice)
    answer = signed_in(person("clerk")).get(
        f"/admin/accounts/user/{alice.pk}/why/",
        {"action": VIEW, "kind": "assistant.reminder", "row": str(reminder.pk)},
    )
    assert answer.status_code == 200
    assert b'id="answer"' not in answer.content
    assert b"assistant.reminder is not one of" in answer.content


@pytest.mark.parametrize(
    "question",
    [
        {"action": "accounts.user.nonsense"},
        {"action": VIEW, "kind": "assistant.reminder"},
        {"action": VIEW, "row": "1"},
        {"action": VIEW, "kind": "auth.permission", "row": "1"},
        *(
            {"action": VIEW, "kind": "assistant.reminder", "row": row}
            for row in ("9" * 60, "-1", "\0", "no id", "１２", "1e3")
        ),
    ],
    ids=str,
)
def test_a_bad_question_is_asked_again(
    as_ada: Client, alice: User, question: dict[str, str]
) -> None:
    answer = as_ada.get(f"/admin/accounts/user/{alice.pk}/why/", question)
    assert answer.status_code == 200
    assert b"errorlist" in answer.content and b'id="answer"' not in answer.content


def test_what_is_shared_is_told_with_how(alice: User, bob: User) -> None:
    thing = ThingFactory.create(user=alice)
    shares.share(by=alice, obj=thing, user=bob, level="view")
    assert words(explain(bob, VIEW_THING, thing))[-1] == (
        "It is shared with them, in person."
    )
    group = Group.objects.get(role__slug="user")
    for permission in DjangoPermission.objects.filter(codename="view_thing"):
        ThingGroupShare.objects.create(
            content_object=thing, group=group, permission=permission
        )
    assert words(explain(bob, VIEW_THING, thing))[-1] == (
        "It is shared with them, in person and with a role of theirs."
    )
