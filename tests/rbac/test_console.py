"""The frame of the operators' console: who gets in, what is hidden, what asks first."""

import re
from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.contrib import admin
from django.core import checks
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.core import heartbeats
from apps.core.kinds import Queue
from apps.rbac import ledger, limits, roles
from apps.rbac.catalog import Permission
from apps.rbac.console import masks, panel
from apps.rbac.console.lists import MOST_COUNTED
from apps.rbac.console.pages import BoundedPaginator
from apps.rbac.console.panel import Notice, Tile, Watch
from apps.rbac.console.tasks import TASKS
from apps.rbac.models import Role, RoleAssignment, RoleLimits
from apps.sms import outbox
from apps.sms.models import Charge, InboundText, Lane, OptOut, OutboundText
from tests.analytics.rows import drained
from tests.assistant.factories import InboundTextFactory, ReminderFactory, TurnFactory
from tests.conftest import Recorded
from tests.factories import PhoneNumberFactory
from tests.rbac.factories import fresh, helper, person, role
from tests.sign_in import prove_twice, signed_in

pytestmark = pytest.mark.django_db
ENTER = Permission.CONSOLE_ENTER


@pytest.fixture
def ada() -> User:
    return person("administrator", email="ada@example.com")


def test_the_front_page_is_ordered_by_what_operators_come_for(as_ada: Client) -> None:
    heartbeats.beat(*map(heartbeats.worker_of, Queue))
    page = as_ada.get("/admin/").content.decode()
    found = re.findall(r'id="name-\w+">(\w+)<', page)
    assert found == [*TASKS]
    assert "Nothing does." in page


def test_an_operator_sees_only_what_their_role_shows(ada: User) -> None:
    client = helper(ada, Permission.LANE_VIEW)
    page = client.get("/admin/").content.decode()
    assert "Lanes" in page
    assert "Inbound texts" not in page and "Texts in, today" not in page
    assert client.get("/admin/sms/lane/").status_code == 200
    assert client.get("/admin/sms/inboundtext/").status_code == 403


@pytest.mark.parametrize(
    ("verb", "address", "asked"),
    [
        ("get", "/admin/sms/inboundtext/", "sms.inboundtext.view"),
        ("get", "/admin/accounts/user/{}/change/", "accounts.user.view"),
        ("post", "/admin/accounts/user/{}/change/", "accounts.user.change"),
        ("get", "/admin/accounts/user/{}/history/", "accounts.user.view"),
        ("post", "/admin/accounts/user/{}/delete/", "accounts.user.delete"),
        ("get", "/admin/rbac/roleassignment/add/", "rbac.roleassignment.add"),
        (
            "get",
            "/admin/autocomplete/?app_label=rbac&model_name=roleassignment"
            "&field_name=user&term=a",
            "accounts.user.view",
        ),
        (
            "get",
            "/admin/django_celery_beat/periodictask/",
            "django_celery_beat.periodictask.view",
        ),
    ],
)
def test_a_refusal_is_recorded_with_what_was_asked_for(
    ada: User, verb: str, address: str, asked: str, recorded: Recorded
) -> None:
    client = helper(ada, Permission.LANE_VIEW)
    answer = getattr(client, verb)(address.format(ada.pk))
    assert answer.status_code == 403
    (event,) = recorded(asked)
    assert (event.outcome, event.reason) == ("denied", "not_granted")
    assert event.actor_id == User.objects.latest("pk").pk


def test_entering_is_recorded_once_an_hour_and_each_refusal(
    ada: User, as_ada: Client, recorded: Recorded
) -> None:
    def entered() -> int:
        return len([e for e in recorded(ENTER) if e.outcome == "allowed"])

    for _ in range(3):
        as_ada.get("/admin/panel/?v=x")
    assert entered() == 1
    start = timezone.now()
    with time_machine.travel(start + timedelta(minutes=40), tick=False):
        as_ada.get("/admin/")
    assert entered() == 1
    with time_machine.travel(start + timedelta(minutes=61), tick=False):
        prove_twice(as_ada)
        as_ada.get("/admin/")
        as_ada.get("/admin/")
    assert entered() == 2
    signed_in(ada).get("/admin/")
    assert entered() == 3
    stranger = signed_in(person())
    for _ in range(2):
        assert stranger.get("/admin/").status_code == 403
    assert len(recorded(ENTER)) == 5


