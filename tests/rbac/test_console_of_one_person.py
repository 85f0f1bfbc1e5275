"""The page of a person leads to all there is of them, and to what can be done."""

import csv
import io
import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.models import User
from apps.jobs.models import Job
from apps.rbac.catalog import Permission
from apps.rbac.console import belongings
from apps.rbac.models import RoleAssignment
from tests.assistant.factories import InboundTextFactory, TurnFactory
from tests.conftest import Recorded
from tests.factories import PhoneNumberFactory, UserFactory
from tests.rbac.factories import fresh, helper, person, role

pytestmark = pytest.mark.django_db
MOST_QUERIES = 9
REASON = "They wrote to us about it"


@pytest.fixture
def ada() -> User:
    return person("administrator", email="ada@example.com")


@pytest.fixture
def alice() -> User:
    return UserFactory.create(email="alice@example.com", name="Alice Archer")


def page_of(user: User) -> str:
    return f"/admin/accounts/user/{user.pk}/change/"


def test_what_there_is_of_them_is_counted_and_leads_there(
    as_ada: Client, alice: User
) -> None:
    number = PhoneNumberFactory.create(user=alice, e164="+12025550101")
    turn = TurnFactory.create(user=alice)
    for _ in range(3):
        InboundTextFactory.create(turn=turn)
    InboundTextFactory.create(turn=TurnFactory.create(user=UserFactory.create()))
    page = as_ada.get(page_of(alice)).content.decode()
    listed = f"/admin/sms/inboundtext/?whose={alice.pk}"
    assert f'<a href="{listed}">Inbound texts</a> <span>3</span>' in page
    assert f'href="/admin/sms/phonenumber/{number.pk}/change/"' in page
    assert "<span>0</span>" in page
    found = as_ada.get(listed)
    assert found.context["cl"].result_count == 3
    assert f"person {alice.pk}" in found.content.decode()


@pytest.mark.parametrize("whose", ["", "x", "-1", "9" * 30, "1\0"])
def test_nobody_has_a_list_of_their_own(as_ada: Client, whose: str) -> None:
    answer = as_ada.get("/admin/sms/inboundtext/", {"whose": whose})
    assert answer.status_code == (200 if whose == "" else 400)


def test_only_what_the_operator_may_look_at(ada: User, alice: User) -> None:
    client = helper(ada, Permission.PERSON_VIEW, Permission.NUMBER_VIEW)
    page = client.get(page_of(alice)).content.decode()
    assert "/admin/sms/phonenumber/?whose=" in page
    for closed in ("inboundtext", "Give a role", "Suspend", "Export", "Who looked"):
        assert closed not in page


def test_it_asks_no_more_of_whoever_has_much(as_ada: Client, alice: User) -> None:
    as_ada.get(page_of(alice))

    def questions() -> list[str]:
        with CaptureQueriesContext(connection) as asked:
            assert as_ada.get(page_of(alice)).status_code == 200
        return [each["sql"] for each in asked]

    before = len(questions())
    for number in range(8):
        PhoneNumberFactory.create(
            user=alice, e164=f"+1202555020{number}", is_primary=False
        )
        InboundTextFactory.create(turn=TurnFactory.create(user=alice))
    found = questions()
    assert len(found) <= before + 1, (before, found)
    page = as_ada.get(page_of(alice)).content.decode()
    links = re.findall(r"/admin/sms/phonenumber/\d+/change/", page)
    assert len(links) == belongings.MOST_ROWS


def test_what_makes_sense_is_offered_and_done_from_the_page(
    as_ada: Client, alice: User, recorded: Recorded
) -> None:
    page = as_ada.get(page_of(alice)).content.decode()
    assert 'value="suspend"' in page and 'value="restore"' not in page
    form = {
        "_selected_action": alice.pk,
        "confirm": "yes",
        "from": "row",
        "reason": REASON,
    }
    listed = "/admin/accounts/user/"
    answer = as_ada.post(listed, {**form, "action": "suspend"})
    assert answer.headers["Location"] == page_of(alice)
    assert not fresh(alice).is_active
    (event,) = recorded("accounts.user.suspend")
    assert event.subject_id == alice.pk
    page = as_ada.get(page_of(alice)).content.decode()
    assert 'value="restore"' in page and 'value="suspend"' not in page
    assert f"You suspended a•••@example.com, {alice.pk}." in page


