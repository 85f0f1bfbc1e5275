"""The page of the calendar: a day, a week, a list; events made, changed and taken back."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.assistant import events, occurrences
from apps.assistant.events import Times
from apps.assistant.models import Event
from tests.assistant.conftest import clock  # noqa: F401  (a fixture)
from tests.portal.taking import said, undo

PAGE = "/app/calendar/"
ZONE = "America/New_York"
HOUR = timedelta(hours=1)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
LUNCH = {
    "title": "Lunch",
    "first_day": "2026-11-27",
    "starts": "12:30",
    "ends": "13:15",
    "place": "Cafe",
}


@pytest.fixture(autouse=True)
def in_new_york(alice: User) -> None:
    alice.timezone = ZONE
    alice.save()


@pytest.fixture
def standup(alice: User) -> Event:
    start = timezone.now() + HOUR
    times = Times(start, start + HOUR, ZONE, rule="FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR")
    return events.create(user=alice, title="Standup", times=times)


def walls(user: User) -> list[str]:
    start = timezone.now()
    found = occurrences.between(user=user, start=start, end=start + timedelta(days=5))
    return [f"{each.start:%a %H:%M} {each.event.title}" for each in found]


def test_an_empty_page_says_how_to_begin(as_alice: Client) -> None:
    page = as_alice.get(f"{PAGE}?view=list").content.decode()
    assert "Nothing in these days" in page and "New event" in page


def test_it_is_added_in_words_and_taken_back(as_alice: Client) -> None:
    words = {"words": "lunch with Ana friday 12:30"}
    page = as_alice.post(f"{PAGE}add/", words, follow=True)
    assert said(page) == [
        "On your calendar: lunch with Ana, Fri 27 Nov, 12:30 PM to 1:30 PM."
    ]
    assert "lunch with Ana" in page.content.decode()
    assert said(undo(as_alice, page)) == ["Undone."]
    assert Event.objects.get().is_deleted


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("lunch", "When does it begin"),
        ("friday 12:30", "What shall I put"),
        ("call at 7", "this evening 7:00 PM"),
        ("x every 2 hours", "once a day at most"),
        ("", "required"),
    ],
)
def test_words_that_are_not_clear_say_why(
    as_alice: Client, words: str, answer: str
) -> None:
    page = as_alice.post(f"{PAGE}add/", {"words": words})
    assert answer in page.content.decode() and not Event.objects.exists()


def test_it_is_made_by_a_form_and_changed(as_alice: Client, alice: User) -> None:
    assert (
        'value="2026-11-27"'
        in as_alice.get(f"{PAGE}new/?on=2026-11-27").content.decode()
    )
    page = as_alice.post(f"{PAGE}new/", LUNCH, follow=True)
    row = Event.objects.get()
    assert walls(alice) == ["Fri 12:30 Lunch"] and row.length == timedelta(minutes=45)
    assert "Lunch" in page.content.decode()
    one = f"{PAGE}{row.public_id}/"
    shown = as_alice.get(one).content.decode()
    assert 'value="12:30"' in shown and 'value="Cafe"' in shown
    page = as_alice.post(one, {**LUNCH, "starts": "", "title": "Holiday"}, follow=True)
    row.refresh_from_db()
    assert (row.title, row.is_all_day) == ("Holiday", True)
    undo(as_alice, page)
    assert walls(alice) == ["Fri 12:30 Lunch"]
    page = as_alice.post(f"{one}delete/", follow=True)
    assert said(page) == ["Deleted: Lunch."] and walls(alice) == []
    undo(as_alice, page)
    assert walls(alice) == ["Fri 12:30 Lunch"]


@pytest.mark.parametrize(
    ("more", "answer"),
    [
        ({"last_day": "2026-11-20"}, "It ends before it begins."),
        ({"repeats": "FREQ=DAILY", "until": "2026-11-20"}, "That is before it begins."),
        ({"first_day": "x"}, "Enter a valid date."),
        ({"first_day": "0001-01-01"}, "Take a day from 1970 to 2200."),
        ({"first_day": "9999-12-31"}, "Take a day from 1970 to 2200."),
        ({"last_day": "9999-12-31", "starts": ""}, "Take a day from 1970 to 2200."),
    ],
)
def test_a_form_that_cannot_be_kept_says_why(
    as_alice: Client, more: dict[str, str], answer: str
) -> None:
    page = as_alice.post(f"{PAGE}new/", {**LUNCH, **more})
    assert answer in page.content.decode() and not Event.objects.exists()


def test_past_midnight_is_the_day_after(as_alice: Client, alice: User) -> None:
    as_alice.post(f"{PAGE}new/", {**LUNCH, "starts": "22:00", "ends": "01:00"})
    assert Event.objects.get().length == 3 * HOUR
    page = as_alice.get(f"{PAGE}?view=week&on=2026-11-28").content.decode()
    assert "until" in page


def test_one_of_many_is_changed_or_all(
    as_alice: Client, alice: User, standup: Event
) -> None:
    at = (standup.starts_at + timedelta(days=1)).isoformat()
    one = f"{PAGE}{standup.public_id}/"
    shown = as_alice.get(one, {"at": at}).content.decode()
    assert 'value="2026-11-24"' in shown and "Only this one" in shown
    form = {"title": "Standup", "first_day": "2026-11-24", "at": at}
    form |= {"repeats": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"}
    as_alice.post(one, {**form, "starts": "11:00", "ends": "12:00", "scope": "one"})
    assert walls(alice)[:3] == [
        "Mon 10:00 Standup",
        "Tue 11:00 Standup",
        "Wed 10:00 Standup",
    ]
    at = (standup.starts_at + timedelta(days=2)).isoformat()
    form |= {"first_day": "2026-11-25", "at": at}
    as_alice.post(one, {**form, "starts": "08:30", "ends": "09:00", "scope": "all"})
    assert walls(alice)[-2:] == ["Thu 08:30 Standup", "Fri 08:30 Standup"]
    standup.refresh_from_db()
    assert standup.length == HOUR / 2


def test_one_of_many_is_deleted_or_all(
    as_alice: Client, alice: User, standup: Event
) -> None:
    at = (standup.starts_at + timedelta(days=1)).isoformat()
    one = f"{PAGE}{standup.public_id}/delete/"
    as_alice.post(one, {"at": at, "scope": "one"}, follow=True)
    assert len(walls(alice)) == 4
    page = as_alice.post(one, {"scope": "all"}, follow=True)
    assert walls(alice) == []
    undo(as_alice, page)
    assert len(walls(alice)) == 4


def test_a_rule_that_the_form_has_not_is_kept(as_alice: Client, alice: User) -> None:
    start = timezone.now() + HOUR
    rule = "FREQ=MONTHLY;BYDAY=-1FR"
    times = Times(start, start + HOUR, ZONE, rule=rule)
    row = events.create(user=alice, title="Drinks", times=times)
    one = f"{PAGE}{row.public_id}/"
    assert "As it is" in as_alice.get(one).content.decode()
    form = {"title": "Cocktails", "first_day": "2026-11-27", "starts": "10:00"}
    as_alice.post(one, {**form, "repeats": "as_it_is", "scope": "all"})
    row.refresh_from_db()
    assert (row.title, row.rule) == ("Cocktails", rule)


@pytest.mark.parametrize("view", ["day", "week", "list"])
def test_a_full_page_takes_few_queries(
    as_alice: Client,
    alice: User,
    standup: Event,
    view: str,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for hour in range(1, 40):
        start = timezone.now() + hour * HOUR
        events.create(user=alice, title="x", times=Times(start, start + HOUR, ZONE))
    with django_assert_max_num_queries(15):
        page = as_alice.get(PAGE, {"view": view})
    assert page.status_code == 200 and "Standup" in page.content.decode()


@pytest.mark.parametrize("asked", ["view=year", "on=x", "on=0001-01-01"])
def test_what_is_no_page_is_refused(as_alice: Client, asked: str) -> None:
    assert as_alice.get(f"{PAGE}?{asked}").status_code == 400


def test_nothing_of_another_is_there(bob: User, standup: Event) -> None:
    as_bob = Client()
    as_bob.force_login(bob)
    assert "Standup" not in as_bob.get(PAGE).content.decode()
    one = f"{PAGE}{standup.public_id}/"
    assert (
        as_bob.get(one).status_code == as_bob.post(f"{one}delete/").status_code == 404
    )