def test_there_is_one_sign_in(db: None) -> None:
    answer = Client().get("/admin/login/")
    assert answer["Location"].startswith("/accounts/login/?next=")


def test_what_needs_attention_is_on_the_front_page(as_ada: Client) -> None:
    text = InboundTextFactory.create(turn=TurnFactory.create(user=person()))
    long_ago = timezone.now() - timedelta(minutes=5)
    Lane.objects.filter(pk=text.lane_id).update(due_at=long_ago)
    page = as_ada.get("/admin/").content.decode()
    assert "1 conversation waits for an answer." in page
    waiting = as_ada.get("/admin/sms/lane/?waiting=long").content.decode()
    assert "1 lane" in waiting


def test_the_front_page_asks_again_only_for_news(as_ada: Client) -> None:
    page = as_ada.get("/admin/").content.decode()
    found = re.search(r"/admin/panel/\?v=(\w+)", page)
    assert found
    assert as_ada.get(f"/admin/panel/?v={found[1]}").status_code == 204
    text = InboundTextFactory.create(turn=TurnFactory.create(user=person()))
    Charge.objects.create(
        cause=f"in:{text.pk}",
        what="in",
        pot="answers",
        inbound=text,
        segments=1,
        state="spent",
        micros=7_500,
        at=timezone.now(),
        expires_at=timezone.now(),
    )
    drained()
    news = as_ada.get(f"/admin/panel/?v={found[1]}")
    assert news.status_code == 200 and b"<strong>1</strong>" in news.content