def test_without_a_reason_it_is_asked_for_and_nothing_is_done(
    as_ada: Client, alice: User
) -> None:
    form = {"_selected_action": alice.pk, "confirm": "yes", "from": "row"}
    answer = as_ada.post("/admin/accounts/user/", {**form, "action": "suspend"})
    page = answer.content.decode()
    assert answer.status_code == 200 and "errorlist" in page
    assert f'href="{page_of(alice)}">Cancel' in page
    assert '<input type="hidden" name="from" value="row">' in page
    assert fresh(alice).is_active


def test_what_was_not_offered_is_refused(
    ada: User, alice: User, recorded: Recorded
) -> None:
    client = helper(ada, Permission.PERSON_VIEW)
    form = {
        "_selected_action": alice.pk,
        "confirm": "yes",
        "from": "row",
        "reason": REASON,
    }
    answer = client.post("/admin/accounts/user/", {**form, "action": "suspend"})
    assert answer.status_code == 403 and fresh(alice).is_active
    (event,) = recorded("accounts.user.suspend")
    assert event.outcome == "denied"


def test_a_role_is_offered_for_a_week(ada: User, as_ada: Client, alice: User) -> None:
    premium = role("premium")
    grant = f"/admin/rbac/roleassignment/add/?user={alice.pk}&amp;days=7"
    assert grant in as_ada.get(page_of(alice)).content.decode()
    form = as_ada.get(grant.replace("&amp;", "&")).context["adminform"].form
    ends = form.initial["expires_at"]
    assert abs(ends - timezone.now() - timedelta(days=7)) < timedelta(minutes=1)
    said = {
        "user": alice.pk,
        "role": premium.pk,
        "reason": REASON,
        # As it stands there, in her own time zone.
        "expires_at_0": f"{ends.astimezone(ada.zone):%Y-%m-%d}",
        "expires_at_1": f"{ends.astimezone(ada.zone):%H:%M:%S}",
    }
    as_ada.post("/admin/rbac/roleassignment/add/", said)
    held = RoleAssignment.objects.get(user=alice, role=premium)
    assert held.expires_at and abs(held.expires_at - ends) < timedelta(seconds=2)


@pytest.mark.parametrize("days", ["0", "-3", "367", "x", "9" * 30, "١"])
def test_no_other_number_of_days_is_filled_in(as_ada: Client, days: str) -> None:
    answer = as_ada.get("/admin/rbac/roleassignment/add/", {"days": days})
    assert "expires_at" not in answer.context["adminform"].form.initial


def test_who_looked_at_their_conversation(ada: User, as_ada: Client) -> None:
    alice, bob = person(email="alice@example.com"), person(email="bob@example.com")
    mine = InboundTextFactory.create(turn=TurnFactory.create(user=alice))
    other = InboundTextFactory.create(turn=TurnFactory.create(user=bob))
    for text in (mine, other):
        as_ada.get(f"/admin/sms/inboundtext/{text.pk}/change/")
        as_ada.post(f"/admin/sms/inboundtext/{text.pk}/reveal/", {"reason": REASON})
    as_ada.get(page_of(alice))
    listed = f"/admin/rbac/auditevent/?subject={alice.pk}&looks=on"
    assert listed.replace("&", "&amp;") in as_ada.get(page_of(alice)).content.decode()
    shown = as_ada.get(listed).context["cl"].result_list
    assert {(event.actor_id, event.obj_type, event.action) for event in shown} == {
        (ada.pk, "sms.inboundtext", "accounts.user.view_pii"),
        (ada.pk, "sms.inboundtext", "sms.inboundtext.reveal"),
    }
    way = listed.replace("auditevent/?", "auditevent/export/ndjson/?")
    assert as_ada.get(way).getvalue().count(b"\n") == 2
    # Words that stayed hidden were not read.
    read = as_ada.get(f"{listed[:-2]}read")
    (event,) = read.context["cl"].result_list
    assert event.action == "sms.inboundtext.reveal"
    page = as_ada.get(listed).content.decode()
    assert page.count(">words read<") == 1 and page.count(">opened<") == 1


