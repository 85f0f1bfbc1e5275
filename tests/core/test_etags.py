"""What is read has a version, and a change may be held to it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts import profile
from apps.accounts.models import User
from apps.assistant import events, features, lists, memory, notes
from apps.assistant.models import Reminder
from apps.integrations.models import Connection
from apps.jobs import unsubscribing
from tests.factories import PhoneNumberFactory, UserFactory
from tests.integrations.accounts import connected
from tests.races import overtaken
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def alice() -> User:
    made: User = UserFactory.create()
    return made


def _event(alice: User) -> str:
    now = timezone.now()
    times = events.Times(now + HOUR, now + 2 * HOUR, alice.timezone)
    return f"events/{events.create(user=alice, title='Tea', times=times).public_id}"


def _reminder(alice: User) -> str:
    due_at = timezone.now() + HOUR
    row = Reminder.objects.create(user=alice, text="tea", due_at=due_at, zone="UTC")
    return f"reminders/{row.public_id}"


Made = tuple[Callable[[User], str], str, list[Any]]
# What there is, and how it is changed twice.
KEPT: dict[str, Made] = {
    "me": (lambda alice: "me", "patch", [{"name": "A"}, {"name": "B"}]),
    "preferences": (
        lambda alice: "me/preferences",
        "patch",
        [{"theme": "dark"}, {"theme": "light"}],
    ),
    "letters": (
        lambda alice: "me/letters",
        "put",
        [{"wanted": []}, {"wanted": ["offers"]}],
    ),
    "feature": (
        lambda alice: "features/notes",
        "patch",
        [{"is_on": False}, {"is_on": True}],
    ),
    "brief": (
        lambda alice: "features/brief/time",
        "put",
        [{"at": "07:30"}, {"at": None}],
    ),
    "connection": (
        lambda alice: f"connections/{connected(alice, 'notion').public_id}",
        "patch",
        [{"paused": True}, {"paused": False}],
    ),
    "phone": (
        lambda alice: f"phones/{PhoneNumberFactory.create(user=alice).public_id}",
        "patch",
        [{"label": "work"}, {"label": "home"}],
    ),
    "reminder": (_reminder, "patch", [{"text": "cake"}, {"text": "pie"}]),
    "list": (
        lambda alice: f"lists/{lists.make(user=alice, name='Trip').public_id}",
        "patch",
        [{"name": "Camp"}, {"name": "Tour"}],
    ),
    "note": (
        lambda alice: f"notes/{notes.add(user=alice, text='gate').public_id}",
        "patch",
        [{"text": "door"}, {"text": "wall"}],
    ),
    "event": (_event, "patch", [{"title": "Cake"}, {"title": "Pie"}]),
}
DELETED = ("connection", "phone", "reminder", "list", "note", "event")


def ask(app: Client, verb: str, place: str, body: Any = None, **headers: str) -> Any:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    act = getattr(app, verb)
    return (
        act(f"/api/v1/{place}", body, content_type="application/json", headers=sent)
        if body is not None
        else act(f"/api/v1/{place}", headers=sent)
    )


@pytest.mark.parametrize("what", KEPT)
def test_a_change_is_held_to_the_version_that_was_read(what: str, alice: User) -> None:
    made, verb, (one, other) = KEPT[what]
    place, app = made(alice), signed_in(alice)
    read = ask(app, "get", place)
    etag = read["ETag"]
    assert etag.startswith('"')
    assert ask(app, "get", place, If_None_Match=etag).status_code == 304
    changed = ask(app, verb, place, one, If_Match=etag)
    assert changed.status_code == 200, changed.content
    stale = ask(app, verb, place, other, If_Match=etag)
    assert (stale.status_code, stale.json()["code"]) == (412, "precondition_failed")
    now = ask(app, "get", place, If_None_Match=etag)
    assert now.status_code == 200
    # The answer to a change has the version that is read after it.
    assert now["ETag"] == changed["ETag"] != etag
    assert now.content == changed.content
    assert (
        ask(app, verb, place, other, If_Match=f'"x", {now["ETag"]}').status_code == 200
    )
    assert ask(app, verb, place, one).status_code == 200


@pytest.mark.parametrize("what", DELETED)
def test_what_changed_is_not_deleted(what: str, alice: User) -> None:
    made, verb, (one, _) = KEPT[what]
    place, app = made(alice), signed_in(alice)
    etag = ask(app, "get", place)["ETag"]
    fresh = ask(app, verb, place, one)["ETag"]
    assert ask(app, "delete", place, If_Match=etag).status_code == 412
    assert ask(app, "get", place).status_code == 200
    assert ask(app, "delete", place, If_Match=fresh).status_code == 204
    gone = ask(app, "get", place)
    assert gone.status_code == 404 or gone.json()["state"] == "deleted"


@pytest.mark.parametrize("place", ["features", "connections"])
def test_lists_of_settings_are_answered_once_while_nothing_changes(
    place: str, alice: User
) -> None:
    connected(alice, "notion")
    app = signed_in(alice)
    etag = ask(app, "get", place)["ETag"]
    assert ask(app, "get", place, If_None_Match=etag).status_code == 304
    features.switch(user=alice, key="notes", is_on=False)
    Connection.objects.update(last_used_at=timezone.now())
    assert ask(app, "get", place, If_None_Match=etag).status_code == 200


@pytest.mark.parametrize(
    ("given", "status"), [("*", 200), ("junk", 412), ("W/{}", 412), ("{}", 200)]
)
def test_only_the_strong_version_itself_matches(
    alice: User, given: str, status: int
) -> None:
    app = signed_in(alice)
    wanted = given.format(ask(app, "get", "me")["ETag"])
    assert ask(app, "patch", "me", {"name": "A"}, If_Match=wanted).status_code == status


def test_what_is_refused_changes_nothing(alice: User) -> None:
    app = signed_in(alice)
    etag = ask(app, "get", "me")["ETag"]
    refused = ask(app, "patch", "me", {"timezone": "Moon"}, If_Match=etag)
    assert refused.status_code == 400
    assert ask(app, "get", "me")["ETag"] == etag


def test_a_version_of_another_is_none_of_ours(alice: User) -> None:
    place = _reminder(alice)
    etag = ask(signed_in(alice), "get", place)["ETag"]
    bob = signed_in(UserFactory.create())
    assert ask(bob, "delete", place, If_Match=etag).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_whoever_changes_it_meanwhile_is_seen(alice: User) -> None:
    app = signed_in(alice)
    note = notes.add(user=alice, text="gate")
    place = f"notes/{note.public_id}"
    etag = ask(app, "get", place)["ETag"]
    answer = overtaken(
        note,
        lambda: notes.change(by=alice, row=note, text="texted meanwhile"),
        lambda: ask(app, "patch", place, {"text": "mine"}, If_Match=etag),
    )
    assert answer.status_code == 412
    note.refresh_from_db()
    assert note.text == "texted meanwhile"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("place", "body", "meanwhile"),
    [
        ("me", {"name": "A"}, lambda alice: profile.change(user=alice, name="B")),
        (
            "features/notes",
            {"is_on": False},
            lambda alice: features.switch(user=alice, key="notes", is_on=False),
        ),
        (
            "me/letters",
            {"wanted": []},
            lambda alice: unsubscribing.choose(alice, []),
        ),
    ],
)
def test_so_it_is_for_what_belongs_to_the_person(
    alice: User, place: str, body: Any, meanwhile: Callable[[User], Any]
) -> None:
    app = signed_in(alice)
    etag = ask(app, "get", place)["ETag"]
    verb = "put" if place == "me/letters" else "patch"
    answer = overtaken(
        alice,
        lambda: meanwhile(User.objects.get(pk=alice.pk)),
        lambda: ask(app, verb, place, body, If_Match=etag),
    )
    assert answer.status_code == 412


def test_reading_with_a_version_asks_no_more(
    alice: User, django_assert_num_queries: Any
) -> None:
    app = signed_in(alice)
    etag = ask(app, "get", "me")["ETag"]
    with django_assert_num_queries(1):
        assert ask(app, "get", "me", If_None_Match=etag).status_code == 304


def test_the_schema_tells_of_versions() -> None:
    paths = Client().get("/api/schema/?format=json").json()["paths"]
    me = paths["/api/v1/me"]
    assert {"304", "200"} <= me["get"]["responses"].keys()
    assert "ETag" in me["get"]["responses"]["200"]["headers"]
    assert "412" in me["patch"]["responses"]
    assert (
        "412"
        not in paths["/api/v1/lists/{public_id}/items/{item}"]["patch"]["responses"]
    )
    assert "If-Match" in [each["name"] for each in me["patch"]["parameters"]]


def test_what_has_no_version_is_of_none(alice: User) -> None:
    fact, _ = memory.remember(user=alice, text="Tea, no sugar")
    place = f"/api/v1/memory/{fact.public_id}"
    app = signed_in(alice)
    refused = app.delete(place, headers={"If-Match": '"zz"'})
    assert (refused.status_code, refused.json()["code"]) == (412, "precondition_failed")
    assert app.get(place).status_code == 200
    assert app.delete(place, headers={"If-Match": "*"}).status_code == 204