def test_a_part_that_fails_leaves_the_rest_standing(
    ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> list[Notice]:
        return [Notice(str(Role.objects.extra(where=["no such column"]).count()))]

    shelf = {
        "TILES": (
            Tile("Bad", lambda: 1 / 0, lambda: "/", Permission.LANE_VIEW),
            Tile("Good", Role.objects.count, lambda: "/", Permission.LANE_VIEW),
        ),
        "ATTENTION": (Watch(broken, Permission.LANE_VIEW),),
    }
    monkeypatch.setattr(panel, "_gathered", shelf.get)
    found = panel.read(ada)
    assert [figure.value for figure in found.figures] == ["?", "3"]
    assert found.notices == [Notice("Could not look at: broken.", tone="bad")]


@pytest.mark.parametrize(
    ("value", "masked"),
    [
        ("alice@example.com", "a•••@example.com"),
        ("web", "web"),
        ("+12025550101", "+1••••••••01"),
        ("Alice Archer", "A•••"),
        ("", ""),
    ],
)
def test_masks(value: str, masked: str) -> None:
    assert masks.mask(value) == masked


def test_addresses_are_masked_without_the_permission(
    ada: User, recorded: Recorded
) -> None:
    number = PhoneNumberFactory.create(user=person(email="alice@example.com"))
    client = helper(ada, Permission.NUMBER_VIEW, Permission.PERSON_VIEW)
    for page in (
        "/admin/sms/phonenumber/",
        f"/admin/sms/phonenumber/{number.pk}/change/",
        "/admin/accounts/user/",
    ):
        shown = client.get(page).content.decode()
        assert "alice@example.com" not in shown and number.e164 not in shown, page
        assert "a•••@example.com" in shown, page
    full = signed_in(ada).get(f"/admin/sms/phonenumber/{number.pk}/change/")
    assert number.e164 in full.content.decode()
    looked = recorded("accounts.user.view_pii")
    assert [(e.actor_id, e.subject_id) for e in looked] == [(ada.pk, number.user_id)]


def test_a_masked_address_is_found_by_the_whole_of_it_alone(ada: User) -> None:
    alice = person(email="alice@example.com", name="Alice Archer")
    number = PhoneNumberFactory.create(user=alice, label="Archive")
    may = [Permission.PERSON_VIEW, Permission.NUMBER_VIEW, Permission.ROLE_GRANT]
    client = helper(ada, *may)
    choices = "/admin/autocomplete/?app_label=rbac&model_name=roleassignment"
    people, phones = "/admin/accounts/user/?q=", "/admin/sms/phonenumber/?q="
    terms = f"{choices}&field_name=user&term="
    mask = "a•••@example.com"
    for begins, part in ((people, "alic"), (people, "Alice"), (terms, "alic")):
        shown = client.get(begins + part).content.decode().replace(r"\u2022", "•")
        assert mask not in shown, part
        shown = signed_in(ada).get(begins + part).content.decode()
        assert mask in shown.replace(r"\u2022", "•"), part
    for part in ("Arch", "alic"):
        assert "Nothing fits" in client.get(phones + part).content.decode()
    for whole in ("ALICE@example.com", '"Alice Archer"', str(alice.public_id)):
        shown = client.get(people + whole).content.decode()
        assert mask in shown and "The whole of" in shown
    found = client.get(phones + number.e164.replace("+", "%2B")).content.decode()
    assert "1 phone number" in found
    # Nor by where it stands among others.
    Lane.objects.create(key=f"n:{number.e164}")
    lanes = signed_in(ada).get("/admin/sms/lane/").content.decode()
    assert "column-masked_key" in lanes
    assert "sortable column-masked_key" not in lanes
    assert "sortable column-masked_email" not in client.get(people).content.decode()


def test_who_may_not_see_people_gives_roles_by_number(ada: User) -> None:
    alice = person(email="alice@example.com")
    client = helper(ada, Permission.ROLE_GRANT)
    page = "/admin/rbac/roleassignment/add/"
    for answer in (
        client.get(f"{page}?user={alice.pk}"),
        client.post(page, {"user": alice.pk, "reason": ""}),
    ):
        shown = answer.content.decode()
        assert f"person {alice.pk}" in shown and "•••" not in shown


def test_people_are_told_of_looks_at_masked_pages_too(
    ada: User, recorded: Recorded
) -> None:
    alice = person(email="alice@example.com")
    number = PhoneNumberFactory.create(user=alice)
    client = helper(ada, Permission.PERSON_VIEW, Permission.NUMBER_VIEW)
    client.get(f"/admin/accounts/user/{alice.pk}/change/")
    client.get(f"/admin/sms/phonenumber/{number.pk}/change/")
    for action in ("accounts.user.view", "sms.phonenumber.view"):
        (looked,) = recorded(action)
        assert looked.subject_id == alice.pk
    timeline = signed_in(alice).get("/app/activity/").content.decode()
    assert "Somebody from Switchboard looked at your page in the console" in timeline
    assert "Somebody from Switchboard looked at your phone number" in timeline


def test_a_number_alone_is_that_of_whoever_has_it(
    ada: User, as_ada: Client, recorded: Recorded
) -> None:
    number = PhoneNumberFactory.create(user=person(email="alice@example.com"))
    out = OptOut.objects.create(
        our_number="+12025550100", number=number.e164, is_out=True, source="text"
    )
    page = as_ada.get(f"/admin/sms/optout/{out.pk}/change/").content.decode()
    assert number.e164 in page
    (looked,) = recorded("accounts.user.view_pii")
    assert (looked.actor_id, looked.subject_id) == (ada.pk, number.user_id)


def test_no_list_shows_an_address_to_anybody(
    as_ada: Client, recorded: Recorded
) -> None:
    alice = person("premium", email="alice@example.com", name="Alice Archer")
    number = PhoneNumberFactory.create(user=alice)
    text = InboundTextFactory.create(
        turn=TurnFactory.create(user=alice, number=number.e164),
        user=alice,
        number=number.e164,
    )
    ReminderFactory.create(user=alice)
    choices = "app_label=rbac&model_name=roleassignment&field_name=user"
    for address in (
        # A whole address or its beginning still finds them.
        "/admin/accounts/user/?q=alice@example.com",
        "/admin/accounts/user/?q=ali",
        f"/admin/sms/phonenumber/?q=%2B{number.e164[1:]}",
        "/admin/sms/inboundtext/?q=alice",
        "/admin/assistant/reminder/?q=alice",
        "/admin/rbac/roleassignment/?q=alice",
        f"/admin/rbac/auditevent/?subject={alice.pk}",
        f"/admin/autocomplete/?{choices}&term=alice",
        f"/admin/accounts/user/{alice.pk}/stand-in/",
        f"/admin/sms/inboundtext/{text.pk}/reveal/",
        f"/admin/rbac/roleassignment/add/?user={alice.pk}",
    ):
        shown = as_ada.get(address).content.decode().replace(r"\u2022", "•")
        # What was searched for stands in its box again.
        shown = shown.replace('value="alice@example.com"', "")
        shown = shown.replace(f'value="{number.e164}"', "")
        for words in ("alice@example.com", "Alice Archer", number.e164):
            assert words not in shown, (address, words)
        assert "a•••@" in shown or str(text.pk) in shown, address
    asked = act(as_ada, "/admin/accounts/user/", "suspend", alice.pk)
    assert f"a•••@example.com, {alice.pk}" in asked
    assert recorded("accounts.user.view_pii") == []


def test_whom_a_row_is_about_is_told_who_read_their_address_there(
    ada: User, as_ada: Client, recorded: Recorded
) -> None:
    alice = person(email="alice@example.com")
    reminder = ReminderFactory.create(user=alice)
    page = f"/admin/assistant/reminder/{reminder.pk}/change/"
    assert "alice@example.com" in as_ada.get(page).content.decode()
    (looked,) = recorded("accounts.user.view_pii")
    assert (looked.actor_id, looked.subject_id) == (ada.pk, alice.pk)


def test_words_are_shown_once_for_a_reason_and_the_person_is_told(
    ada: User, as_ada: Client, recorded: Recorded
) -> None:
    alice = person()
    text = InboundTextFactory.create(
        turn=TurnFactory.create(user=alice), user=alice, body="my secret plan"
    )
    page = f"/admin/sms/inboundtext/{text.pk}/change/"
    reveal = f"/admin/sms/inboundtext/{text.pk}/reveal/"
    shown = as_ada.get(page).content.decode()
    assert "my secret plan" not in shown and reveal in shown
    # Nor how long it is.
    assert "hidden" in shown and "14" not in shown.split("hidden", 1)[1][:4]
    assert (
        "my secret plan" not in as_ada.get("/admin/sms/inboundtext/").content.decode()
    )
    asked = as_ada.get(reveal)
    assert "my secret plan" not in asked.content.decode()
    assert "no-store" in asked["Cache-Control"]
    for unseen in ("hm", "\u200b" * 6, "\u2063" * 6, "hm" + "\u3164" * 4):
        assert b"my secret plan" not in as_ada.post(reveal, {"reason": unseen}).content
    assert recorded("sms.inboundtext.reveal") == []
    told = as_ada.post(reveal, {"reason": "Ticket 81: reply missing"})
    assert b"my secret plan" in told.content
    (event,) = recorded("sms.inboundtext.reveal")
    assert (event.actor_id, event.subject_id) == (ada.pk, alice.pk)
    timeline = signed_in(alice).get("/app/activity/").content.decode()
    assert "Ticket 81: reply missing" in timeline


def test_without_the_permission_there_is_nothing_to_reveal(
    ada: User, recorded: Recorded
) -> None:
    reminder = ReminderFactory.create(user=person(), text="a private matter")
    client = helper(ada, Permission.REMINDER_VIEW)
    page = f"/admin/assistant/reminder/{reminder.pk}"
    shown = client.get(f"{page}/change/").content.decode()
    assert "a private matter" not in shown and "reveal/" not in shown
    answer = client.post(f"{page}/reveal/", {"reason": "curious about this"})
    assert answer.status_code == 403 and b"private" not in answer.content
    assert [e.outcome for e in recorded("assistant.reminder.reveal")] == ["denied"]
    assert client.get("/admin/assistant/reminder/999999/reveal/").status_code == 404


def act(client: Client, page: str, action: str, *pks: int, **more: str) -> str:
    """Post an action of a change list; the page that answers."""
    form = {"action": action, "_selected_action": list(pks), **more}
    return client.post(page, form, follow=True).content.decode()


def test_suspending_asks_first_and_says_what_follows(
    ada: User, as_ada: Client, recorded: Recorded
) -> None:
    alice = person(email="alice@example.com")
    people = "/admin/accounts/user/"
    asked = act(as_ada, people, "suspend", alice.pk)
    assert "1 person." in asked and "cannot sign in" in asked
    assert fresh(alice).is_active
    # Without a reason it asks again.
    act(as_ada, people, "suspend", alice.pk, confirm="yes", reason="")
    assert fresh(alice).is_active
    said = act(
        as_ada, people, "suspend", alice.pk, confirm="yes", reason="Abuse report"
    )
    assert f"You suspended a•••@example.com, {alice.pk}." in said
    assert not fresh(alice).is_active
    (event,) = recorded("accounts.user.suspend")
    assert (event.actor_id, event.subject_id) == (ada.pk, alice.pk)
    act(as_ada, people, "restore", alice.pk, confirm="yes", reason="It was a mistake")
    assert fresh(alice).is_active


def test_what_an_action_cannot_do_is_said_row_by_row(ada: User, as_ada: Client) -> None:
    bob = person()
    said = act(
        as_ada,
        "/admin/accounts/user/",
        "suspend",
        ada.pk,
        bob.pk,
        confirm="yes",
        reason="Cleaning up",
    )
    assert "Nobody suspends themself." in said
    assert f"You suspended p•••@example.com, {bob.pk}." in said
    assert fresh(ada).is_active and not fresh(bob).is_active


def test_an_action_is_only_there_for_whoever_may(ada: User) -> None:
    client = helper(ada, Permission.PERSON_VIEW)
    alice = person()
    people = "/admin/accounts/user/"
    assert 'value="suspend"' not in client.get(people).content.decode()
    act(client, people, "suspend", alice.pk, confirm="yes", reason="Just because")
    assert fresh(alice).is_active


def test_a_manager_cannot_suspend_an_administrator(ada: User) -> None:
    person("administrator")
    client = helper(ada, Permission.PERSON_VIEW, Permission.PERSON_SUSPEND)
    said = act(
        client,
        "/admin/accounts/user/",
        "suspend",
        ada.pk,
        confirm="yes",
        reason="Palace revolt",
    )
    assert "may do more than you" in said
    assert fresh(ada).is_active


def test_premium_for_a_week_from_the_console(
    ada: User, as_ada: Client, recorded: Recorded
) -> None:
    alice = person()
    end = timezone.now() + timedelta(days=7)
    form = {
        "user": alice.pk,
        "role": role("premium").pk,
        "reason": "Thank you for waiting",
        "expires_at_0": end.strftime("%Y-%m-%d"),
        "expires_at_1": end.strftime("%H:%M:%S"),
    }
    page = "/admin/rbac/roleassignment/add/"
    assert as_ada.get(page).status_code == 200
    assert as_ada.post(page, form).status_code == 302
    held = RoleAssignment.objects.get(user=alice)
    assert (held.granted_by, held.expires_at is not None) == (ada, True)
    act(
        as_ada,
        "/admin/rbac/roleassignment/",
        "take_back",
        held.pk,
        confirm="yes",
        reason="Wrong person",
    )
    assert not RoleAssignment.objects.live().filter(user=alice).exists()
    assert len(recorded("rbac.roleassignment.revoke")) == 1


def test_a_time_is_read_in_the_zone_of_the_operator(ada: User) -> None:
    User.objects.filter(pk=ada.pk).update(timezone="Asia/Tokyo")
    client, alice = signed_in(ada), person()
    page = "/admin/rbac/roleassignment/add/"
    assert "In your time zone, Asia/Tokyo." in client.get(page).content.decode()
    day = (timezone.now() + timedelta(days=7)).date()
    form = {
        "user": alice.pk,
        "role": role("premium").pk,
        "reason": "Thank you for waiting",
        "expires_at_0": day.isoformat(),
        "expires_at_1": "09:00:00",
    }
    assert client.post(page, form).status_code == 302
    end = RoleAssignment.objects.get(user=alice).expires_at
    assert end and end.isoformat() == f"{day}T00:00:00+00:00"


def test_a_refused_grant_is_an_error_of_the_form(ada: User, as_ada: Client) -> None:
    form = {"user": ada.pk, "role": role("premium").pk, "reason": "for me"}
    page = as_ada.post("/admin/rbac/roleassignment/add/", form).content.decode()
    assert "Nobody changes their own roles." in page


def test_a_role_is_made_and_changed_in_the_console(
    as_ada: Client, recorded: Recorded
) -> None:
    form = {
        "name": "Support",
        "slug": "support",
        "rank": "15",
        "inherits": [role("user").pk],
        "permissions": ["sms.lane.view"],
    }
    assert as_ada.post("/admin/rbac/role/add/", form).status_code == 302
    made = role("support")
    page = f"/admin/rbac/role/{made.pk}/change/"
    assert 'value="sms.lane.view"' in as_ada.get(page).content.decode()
    form["permissions"] = ["sms.turn.view"]
    form["version"] = seen = roles.version(made)
    assert seen in as_ada.get(page).content.decode()
    assert as_ada.post(page, form).status_code == 302
    assert roles.own_permissions(made) == {"sms.turn.view"}
    # The form of somebody who opened it before that.
    form["permissions"] = ["sms.lane.view"]
    said = as_ada.post(page, form).content.decode()
    assert "Somebody else has changed this meanwhile." in said
    assert roles.own_permissions(made) == {"sms.turn.view"}
    form["version"] = roles.version(made)
    form["inherits"] = [made.pk]
    assert "cannot inherit itself" in as_ada.post(page, form).content.decode()
    fixed = as_ada.get(f"/admin/rbac/role/{role('premium').pk}/change/")
    assert b'name="permissions"' not in fixed.content
    act(
        as_ada,
        "/admin/rbac/role/",
        "delete_role",
        made.pk,
        confirm="yes",
        reason="Not needed",
    )
    assert not Role.objects.filter(slug="support").exists()
    ((_, opened),) = ledger.opened(recorded("rbac.role.delete"))
    assert opened.reason == "Not needed"


def test_limits_are_edited_in_the_console(as_ada: Client, recorded: Recorded) -> None:
    row = RoleLimits.objects.get(role__slug="premium")
    page = f"/admin/rbac/rolelimits/{row.pk}/change/"
    form = {
        "sessions": "12",
        "reply_segments": "4",
        "llm_micros": "",
        "texts": "1000",
        "connections": "20",
        "idle_minutes": "0",
        "version": limits.version(row),
    }
    assert as_ada.post(page, form).status_code == 302
    row.refresh_from_db()
    assert (row.sessions, row.llm_micros) == (12, None)
    assert len(recorded("rbac.rolelimits.change")) == 1
    said = as_ada.post(page, {**form, "sessions": "99"}).content.decode()
    assert "Somebody else has changed this meanwhile." in said
    assert RoleLimits.objects.get(pk=row.pk).sessions == 12


def test_the_way_back_is_called_the_same_everywhere(ada: User, as_ada: Client) -> None:
    alice = person()
    front = as_ada.get("/admin/").content.decode()
    assert "<h1>Home</h1>" in front
    for address in (
        "/admin/accounts/user/",
        f"/admin/accounts/user/{alice.pk}/change/",
        f"/admin/accounts/user/{alice.pk}/stand-in/",
        "/admin/django_celery_beat/periodictask/",
    ):
        page = as_ada.get(address).content.decode()
        trail = re.search(r'class="breadcrumbs">(.*?)</div>', page, re.DOTALL)
        assert trail, address
        # Nothing between the front page and a list.
        assert re.findall(r'href="([^"]+)">([^<]+)<', trail[1])[0] == (
            "/admin/",
            "Home",
        )
        assert 'href="/admin/accounts/"' not in trail[1]
    assert as_ada.get("/admin/accounts/")["Location"] == "/admin/"


def test_filters_are_folded_until_one_is_set(as_ada: Client) -> None:
    for listed, asked in (
        ("/admin/accounts/user/", "is_active__exact=1"),
        ("/admin/rbac/auditevent/", "outcome=denied"),
        ("/admin/rbac/auditevent/", "since=nonsense"),
    ):
        found = [
            re.search(r"<details[^>]*>", as_ada.get(page).content.decode())
            for page in (listed, f"{listed}?{asked}")
        ]
        assert [bool(each and each[0].endswith(" open>")) for each in found] == [
            False,
            True,
        ]


def test_a_list_is_not_counted_for_its_filters(as_ada: Client) -> None:
    for listed in (
        "/admin/accounts/user/",
        "/admin/sms/outboundtext/",
        "/admin/django_celery_beat/periodictask/",
    ):
        page = as_ada.get(f"{listed}?_facets=True")
        assert not page.context["cl"].add_facets
        assert "Show counts" not in page.content.decode()


def test_a_big_table_is_not_counted() -> None:
    page = BoundedPaginator(Role.objects.order_by("pk"), 2)
    assert page.count == 3 and MOST_COUNTED == 10_000
    sql = str(Role.objects.all()[:MOST_COUNTED].query)
    assert "LIMIT 10000" in sql


def test_the_front_page_counts_no_further(
    ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(panel, "MOST_COUNTED", 2)
    few = Tile(
        "Roles",
        lambda: panel.counted(Role.objects.all()),
        lambda: "/",
        Permission.ROLE_VIEW,
    )
    monkeypatch.setattr(panel, "_gathered", {"TILES": (few,), "ATTENTION": ()}.get)
    assert [figure.value for figure in panel.read(ada).figures] == ["2+"]


def test_every_list_and_page_of_the_console_opens(as_ada: Client) -> None:
    text = InboundTextFactory.create(turn=TurnFactory.create(user=person()))
    ReminderFactory.create(user=person())
    PhoneNumberFactory.create()
    assert text.pk and OutboundText.objects.count() == 0
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        assert as_ada.get(reverse(f"{name}_changelist")).status_code in {200, 403}
        row = model._default_manager.first()
        if row is not None:
            found = as_ada.get(reverse(f"{name}_change", args=[row.pk]))
            assert found.status_code in {200, 403}, model


def test_django_finds_nothing_wrong_with_the_pages() -> None:
    assert checks.run_checks(tags=["admin"]) == []


def test_what_went_wrong_with_a_text_is_said_in_words(as_ada: Client) -> None:
    turn = TurnFactory.create(user=person())
    text = outbox.reply(turn, "hello")
    text.state, text.error_code = OutboundText.State.FAILED, "30034"
    text.save()
    for address in (
        reverse("admin:sms_outboundtext_change", args=[text.pk]),
        reverse("admin:sms_turn_change", args=[turn.pk]),
    ):
        page = as_ada.get(address).content.decode()
        assert "30034: Our number is not registered with the carriers." in page
        assert "Add the number to an approved A2P 10DLC campaign." in page


def test_failed_texts_can_be_listed(as_ada: Client) -> None:
    assert InboundText.objects.count() == 0
    for choice in ("day", "ever"):
        page = as_ada.get(f"/admin/sms/outboundtext/?failed={choice}")
        assert page.status_code == 200
    assert as_ada.get("/admin/sms/lane/?waiting=yes").status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "/admin/assistant/reminder/?text__contains=secret",
        "/admin/sms/inboundtext/?body__startswith=remind",
        "/admin/assistant/toolcall/?arguments__icontains=ana",
        "/admin/accounts/user/?password__startswith=bcrypt",
        "/admin/accounts/user/?email__startswith=ali",
        "/admin/sms/inboundtext/?number__endswith=0101",
        # By way of what the list is filtered by.
        "/admin/accounts/user/?groups__role__group__user__email__startswith=ali",
        "/admin/accounts/user/?groups__role__slug__startswith=a",
        "/admin/rbac/roleassignment/?role__group__user__password__startswith=x",
        "/admin/assistant/toolcall/?tool__startswith=r",
        "/admin/sms/turn/?started_at__year=2026",
        "/admin/django_celery_beat/periodictask/?headers__startswith=x",
    ],
)
def test_a_list_is_not_an_oracle_for_what_is_hidden(
    as_ada: Client, address: str
) -> None:
    assert as_ada.get(address).status_code == 400


