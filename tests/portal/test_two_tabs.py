"""Two tabs on one thing, and one form sent twice: nobody's words go without a word."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.assistant import events, lists, memory, notes, reminders
from apps.assistant.events import Times
from apps.assistant.models import Event, Note, Reminder
from apps.core.ids import uuid7
from tests.portal.taking import undo
from tests.races import together

pytestmark = pytest.mark.django_db
NOTES = "/app/notes/"
MEANWHILE = "This was changed meanwhile"


def seen(client: Client, path: str) -> str:
    page = client.get(path).content.decode()
    found = re.search(r'name="seen" value="(\w+)"', page)
    assert found is not None
    return found[1]


def test_the_second_save_tells_of_the_first_and_saves_when_sent_again(
    as_alice: Client, alice: User
) -> None:
    row = notes.add(user=alice, text="the gate sticks")
    path = f"{NOTES}{row.public_id}/"
    mine, other = seen(as_alice, path), seen(as_alice, path)
    as_alice.post(path, {"text": "the gate is oiled", "seen": other})
    answer = as_alice.post(path, {"text": "the gate <b>", "seen": mine})
    page = answer.content.decode()
    assert answer.status_code == 409 and MEANWHILE in page
    assert "the gate is oiled" in page and "\nthe gate &lt;b&gt;</textarea>" in page
    assert Note.objects.get().text == "the gate is oiled"
    found = re.search(r'name="seen" value="(\w+)"', page)
    assert found is not None and found[1] != mine
    answer = as_alice.post(path, {"text": "the gate <b>", "seen": found[1]})
    assert answer.status_code == 302
    assert Note.objects.get().text == "the gate <b>"


def test_a_profile_saved_in_another_tab_is_told_before_it_is_replaced(
    as_alice: Client, alice: User
) -> None:
    path = "/app/settings/profile/"
    mark = seen(as_alice, path)
    given = {"name": "Ann", "timezone": "Europe/Madrid", "seen": mark}
    assert as_alice.post(path, given).status_code == 302
    answer = as_alice.post(path, {**given, "name": "Alice <b>"})
    page = answer.content.decode()
    assert answer.status_code == 409 and MEANWHILE in page
    assert "Name: Ann" in page and "Time zone: Europe/Madrid" in page
    assert 'value="Alice &lt;b&gt;"' in page
    found = re.search(r'name="seen" value="(\w+)"', page)
    assert found is not None
    again = {**given, "name": "Alice <b>", "seen": found[1]}
    assert as_alice.post(path, again).status_code == 302
    assert User.objects.get(pk=alice.pk).name == "Alice <b>"
    preferences = "/app/settings/preferences/"
    mark = seen(as_alice, preferences)
    User.objects.filter(pk=alice.pk).update(clock_hours=24)
    asked = {"clock_hours": 12, "first_weekday": 0, "locale": "en", "seen": mark}
    page = as_alice.post(preferences, asked).content.decode()
    assert MEANWHILE in page and "24" in page


def test_words_for_what_was_deleted_meanwhile_are_there_to_be_copied(
    as_alice: Client, alice: User
) -> None:
    row = notes.add(user=alice, text="the gate sticks")
    path = f"{NOTES}{row.public_id}/"
    mark = seen(as_alice, path)
    notes.delete(by=alice, row=row)
    answer = as_alice.post(path, {"text": "long <b>words</b>", "seen": mark})
    page = answer.content.decode()
    assert answer.status_code == 404
    assert "long &lt;b&gt;words&lt;/b&gt;" in page and mark not in page
    shopping = lists.make(user=alice, name="Shopping")
    lists.drop(by=alice, row=shopping)
    add = f"/app/lists/{shopping.public_id}/add/"
    page = as_alice.post(add, {"items": "milk, eggs"}).content.decode()
    assert ">milk, eggs</p>" in page


def test_reminders_lists_facts_and_events_tell_it_too(
    as_alice: Client, alice: User
) -> None:
    soon = timezone.now() + timedelta(days=1)
    reminder = reminders.create(user=alice, text="call Ana", due_at=soon)
    shopping = lists.make(user=alice, name="Shopping")
    fact, _ = memory.remember(user=alice, text="my shoe size is 42")
    times = Times(soon, soon + timedelta(hours=1), alice.timezone)
    event = events.create(user=alice, title="Lunch", times=times)
    day = {"first_day": "2030-01-01", "starts": "12:00"}
    shown = {
        f"/app/reminders/{reminder.public_id}/": ("", {"text": "call Bo"}),
        f"/app/lists/{shopping.public_id}/": ("rename/", {"name": "Food"}),
        f"/app/memory/{fact.public_id}/": ("", {"text": "my shoe size is 43"}),
        f"/app/calendar/{event.public_id}/": ("", {"title": "Tea", **day}),
    }
    for path, (to, form) in shown.items():
        mark = seen(as_alice, path)
        first = as_alice.post(path + to, {**form, "seen": mark})
        assert first.status_code == 302, path
        answer = as_alice.post(path + to, {**form, "seen": mark})
        assert answer.status_code == 409, path
        page = answer.content.decode()
        assert MEANWHILE in page and page.count("What you had written is below") == 1


@pytest.mark.parametrize(
    ("path", "form", "rows"),
    [
        (f"{NOTES}add/", {"text": "the gate sticks"}, Note.objects),
        ("/app/reminders/add/", {"words": "tea tomorrow at 9"}, Reminder.objects),
        ("/app/calendar/add/", {"words": "lunch tomorrow 12:30"}, Event.objects),
    ],
)
def test_keep_after_back_keeps_it_once(
    as_alice: Client, path: str, form: dict[str, str], rows: Any
) -> None:
    first = as_alice.post(path, form, follow=True)
    page = as_alice.post(path, form, follow=True)
    assert rows.count() == 1
    assert "You had sent this a moment ago" in page.content.decode()
    undo(as_alice, first)
    # What was taken back is not there, so it is made.
    assert as_alice.post(path, form).status_code == 302
    assert rows.count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_several_that_save_at_the_same_moment_one_is_first(alice: User) -> None:
    row = notes.add(user=alice, text="the gate sticks")
    path = f"{NOTES}{row.public_id}/"
    mark = seen(of(alice), path)
    answers = together(
        4, lambda: of(alice).post(path, {"text": uuid7().hex, "seen": mark}).status_code
    )
    assert sorted(answers) == [302, 409, 409, 409]


@pytest.mark.django_db(transaction=True)
def test_of_several_presses_at_the_same_moment_one_keeps_it(alice: User) -> None:
    form = {"text": "the gate sticks"}
    answers = together(4, lambda: of(alice).post(f"{NOTES}add/", form).status_code)
    assert answers == [302] * 4 and Note.objects.count() == 1


def of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client
