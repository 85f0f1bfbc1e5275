"""What pages of the portal show and do, over the API: activity, usage, files, offers that
are not wanted, and what is kept in step."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.assistant.models import Offer, Sync, SyncLink
from apps.sms import threads
from apps.sms.models import OutboundText
from tests.analytics.rows import cost, went
from tests.api import rows
from tests.api.app import App
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(alice: User) -> Client:
    return signed_in(alice)


@pytest.fixture
def app(alice: User) -> App:
    return App(alice)


def test_activity_is_read_to_its_end(alice: User, app: App) -> None:
    app.ask("delete", f"/api/v1/tokens/{rows.token(alice)['public_id']}")
    found, place = [], "/api/v1/me/activity?limit=1"
    while place:
        page = app.ask("get", place).json()
        found += page["results"]
        place = (page["next"] or "").partition("switchboard.example")[2]
        assert len(page["results"]) == 1
    actions = [each["action"] for each in found]
    assert actions == [
        "accounts.personaltoken.delete",
        "accounts.personaltoken.add",
    ]
    assert app.ask("get", "/api/v1/me/activity?cursor=x").status_code == 400


def test_activity_of_one_kind(alice: User, app: App) -> None:
    app.ask("delete", f"/api/v1/tokens/{rows.token(alice)['public_id']}")

    def told(kind: str) -> list[str]:
        found = app.ask("get", f"/api/v1/me/activity?kind={kind}").json()["results"]
        return [each["action"] for each in found]

    assert told("security") and told("assistant") == told("connections") == []
    refused = app.ask("get", "/api/v1/me/activity?kind=x")
    assert (refused.status_code, refused.json()["code"]) == (400, "unknown_choice")


def test_memory_is_searched(alice: User, app: App) -> None:
    for said in ("my shoe size is 42", "I like the window seat"):
        assert app.ask("post", "/api/v1/memory", {"text": said}).status_code == 201

    def found(words: str) -> int:
        page = app.ask("get", f"/api/v1/memory?search={words}").json()
        return len(page["results"])

    assert [found(each) for each in ("", "SIZE", "window seat", "shoe window")] == [
        2,
        1,
        1,
        0,
    ]


def test_each_text_has_its_cost_and_leads_on(alice: User, app: App) -> None:
    now = timezone.now().replace(day=2, hour=12)
    for minutes in range(3):
        at = now + timedelta(minutes=minutes)
        text = went(alice, at, state="sent", sent_at=at)
        cost(alice, "out", at, 8_300)
    first = app.ask("get", "/api/v1/usage/texts?limit=2").json()
    assert [each["id"] for each in first["results"]][0] == threads.id_of("out", text.pk)
    rest = app.ask("get", first["next"].partition("example")[2]).json()
    assert len(first["results"]) == 2 and len(rest["results"]) == 1
    assert rest["next"] is None
    names = {each["id"] for each in (*first["results"], *rest["results"])}
    assert names == {threads.id_of("out", row.pk) for row in OutboundText.objects.all()}


def test_the_table_is_that_of_the_page(browser: Client, app: App) -> None:
    there = browser.get("/app/usage/days.csv?period=7d")
    here = app.ask("get", "/api/v1/usage/days.csv?period=7d")
    assert b"".join(here) == b"".join(there)
    assert here["Content-Disposition"] == there["Content-Disposition"]
    assert app.ask("get", "/api/v1/usage/days.csv?period=x").status_code == 400


def test_a_file_is_as_its_page_has_it(alice: User, browser: Client, app: App) -> None:
    public_id = rows.file(alice)["public_id"]
    (message,) = app.ask("get", "/api/v1/messages").json()["results"]
    (file,) = message["files"]
    assert (file["id"], file["state"], file["size"]) == (public_id, "kept", 9)
    here = app.ask("get", f"/api/v1/messages/files/{public_id}")
    there = browser.get(f"/app/conversation/files/{public_id}/")
    assert here.content == there.content == b"a picture"
    for name in ("Content-Type", "Content-Disposition", "X-Content-Type-Options"):
        assert here[name] == there[name]


def test_whose_offers_are_not_wanted_may_make_them_again(alice: User, app: App) -> None:
    rows.blocked(alice)
    (one,) = app.ask("get", "/api/v1/shares/blocked").json()["results"]
    assert one["email"] == "ben@example.com"
    place = f"/api/v1/shares/blocked/{one['id']}"
    assert app.ask("delete", place).status_code == 204
    assert app.ask("get", "/api/v1/shares/blocked").json()["results"] == []
    assert app.ask("delete", place).status_code == 404
    rows.offered_to(alice, "Party")
    assert Offer.objects.to(alice).open(timezone.now()).exists()


def test_what_is_in_step_is_paused_and_goes_on(alice: User, app: App) -> None:
    place = f"/api/v1/in-step/{rows.in_step(alice)['public_id']}"
    assert app.ask("post", f"{place}/pause").json()["state"] == "paused"
    assert app.ask("get", place).json()["state"] == "paused"
    assert app.ask("get", "/api/v1/events/in-step/able").json()["results"] == []
    assert app.ask("post", f"{place}/resume").json()["state"] == "on"
    Sync.objects.update(whole_at=timezone.now())
    assert app.ask("post", f"{place}/compare").status_code == 200
    assert Sync.objects.get().whole_at is None


def test_what_lost_is_brought_back_or_forgotten(alice: User, app: App) -> None:
    place = f"/api/v1/in-step/lost/{rows.lost(alice)['public_id']}"
    (told,) = app.ask("get", "/api/v1/events/in-step/lost").json()["results"]
    # It was deleted here, later than it was changed there.
    assert (told["called"], told["side"], told["lost"]) == ("Dentist", "own", None)
    assert app.ask("post", f"{place}/bring-back").status_code == 204
    assert SyncLink.objects.get().event.is_deleted  # type: ignore[union-attr]  # of an event
    assert app.ask("post", f"{place}/bring-back").status_code == 404
    assert app.ask("post", f"{place}/settle").status_code == 204
    assert app.ask("get", "/api/v1/events/in-step/lost").json()["results"] == []


def test_moments_are_in_utc_whoever_asks_and_how(
    alice: User, browser: Client, app: App
) -> None:
    User.objects.filter(pk=alice.pk).update(timezone="Asia/Tokyo")
    for told in (browser.get("/api/v1/me"), app.ask("get", "/api/v1/me")):
        assert told.json()["created_at"].endswith("Z")