def test_the_filters_of_a_list_still_work(as_ada: Client) -> None:
    premium = role("premium")
    for address in (
        "/admin/sms/phonenumber/?status__exact=verified",
        f"/admin/rbac/roleassignment/?role__id__exact={premium.pk}",
        f"/admin/accounts/user/?groups__role__id__exact={premium.pk}",
        "/admin/accounts/user/?groups__role__isnull=True&is_active__exact=1",
        "/admin/sms/turn/?started_at__gte=2026-11-01+00:00:00%2B00:00"
        "&started_at__lt=2026-12-01+00:00:00%2B00:00&silence__exact=loop",
        "/admin/assistant/toolcall/?tool=reminders&_facets=1&p=1&o=1&q=alice",
        "/admin/sms/lane/?waiting=long",
        "/admin/django_celery_beat/periodictask/?enabled__exact=1",
    ):
        assert as_ada.get(address).status_code == 200, address


def test_nowhere_is_a_name_shown_to_who_may_not_see_it(ada: User) -> None:
    alice = person("premium", email="alice@example.com")
    number = PhoneNumberFactory.create(user=alice)
    held = RoleAssignment.objects.get(user=alice)
    client = helper(
        ada,
        Permission.PERSON_VIEW,
        Permission.NUMBER_VIEW,
        Permission.ROLE_HOLDERS_VIEW,
        Permission.ROLE_GRANT,
        Permission.AUDIT_VIEW,
    )
    choices = "app_label=rbac&model_name=roleassignment&field_name=user&term="
    for address in (
        "/admin/accounts/user/",
        f"/admin/accounts/user/{alice.pk}/change/",
        f"/admin/accounts/user/{alice.pk}/history/",
        f"/admin/sms/phonenumber/{number.pk}/history/",
        "/admin/rbac/roleassignment/",
        f"/admin/rbac/roleassignment/{held.pk}/change/",
        f"/admin/rbac/roleassignment/add/?user={alice.pk}",
        f"/admin/autocomplete/?{choices}",
    ):
        shown = client.get(address, follow=True)
        assert shown.status_code == 200, address
        assert b"alice@example.com" not in shown.content, address
        assert number.e164.encode() not in shown.content, address


def test_nothing_is_registered_that_no_administrator_reaches(as_ada: Client) -> None:
    for model, page in admin.site._registry.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        listed = as_ada.get(reverse(f"{name}_changelist")).status_code == 200
        assert listed or as_ada.get(reverse(f"{name}_add")).status_code == 200, page


def test_a_persons_page_has_all_their_addresses(ada: User, as_ada: Client) -> None:
    alice = person(email="alice@example.com")
    EmailAddress.objects.create(user=alice, email="alice@work.example")
    page = f"/admin/accounts/user/{alice.pk}/change/"
    assert "alice@work.example: not verified" in as_ada.get(page).content.decode()
    masked = helper(ada, Permission.PERSON_VIEW).get(page).content.decode()
    assert "a•••@work.example: not verified" in masked
    assert "alice@work.example" not in masked


def test_the_password_is_changed_where_everybody_changes_it(as_ada: Client) -> None:
    answer = as_ada.get("/admin/password_change/")
    assert answer["Location"] == "/accounts/password/change/"