def test_the_file_names_who_looked_as_the_list_does(ada: User, as_ada: Client) -> None:
    alice = person(email="alice@example.com")
    text = InboundTextFactory.create(turn=TurnFactory.create(user=alice))
    as_ada.get(f"/admin/sms/inboundtext/{text.pk}/change/")
    as_ada.post(f"/admin/sms/inboundtext/{text.pk}/reveal/", {"reason": REASON})
    way = f"/admin/rbac/auditevent/export/csv/?subject={alice.pk}&looks=on"
    sent = as_ada.get(way).getvalue().decode()
    rows = list(csv.DictReader(io.StringIO(sent, newline="")))
    assert [(row["actor"], row["subject"], row["look"]) for row in rows] == [
        (f"a•••@example.com, {ada.pk}", f"a•••@example.com, {alice.pk}", "words read"),
        (f"a•••@example.com, {ada.pk}", f"a•••@example.com, {alice.pk}", "opened"),
    ]
    assert "ada@example.com" not in sent
    User.objects.filter(pk=alice.pk).delete()
    sent = as_ada.get(way).getvalue().decode()
    assert f'"{alice.pk}, gone"' in sent


CLOSE = {"action": "close", "confirm": "yes", "from": "row", "reason": REASON}


@pytest.mark.parametrize("typed", ["", "bob@example.com", "0"])
def test_another_name_closes_no_account(
    as_ada: Client, alice: User, typed: str, recorded: Recorded
) -> None:
    form = {**CLOSE, "_selected_action": alice.pk, "typed": typed}
    said = as_ada.post("/admin/accounts/user/", form).content.decode()
    assert "so nothing was done." in said and fresh(alice).is_active
    # What was said stays, and the address is not told where it stands masked.
    assert f'value="{REASON}"' in said and "alice@example.com" not in said
    assert not recorded("accounts.user.close")


@pytest.mark.parametrize("typed", ["alice@example.com", " Alice@Example.com "])
def test_an_account_is_closed_by_its_name(
    as_ada: Client, alice: User, typed: str
) -> None:
    page = as_ada.get(page_of(alice)).content.decode()
    assert "Type the e-mail address of the account" in page
    form = {**CLOSE, "_selected_action": alice.pk, "typed": typed}
    as_ada.post("/admin/accounts/user/", form)
    assert not fresh(alice).is_active and fresh(alice).closed_at


def test_who_sees_masks_types_the_number(ada: User, alice: User) -> None:
    client = helper(ada, Permission.PERSON_VIEW, Permission.PERSON_CLOSE)
    assert (
        "Type the number of the account" in client.get(page_of(alice)).content.decode()
    )
    form = {**CLOSE, "_selected_action": alice.pk}
    # Not told whether it would have been the right one.
    said = client.post("/admin/accounts/user/", {**form, "typed": alice.email})
    assert b"so nothing was done." in said.content and fresh(alice).is_active
    client.post("/admin/accounts/user/", {**form, "typed": str(alice.pk)})
    assert not fresh(alice).is_active


def test_of_several_it_is_typed_how_many(as_ada: Client, alice: User) -> None:
    bob = UserFactory.create()
    form = {**CLOSE, "_selected_action": [alice.pk, bob.pk]}
    listed = "/admin/accounts/user/"
    said = as_ada.post(listed, {**form, "typed": alice.email}).content.decode()
    assert "Type “2 people”" in said and fresh(alice).is_active and fresh(bob).is_active
    done = as_ada.post(listed, {**form, "typed": "2 people"}, follow=True)
    assert "You closed the account of 2 people." in done.content.decode()
    assert not fresh(alice).is_active and not fresh(bob).is_active


def test_what_takes_something_is_told_apart_and_stands_last(
    as_ada: Client, alice: User
) -> None:
    page = as_ada.get(page_of(alice)).content.decode()
    found = re.findall(
        r'<button class="button( danger)?" name="action" value="(\w+)"', page
    )
    assert found == [
        ("", "end_sign_ins"),
        ("", "send_password_letter"),
        (" danger", "suspend"),
        (" danger", "close"),
    ]
    # On the page of a row nothing is louder than the rest.
    assert 'class="button default"' not in page.partition("<main")[2]


def test_a_reason_that_nobody_is_shown_says_so(as_ada: Client, alice: User) -> None:
    def help_of(job: Job) -> str:
        page = as_ada.get(f"/admin/jobs/job/{job.pk}/change/").content.decode()
        return page.partition('id="offers"')[2]

    def job(**facts: Any) -> Job:
        return Job.objects.create(
            kind="chores.note", queue="default", key=uuid4().hex, **facts
        )

    assert "Kept in the audit, and shown to the person." in help_of(job(asked_by=alice))
    said = help_of(job())
    assert "Kept in the audit." in said and "shown to the person" not in said
