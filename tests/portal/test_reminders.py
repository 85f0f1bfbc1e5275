"""The page of reminders: set in words, done, put off, changed, taken back."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.assistant import reminders
from apps.assistant.models import Reminder
from tests.assistant.conftest import clock  # noqa: F401  (a fixture)
from tests.portal.taking import said, undo

PAGE = "/app/reminders/"
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def dentist(alice: User) -> Iterator[Reminder]:
    yield reminders.create(
        user=alice, text="dentist", due_at=timezone.now() + timedelta(hours=5)
    )


def of(row: Reminder, verb: str = "") -> str:
    return f"{PAGE}{row.public_id}/{verb}"


def test_an_empty_page_says_how_to_begin(as_alice: Client) -> None:
    page = as_alice.get(PAGE).content.decode()
    assert "Nothing to be reminded of" in page and "Set</button>" in page
    assert "Nothing done yet" in as_alice.get(f"{PAGE}?done=1").content.decode()


def test_words_are_read_before_anything_is_set(as_alice: Client) -> None:
    words = {"words": "call Ana every friday at 9 am"}
    part = as_alice.post(f"{PAGE}read/", words).content.decode()
    assert "<strong>call Ana</strong>, every Fri 9:00 AM, next Fri 27 Nov." in part
    assert "<html" not in part and not Reminder.objects.exists()
    assert not as_alice.post(f"{PAGE}read/", {"words": " "}).content.strip()


def test_it_is_set_in_words_and_taken_back(as_alice: Client) -> None:
    words = {"words": "remind me to call Ana every friday at 9am"}
    page = as_alice.post(f"{PAGE}add/", words, follow=True)
    assert said(page) == ["Reminder set: call Ana, every Fri 9:00 AM, next Fri 27 Nov."]
    row = Reminder.objects.get()
    assert (row.text, row.state) == ("call Ana", "active")
    assert "every Fri 9:00 AM" in page.content.decode()
    assert said(undo(as_alice, page)) == ["Undone."]
    row.refresh_from_db()
    assert row.state == "deleted"


def test_what_is_not_clear_is_asked_with_answers(as_alice: Client) -> None:
    words = {"words": "call Ana at 7"}
    asked = as_alice.post(f"{PAGE}add/", words).content.decode()
    assert "this evening 7:00 PM" in asked and 'value="call Ana at 7"' in asked
    answer = asked.split("7:00 PM")[0].rpartition('value="')[2].split('"')[0]
    page = as_alice.post(f"{PAGE}add/", {**words, "when": answer}, follow=True)
    assert said(page) == ["Reminder set: call Ana, Mon 23 Nov, 7:00 PM."]


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("call Ana", "When shall I remind you"),
        ("tomorrow at 9 am", "What"),
        ("call Ana yesterday at 5 pm", "already passed"),
        ("x" * 301 + " tomorrow at 9 am", "up to 300 characters"),
        ("", "required"),
    ],
)
def test_what_cannot_be_set_says_why(as_alice: Client, words: str, answer: str) -> None:
    page = as_alice.post(f"{PAGE}add/", {"words": words})
    assert page.status_code == 200 and answer in page.content.decode()
    assert not Reminder.objects.exists()


def test_done_snoozed_and_deleted_each_with_a_way_back(
    as_alice: Client, dentist: Reminder
) -> None:
    page = as_alice.post(of(dentist, "done/"), follow=True)
    assert said(page) == ["Done: dentist."]
    assert "dentist" in as_alice.get(f"{PAGE}?done=1").content.decode()
    undo(as_alice, page)
    page = as_alice.post(of(dentist, "snooze/"), follow=True)
    assert said(page) == ["Snoozed: dentist, Mon 23 Nov, 2:10 PM."]
    undo(as_alice, page)
    page = as_alice.post(of(dentist, "delete/"), follow=True)
    assert said(page) == ["Deleted: dentist."]
    undo(as_alice, page)
    before = dentist.due_at
    dentist.refresh_from_db()
    assert (dentist.state, dentist.due_at) == ("active", before)


def test_one_is_reworded_and_moved_in_words(
    as_alice: Client, dentist: Reminder
) -> None:
    assert 'value="dentist"' in as_alice.get(of(dentist)).content.decode()
    same = as_alice.post(of(dentist), {"text": "dentist", "when": ""})
    assert "Nothing is different" in same.content.decode()
    asked = as_alice.post(of(dentist), {"text": "dentist", "when": "soonish"})
    assert asked.status_code == 200
    new = {"text": "the dentist", "when": "friday"}
    page = as_alice.post(of(dentist), new, follow=True)
    assert said(page) == ["Moved: the dentist, Fri 27 Nov, 2:00 PM."]
    undo(as_alice, page)
    dentist.refresh_from_db()
    assert dentist.text == "dentist"
    assert timezone.localtime(dentist.due_at).day == 23
    as_alice.post(of(dentist), {"text": "dentist", "when": "every monday at 8 am"})
    dentist.refresh_from_db()
    assert dentist.rule.startswith("FREQ=WEEKLY")


def test_a_change_is_taken_back_once_and_by_its_person_alone(
    as_alice: Client, bob: User, dentist: Reminder
) -> None:
    page = as_alice.post(of(dentist, "done/"), follow=True)
    as_bob = Client()
    as_bob.force_login(bob)
    assert "no longer be undone" in said(undo(as_bob, page))[0]
    assert said(undo(as_alice, page)) == ["Undone."]
    assert "no longer be undone" in said(undo(as_alice, page))[0]
    forged = as_alice.post("/app/take-back/", {"change": "x", "back": "//evil.example"})
    assert forged["Location"] == "/app/"


def test_the_next_come_first_and_pages_hold_thirty(
    as_alice: Client, alice: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for i in range(70):
        due_at = timezone.now() + timedelta(days=70 - i // 2)
        Reminder.objects.create(user=alice, text=f"n{i}.", due_at=due_at, zone="UTC")
    found: list[str] = []
    place = ""
    for _ in range(3):
        with django_assert_max_num_queries(15):
            page = as_alice.get(PAGE, {"after": place} if place else {})
        found += [line.row.text for line in page.context["lines"]]
        place = page.context["more"]
    assert not place
    assert found == [f"n{i + j}." for i in range(68, -1, -2) for j in (0, 1)]
    for wrong in ("x", "2026-01-01_5", "_", "2026-11-23T00:00:00+00:00_x"):
        assert as_alice.get(PAGE, {"after": wrong}).status_code == 400


def test_what_is_anothers_is_not_there(as_alice: Client, bob: User) -> None:
    row = reminders.create(
        user=bob, text="secret", due_at=timezone.now() + timedelta(hours=1)
    )
    assert "secret" not in as_alice.get(PAGE).content.decode()
    assert as_alice.get(of(row)).status_code == 404
    for verb in ("", "done/", "snooze/", "delete/"):
        assert as_alice.post(of(row, verb)).status_code == 404
    row.refresh_from_db()
    assert row.state == "active"
