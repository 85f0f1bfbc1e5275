"""Who may edit another's calendar also puts events on it: by text, page and API."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.assistant import events, offers, shared
from apps.assistant.events import Times
from apps.assistant.models import Calendar, Event
from apps.core.errors import Forbidden, NotFound
from tests.assistant.conftest import Phone
from tests.assistant.sharing import given
from tests.assistant.syncs import HOUR, paired
from tests.factories import UserFactory
from tests.integrations.servers import Simulator
from tests.races import overtaken
from tests.sign_in import signed_in

EVENTS, NEW = "/api/v1/events", "/app/calendar/new/"
SAID = "add dentist tue 3pm to Alice's calendar"
FORM = {"title": "dentist", "first_day": "2026-11-24", "starts": "15:00"}


@pytest.fixture
def as_bob(bob: Phone) -> Client:
    return signed_in(bob.user)


@pytest.fixture
def lets(alice: Phone, bob: Phone) -> Callable[[str], Calendar]:
    """Alice lets Bob view or edit her calendar."""

    def share(level: str) -> Calendar:
        calendar = offers.calendar(alice.user)
        given(calendar, bob.user, level)
        return calendar

    return share


def on(user: User) -> list[str]:
    """The titles of their events, in the order they were made."""
    return [row.title for row in Event.objects.owned_by(user).kept().order_by("pk")]


def send(app: Client, **body: Any) -> Any:
    at = timezone.now() + HOUR
    sent = {"title": "tea", "starts_at": at, "ends_at": at + HOUR, **body}
    return app.post(EVENTS, sent, content_type="application/json")


def test_by_text(alice: Phone, bob: Phone, lets: Callable[[str], Calendar]) -> None:
    lets("edit")
    told = bob.text(SAID)
    assert told.startswith("On Alice's calendar: dentist, Tue 24 Nov, 3:00 PM")
    assert (on(alice.user), on(bob.user)) == (["dentist"], [])
    assert bob.text("undo") == "Undone: dentist is off Alice's calendar."
    assert on(alice.user) == []


@pytest.mark.parametrize(
    ("language", "said", "title"),
    [
        ("en", "put dentist on alices calendar for tuesday at 3pm", "dentist"),
        ("en", "schedule lunch on alice's agenda friday 12:30-2pm", "lunch"),
        ("en", "add to Alice's calendar: gym tomorrow at 10", "gym"),
        ("en", "Alice's calendar: bins every monday at 8:15", "bins"),
        ("en", "on Alice's calendar: gym thursday 6pm", "gym"),
        ("en", "add dinner tue at 7 to the calendar of Alice", "dinner"),
        ("en", "new event on alice's calendar: chess fri 5pm", "chess"),
        ("en", "add fair saturday all day to Alice's calendar", "fair"),
        ("es", "agrega dentista martes 3pm al calendario de Alice", "dentista"),
        ("es", "pon dentista el martes a las 15 en la agenda de Alice", "dentista"),
        ("es", "agrega al calendario de alice: cena el viernes a las 8", "cena"),
        ("es", "en el calendario de Alice: gimnasio jueves 18h", "gimnasio"),
        ("es", "apunta en el calendario de alice futbol el sabado a las 11", "futbol"),
    ],
)
def test_in_many_words(
    alice: Phone,
    bob: Phone,
    lets: Callable[[str], Calendar],
    language: str,
    said: str,
    title: str,
) -> None:
    lets("edit")
    bob.user.locale = language
    bob.user.save(update_fields=["locale"])
    begins = {"en": "On Alice's", "es": "En el calendario de Alice"}[language]
    assert bob.text(said).startswith(begins)
    assert (on(alice.user), on(bob.user)) == ([title], [])


def test_what_is_missing_is_asked_for_and_goes_there(
    alice: Phone, bob: Phone, lets: Callable[[str], Calendar]
) -> None:
    lets("edit")
    assert bob.text("add piano to alice's calendar").startswith("When does it begin")
    assert bob.text("wed 4pm").startswith("On Alice's calendar: piano")
    assert on(alice.user) == ["piano"]


@pytest.mark.parametrize(
    "said",
    [
        "remind me to add dentist to alice's calendar at 5pm",
        "put lunch on today's calendar at 1pm",
        "add tennis to my calendar sun 4pm",
        "what's on alice's calendar for friday",
    ],
)
def test_what_means_something_else_does_not_go_there(
    alice: Phone, bob: Phone, lets: Callable[[str], Calendar], said: str
) -> None:
    lets("edit")
    bob.text(said)
    assert on(alice.user) == []


def test_two_of_a_name_are_asked_about(
    alice: Phone, bob: Phone, lets: Callable[[str], Calendar]
) -> None:
    other = UserFactory.create(name="Alice")
    lets("edit")
    given(offers.calendar(other), bob.user, "edit")
    asked = bob.text(SAID)
    assert alice.user.email in asked and other.email in asked
    assert bob.text("2").startswith("On Alice's calendar: dentist")
    assert (on(alice.user), on(other)) == ([], ["dentist"])


def test_by_text_to_look_at_is_not_to_add(
    alice: Phone, bob: Phone, lets: Callable[[str], Calendar]
) -> None:
    offers.calendar(alice.user)
    nobody = bob.text(SAID.replace("Alice", "Zoe"))
    assert bob.text(SAID).replace("Alice", "Zoe") == nobody
    assert "No calendar of Zoe is shared with you." in nobody
    lets("view")
    assert bob.text(SAID) == "Alice lets you look at that, not change it."
    assert on(alice.user) == on(bob.user) == []


def test_over_the_api(
    alice: Phone, bob: Phone, as_bob: Client, lets: Callable[[str], Calendar]
) -> None:
    calendar = offers.calendar(alice.user)
    there = str(calendar.public_id)
    refused = send(as_bob, calendar=there)
    unknown = send(as_bob, calendar="01890000-0000-7000-8000-000000000000")
    assert refused.status_code == unknown.status_code == 404
    assert refused.json()["detail"] == unknown.json()["detail"]
    assert unknown.json()["detail"] == "There is no such calendar."
    lets("view")
    refused = send(as_bob, calendar=there)
    assert refused.status_code == 403
    assert refused.json()["detail"] == "Alice lets you look at that, not change it."
    lets("edit")
    (share,) = as_bob.get("/api/v1/shares").json()["received"]
    made = send(as_bob, calendar=share["thing"]["id"])
    assert made.status_code == 201
    assert made.json()["owner"] == alice.user.email
    own = send(as_bob, calendar=str(offers.calendar(bob.user).public_id), title="own")
    assert (own.status_code, own.json()["owner"]) == (201, None)
    assert (on(alice.user), on(bob.user)) == (["tea"], ["own"])
    assert send(as_bob, calendar="alice").status_code == 400
    shared.revoke(by=alice.user, thing=calendar, person=bob.user)
    assert send(as_bob, calendar=there).status_code == 404


def test_on_the_page(
    alice: Phone, bob: Phone, as_bob: Client, lets: Callable[[str], Calendar]
) -> None:
    plain = as_bob.get(NEW).content.decode()
    assert 'name="calendar"' not in plain
    calendar = lets("view")
    assert 'name="calendar"' not in as_bob.get(NEW).content.decode()
    chosen = {"calendar": str(calendar.public_id)}
    seen = as_bob.post(NEW, FORM | chosen).content.decode()
    assert "Alice lets you look at that, not change it." in seen
    lets("edit")
    for page in (NEW, "/app/calendar/"):
        shown = as_bob.get(page).content.decode()
        assert f'<option value="{calendar.public_id}">Alice (' in shown
    seen = as_bob.post(NEW, FORM | chosen, follow=True).content.decode()
    assert "On Alice&#x27;s calendar: dentist, Tue 24 Nov" in seen
    words = {"words": "tea friday 5pm", **chosen}
    as_bob.post("/app/calendar/add/", words)
    as_bob.post(NEW, FORM | {"title": "mine", "calendar": ""})
    assert (on(alice.user), on(bob.user)) == (["dentist", "tea"], ["mine"])
    change = seen.split('name="change" value="')[1].split('"')[0]
    as_bob.post("/app/take-back/", {"change": change})
    assert on(alice.user) == ["tea"]


def test_what_was_taken_back_since_the_page_was_opened_is_refused(
    alice: Phone, bob: Phone, as_bob: Client, lets: Callable[[str], Calendar]
) -> None:
    calendar = lets("edit")
    shared.revoke(by=alice.user, thing=calendar, person=bob.user)
    chosen = {"calendar": str(calendar.public_id)}
    for page, form in (
        (NEW, FORM),
        ("/app/calendar/add/", {"words": "tea friday 5pm"}),
    ):
        seen = as_bob.post(page, form | chosen).content.decode()
        assert "That is not shared any more." in seen
    assert on(alice.user) == on(bob.user) == []


def test_undo_is_refused_once_it_was_taken_back(
    alice: Phone, bob: Phone, lets: Callable[[str], Calendar]
) -> None:
    calendar = lets("edit")
    bob.text(SAID)
    shared.revoke(by=alice.user, thing=calendar, person=bob.user)
    assert bob.text("undo") == "That is not shared any more."
    assert on(alice.user) == ["dentist"]


def test_it_can_be_undone_for_a_quarter_of_an_hour(
    alice: Phone,
    bob: Phone,
    lets: Callable[[str], Calendar],
    clock: time_machine.Traveller,
) -> None:
    lets("edit")
    bob.text(SAID)
    clock.shift(timedelta(minutes=16))
    assert "Undone" not in bob.text("undo")
    assert on(alice.user) == ["dentist"]


@pytest.mark.django_db(transaction=True)
def test_a_revoking_that_comes_first_is_waited_for() -> None:
    alice, bob = UserFactory.create(name="Alice"), UserFactory.create(name="Bob")
    calendar = offers.calendar(alice)
    given(calendar, bob, "edit")
    at = timezone.now()

    def add() -> None:
        with shared.adding(by=bob, to=calendar) as owner:
            events.create(user=owner, title="tea", times=Times(at, at + HOUR, "UTC"))

    def revoke() -> None:
        shared.revoke(by=alice, thing=calendar, person=bob)

    with pytest.raises(NotFound):
        overtaken(calendar, revoke, add)
    assert on(alice) == on(bob) == []


def test_a_closed_account_takes_nothing(
    alice: Phone, bob: Phone, lets: Callable[[str], Calendar]
) -> None:
    calendar = lets("edit")
    alice.user.is_active = False
    alice.user.save(update_fields=["is_active"])
    with pytest.raises(NotFound), shared.adding(by=bob.user, to=calendar):
        pass
    assert "is shared with you" in bob.text(SAID)


def test_to_edit_a_calendar_is_not_to_be_its_owner(
    alice: Phone, bob: Phone, lets: Callable[[str], Calendar]
) -> None:
    calendar = lets("edit")
    charlie = UserFactory.create()
    with pytest.raises(NotFound), shared.adding(by=charlie, to=calendar):
        pass
    with pytest.raises(Forbidden):
        offers.make(by=bob.user, thing=calendar, to=charlie.email, level="view")


@pytest.mark.parametrize("provider", ["google", "microsoft"])
def test_it_goes_to_the_calendar_that_the_owner_keeps_in_step(
    alice: Phone,
    bob: Phone,
    lets: Callable[[str], Calendar],
    providers: Simulator,
    provider: str,
) -> None:
    lets("edit")
    pair = paired(alice, providers, provider)
    pair.run()
    bob.text(SAID)
    assert pair.run() == "in step"
    assert "dentist" in pair.titles()[1]
    bob.text("undo")
    assert pair.run() == "in step"
    assert "dentist" not in pair.titles()[1]
    pair.insist_in_step()
