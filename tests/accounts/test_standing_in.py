"""An operator sees the pages as somebody else does, and can do nothing there."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from apps.accounts import suspension
from apps.accounts.models import User
from apps.rbac import assignments, ledger, roles
from apps.rbac.catalog import Permission
from apps.rbac.console import conversations
from apps.rbac.console.search import Search
from apps.rbac.models import AuditEvent
from apps.sms.models import LinkPhrase
from tests.rbac.factories import person, role
from tests.sign_in import signed_in

WHY = "Ticket 81: cannot find a reminder"
PROFILE = "/app/settings/profile/"
STOP = "/standing-in/stop/"
BANNER = "You stand in for"


@pytest.fixture
def ada(db: None) -> User:
    return person("administrator", email="ada@example.com", name="Ada Adler")


@pytest.fixture
def alice(db: None) -> User:
    return person(email="alice@example.com", name="Alice Archer")


@pytest.fixture
def helper(ada: User) -> User:
    """May stand in, and little else."""
    may = [Permission.CONSOLE_ENTER, Permission.PERSON_VIEW]
    roles.create(
        by=ada,
        slug="helper",
        name="Helper",
        permissions=[*may, Permission.PERSON_IMPERSONATE],
    )
    return person("helper", email="helen@example.com", name="Helen Hart")


@pytest.fixture
def since(ada: User, alice: User) -> int:
    newest = AuditEvent.objects.order_by("-id").first()
    return newest.pk if newest else 0


def page_of(user: User) -> str:
    return f"/admin/accounts/user/{user.pk}/stand-in/"


def standing_in(operator: User, user: User) -> Client:
    client = signed_in(operator)
    answer = client.post(page_of(user), {"reason": WHY})
    assert (answer.status_code, answer["Location"]) == (302, "/app/")
    return client


def told(since: int, action: str = "accounts.standin") -> list[tuple[str, str, str]]:
    found = AuditEvent.objects.filter(id__gt=since).of_action(action).order_by("id")
    return [(e.action.split(".")[-1], e.outcome, e.reason) for e in found]


def is_themself(client: Client, user: User) -> bool:
    page = client.get(PROFILE).content.decode()
    return user.email in page and BANNER not in page


def test_the_pages_are_the_persons_and_say_so(helper: User, alice: User) -> None:
    client = signed_in(helper)
    asked = client.get(f"/admin/accounts/user/{alice.pk}/change/").content.decode()
    assert page_of(alice) in asked
    assert "30 minutes at most" in client.get(page_of(alice)).content.decode()
    # Without a reason it asks again.
    assert client.post(page_of(alice), {"reason": "hm"}).status_code == 200
    assert is_themself(client, helper)
    client.post(page_of(alice), {"reason": WHY})
    answer = client.get(PROFILE)
    page = answer.content.decode()
    assert "alice@example.com" in page and "helen@example.com" not in page
    assert "You stand in for Alice Archer" in page and WHY in page
    assert f'action="{STOP}"' in page
    assert "no-store" in answer["Cache-Control"]


def test_it_counts_as_a_look_at_their_conversation(helper: User, alice: User) -> None:
    client = standing_in(helper, alice)
    client.get("/app/conversation/")
    for which in ("on", "read"):
        asked = {"subject": alice.pk, "looks": which}
        search = Search(asked)
        (event,) = search.narrow(AuditEvent.objects.all())
        assert event.actor_id == helper.pk
        assert conversations.look(event) == "stood in"


def test_each_look_is_recorded_and_the_person_reads_it(
    helper: User, alice: User, since: int
) -> None:
    client = standing_in(helper, alice)
    client.get("/app/phones/")
    client.post(STOP)
    found = AuditEvent.objects.filter(id__gt=since).of_action("accounts.standin")
    start, look, stop = found.order_by("id")
    assert {(e.actor_id, e.subject_id) for e in found} == {(helper.pk, alice.pk)}
    assert (look.on_behalf_of_id, look.outcome) == (alice.pk, "allowed")
    opened = dict(zip("abc", ledger.opened([start, look, stop]), strict=True))
    assert opened["a"][1].reason == WHY
    assert opened["b"][1].page == "/app/phones/"
    timeline = signed_in(alice).get("/app/activity/").content.decode()
    for words in (
        "Somebody from Switchboard began to look at your pages as you see them",
        f"Reason: {WHY}",
        "Somebody from Switchboard looked at a page of yours",
        "Page: /app/phones/",
        "Somebody from Switchboard stopped looking at your pages",
    ):
        assert words in timeline
    assert "Helen" not in timeline


@pytest.mark.django_db(transaction=True)
def test_a_look_costs_one_insert(helper: User, alice: User) -> None:
    client = standing_in(helper, alice)
    client.get("/app/phones/")
    with CaptureQueriesContext(connection) as asked:
        client.get("/app/phones/")
    written = [q for q in asked if q["sql"].startswith("INSERT")]
    assert len(written) == 1 and "rbac_auditevent" in written[0]["sql"]


def test_what_an_open_page_asks_without_news_is_no_look(
    helper: User, alice: User, since: int
) -> None:
    client = standing_in(helper, alice)
    version = client.get("/app/conversation/").context["version"]
    polled = client.get(
        f"/app/conversation/?v={version}", headers={"HX-Request": "true"}
    )
    assert polled.status_code == 204
    assert [each[0] for each in told(since)] == ["start", "look"]


@pytest.mark.parametrize("verb", ["post", "put", "patch", "delete"])
def test_nothing_can_be_changed(
    verb: str, helper: User, alice: User, since: int
) -> None:
    client = standing_in(helper, alice)
    form = {"name": "Mallory", "timezone": "UTC"}
    answer = getattr(client, verb)(PROFILE, form)
    assert answer.status_code == 403
    assert "to look only: nothing can be changed." in answer.content.decode()
    assert BANNER in answer.content.decode()
    assert User.objects.get(pk=alice.pk).name == "Alice Archer"
    assert told(since)[-1] == ("look", "denied", "read_only")
    # Once they have stopped it is their own form again.
    client.post(STOP)
    assert client.post(PROFILE, form).status_code == 302
    assert User.objects.get(pk=helper.pk).name == "Mallory"


@pytest.mark.parametrize(
    "page",
    [
        "/admin/",
        "/admin/accounts/user/",
        "/accounts/email/",
        "/accounts/password/change/",
        "/accounts/logout/",
        "/accounts/reauthenticate/",
        "/dev/mail/",
        "/dev/phone/",
        "/api/v1/me/sessions",
        "/api/v1/me/devices",
        "/api/v1/me/mfa",
        "/api/v1/me/security",
        "/api/docs/",
    ],
)
def test_what_is_no_page_of_the_person_is_closed(
    page: str, ada: User, alice: User, since: int, settings: Settings, tmp_path: Path
) -> None:
    settings.POST_BACKEND = "apps.core.mailbox.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path
    assert signed_in(ada).get(page).status_code == 200
    client = standing_in(ada, person("premium"))
    answer = client.get(page)
    assert answer.status_code == 403
    assert "this page is closed until you stop." in answer.content.decode()
    if page.startswith("/api/"):
        assert answer.json()["code"] == "in_person"
    assert told(since)[-1] == ("look", "denied", "in_person")
    client.post(STOP)
    assert client.get(page).status_code == 200


@pytest.mark.parametrize("asked", ["", "?link=1", "?v=1&link=1"])
def test_the_words_that_link_a_phone_are_not_shown_and_not_made(
    asked: str, helper: User, alice: User, since: int
) -> None:
    client = standing_in(helper, alice)
    page = client.get(f"/app/phones/{asked}")
    assert page.status_code == 200 and page.context["pairing"] is None
    assert "LINK " not in page.content.decode() and "<img" not in page.content.decode()
    assert "link=1" not in page.content.decode()
    assert not LinkPhrase.objects.exists()
    # The person reads what was asked for, too.
    looked = AuditEvent.objects.filter(id__gt=since, action="accounts.standin.look")
    ((_, opened),) = ledger.opened(looked)
    assert opened.page == f"/app/phones/{asked}"
    client.post(STOP)
    assert client.get("/app/phones/").context["pairing"]


def test_stopping_leads_back_to_where_it_began(
    helper: User, alice: User, since: int
) -> None:
    client = standing_in(helper, alice)
    answer = client.post(STOP)
    assert answer["Location"] == f"/admin/accounts/user/{alice.pk}/change/"
    assert client.get(answer["Location"]).status_code == 200
    assert is_themself(client, helper)
    assert told(since)[-1] == ("stop", "allowed", "asked")
    assert client.post(STOP)["Location"] == "/app/"


def test_signing_out_ends_it_and_the_session(
    helper: User, alice: User, since: int
) -> None:
    client = standing_in(helper, alice)
    assert client.post("/accounts/logout/").status_code == 302
    assert client.get("/app/").status_code == 302
    assert told(since)[-1] == ("stop", "allowed", "signed_out")
    closed = AuditEvent.objects.filter(id__gt=since, action="accounts.session.close")
    assert [e.subject_id for e in closed] == [helper.pk]
    signed_in(helper, client)
    assert is_themself(client, helper)


def test_time_runs_out(helper: User, alice: User, since: int) -> None:
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        client = standing_in(helper, alice)
        clock.move_to(start + timedelta(minutes=29, seconds=59))
        assert "alice@example.com" in client.get(PROFILE).content.decode()
        clock.move_to(start + timedelta(minutes=30))
        # A form that was filled in as somebody else is not one's own.
        assert client.post(PROFILE, {"name": "Mallory"}).status_code == 302
        assert User.objects.get(pk=helper.pk).name == "Helen Hart"
        said = client.get("/app/").content.decode()
        assert "You no longer stand in for them. Your time is over." in said
        assert is_themself(client, helper)
    assert told(since)[-1] == ("stop", "allowed", "time_over")


def test_an_open_page_is_left_when_it_ends(helper: User, alice: User) -> None:
    client = standing_in(helper, alice)
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        answer = client.get("/app/conversation/", headers={"HX-Request": "true"})
    assert (answer["HX-Redirect"], answer.content) == ("/app/", b"")


def loses_the_role(ada: User, helper: User, alice: User) -> None:
    assignments.revoke(by=ada, user=helper, role=role("helper"), reason="test")


def loses_the_permission(ada: User, helper: User, alice: User) -> None:
    roles.change(
        by=ada,
        role=role("helper"),
        permissions=[Permission.CONSOLE_ENTER],
        inherits=[],
    )


def rises_above_them(ada: User, helper: User, alice: User) -> None:
    assignments.grant(by=ada, user=alice, role=role("administrator"), reason="promoted")


def is_suspended(ada: User, helper: User, alice: User) -> None:
    suspension.suspend(by=ada, user=alice, reason="Abuse report")


Change = Callable[[User, User, User], None]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (loses_the_permission, "not_granted"),
        (rises_above_them, "beyond_reach"),
        (is_suspended, "person_gone"),
    ],
)
def test_what_changes_meanwhile_ends_it_on_the_next_request(
    change: Change, why: str, ada: User, helper: User, alice: User, since: int
) -> None:
    client = standing_in(helper, alice)
    assert client.get(PROFILE).status_code == 200
    change(ada, helper, alice)
    answer = client.get(PROFILE)
    assert (answer.status_code, answer["Location"]) == (302, "/app/")
    assert is_themself(client, helper)
    assert told(since)[-1] == ("stop", "allowed", why)


def leaves(ada: User, helper: User, alice: User) -> None:
    suspension.suspend(by=ada, user=helper, reason="Left the company")


@pytest.mark.parametrize("change", [loses_the_role, leaves])
def test_an_operator_whose_sign_in_ended_is_out(
    change: Change, ada: User, helper: User, alice: User, since: int
) -> None:
    client = standing_in(helper, alice)
    change(ada, helper, alice)
    answer = client.get(PROFILE, follow=True)
    assert answer.redirect_chain[-1][0].startswith("/accounts/login/")
    assert "alice@example.com" not in answer.content.decode()
    assert told(since)[-1] == ("stop", "allowed", "operator_gone")


@pytest.mark.parametrize("who", ["oneself", "administrator", "suspended", "nobody"])
def test_whom_nobody_stands_in_for(
    who: str, ada: User, helper: User, alice: User, since: int
) -> None:
    if who == "suspended":
        suspension.suspend(by=ada, user=alice, reason="Abuse report")
    user = {"oneself": helper, "administrator": ada}.get(who, alice)
    address = page_of(user) if who != "nobody" else "/admin/accounts/user/0/stand-in/"
    client = signed_in(helper)
    wanted = {"suspended": 409, "nobody": 404}.get(who, 403)
    assert client.get(address).status_code == wanted
    assert client.post(address, {"reason": WHY}).status_code == wanted
    assert is_themself(client, helper)
    if who != "nobody":
        page = client.get(f"/admin/accounts/user/{user.pk}/change/")
        assert "stand-in/" not in page.content.decode()
        assert {outcome for _, outcome, _ in told(since)} == {"denied"}
    assert standing_in(helper, person()).get(PROFILE).status_code == 200


def test_an_equal_is_within_reach(ada: User) -> None:
    standing_in(ada, person("administrator"))


def test_without_the_permission_there_is_no_way_in(ada: User, alice: User) -> None:
    may = [Permission.CONSOLE_ENTER, Permission.PERSON_VIEW]
    roles.create(by=ada, slug="clerk", name="Clerk", permissions=may)
    client = signed_in(person("clerk"))
    assert client.post(page_of(alice), {"reason": WHY}).status_code == 403
    assert BANNER not in client.get(PROFILE).content.decode()
    page = client.get(f"/admin/accounts/user/{alice.pk}/change/").content.decode()
    assert "stand-in/" not in page
    assert signed_in(alice).get(page_of(alice)).status_code == 403


def test_nobody_goes_on_to_a_second_person(ada: User, alice: User, since: int) -> None:
    manager = person("administrator", name="Max Mann")
    client = standing_in(ada, manager)
    assert client.post(page_of(alice), {"reason": WHY}).status_code == 403
    assert "You stand in for Max Mann" in client.get(PROFILE).content.decode()
    assert told(since)[1] == ("look", "denied", "in_person")


def test_what_one_session_keeps_is_of_no_use_to_another_person(
    helper: User, alice: User, since: int
) -> None:
    begun = standing_in(helper, alice)
    marker = begun.session["standing_in"]
    # Bob plants it in his own session, as somebody with the keys of Redis could.
    bob = person(email="bob@example.com", name="Bob Brandt")
    client = signed_in(bob)
    session = client.session
    session["standing_in"] = marker
    session.save()
    assert client.get(PROFILE).status_code == 302
    assert is_themself(client, bob)
    assert told(since)[-1] == ("start", "denied", "not_theirs")
    # Bob signs in where an operator stands in: nothing of it is left.
    signed_in(bob, begun)
    assert "standing_in" not in begun.session and is_themself(begun, bob)


def test_a_request_from_before_the_end_cannot_bring_it_back(
    helper: User, alice: User
) -> None:
    client = standing_in(helper, alice)
    before = client.cookies["sessionid"].value
    client.post(STOP)
    stale = Client()
    stale.cookies["sessionid"] = before
    assert stale.get(PROFILE).status_code == 302
    assert is_themself(client, helper)
