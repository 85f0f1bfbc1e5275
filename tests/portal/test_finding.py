"""One search over everything a person has, and over nothing that others have."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from apps.accounts.models import User
from apps.assistant import lists, memory, notes
from apps.assistant.models import Event, Reminder
from apps.core import query
from apps.sms import web

pytestmark = pytest.mark.django_db
PAGE = "/app/search/"
HAVE_OWN = ("/app/conversation/", "/app/notes/", "/app/memory/")


def seen(browser: Client, words: str) -> str:
    return browser.get(PAGE, {"q": words}).content.decode()


def remind(user: User, text: str) -> Reminder:
    now = timezone.now()
    return Reminder.objects.create(
        user=user, text=text, due_at=now + timedelta(days=1), zone="UTC"
    )


def gather(user: User, word: str) -> list[str]:
    """One of each kind with the word in it; the addresses that lead there."""
    start = timezone.now()
    end = start + timedelta(hours=1)
    event = Event.objects.create(
        user=user, title="Lunch", place=word, starts_at=start, ends_at=end, zone="UTC"
    )
    mine = lists.make(user=user, name=f"{word} list")
    others = lists.make(user=user, name="Shopping")
    lists.add(by=user, row=others, texts=[f"a {word} lamp"])
    note = notes.add(user=user, text=f"the {word} sticks")
    fact, _ = memory.remember(user=user, text=f"the {word} is green")
    reminder = remind(user, f"paint the {word}")
    web.say(user, f"where is the {word}?")
    return [
        f"/app/reminders/{reminder.public_id}/",
        f"/app/calendar/{event.public_id}/",
        f"/app/lists/{mine.public_id}/",
        f"/app/lists/{others.public_id}/",
        f"/app/notes/{note.public_id}/",
        f"/app/memory/{fact.public_id}/",
        f"/app/conversation/?q={word}#newest",
    ]


def test_each_kind_is_found_and_each_link_leads_there(
    as_alice: Client, alice: User
) -> None:
    links = gather(alice, "gate")
    page = seen(as_alice, "gate")
    for link in links:
        assert f'href="{link}"' in page, link
        assert as_alice.get(link.partition("#")[0]).status_code == 200


def test_a_phone_is_found_by_its_number_or_name(as_alice: Client) -> None:
    page = seen(as_alice, "202 555 0101")
    assert "+1 202 555 0101" in page and 'href="/app/phones/"' in page


def test_nothing_of_others_is_found(as_alice: Client, bob: User) -> None:
    gather(bob, "gate")
    page = seen(as_alice, "gate")
    assert "Nothing found" in page and "sticks" not in page


def test_all_words_are_in_what_is_found(as_alice: Client, alice: User) -> None:
    notes.add(user=alice, text="the gate sticks")
    remind(alice, "oil the GATE on Friday")
    page = seen(as_alice, "friday gate")
    assert "oil the GATE on Friday" in page and "sticks" not in page


def test_more_than_are_shown_are_on_the_page_of_their_kind(
    as_alice: Client, alice: User
) -> None:
    for each in range(6):
        notes.add(user=alice, text=f"gate {each}")
    page = seen(as_alice, "gate")
    assert page.count("/app/notes/0") + page.count("/app/notes/1") == 5
    assert 'href="/app/notes/?q=gate"' in page


def test_pages_are_found_by_what_they_are_called(as_alice: Client) -> None:
    assert 'href="/app/settings/notifications/"' in seen(as_alice, "notifi")


@pytest.mark.parametrize("words", ["", "   ", "<b>%_\\'\"", "x" * 5_000, "gate\x00"])
def test_whatever_is_asked_for_the_page_answers(as_alice: Client, words: str) -> None:
    for path in (PAGE, *HAVE_OWN):
        answer = as_alice.get(path, {"q": words})
        assert answer.status_code == 200, path
        assert "<b>%" not in answer.content.decode()
    assert escape("<b>%") in seen(as_alice, "<b>%")


@pytest.mark.parametrize("words", ["telefono", "teléfono", "TELÉFONO espana"])
def test_accents_hinder_nobody(as_alice: Client, alice: User, words: str) -> None:
    """A text loses some on its way, and who searches leaves them out."""
    notes.add(user=alice, text="el teléfono de España")
    remind(alice, "Teléfono: Espana")
    web.say(alice, "¿el TELÉFONO de españa?")
    page = seen(as_alice, words)
    for found in (
        "el teléfono de España",
        "Teléfono: Espana",
        "¿el TELÉFONO de españa?",
    ):
        assert found in page, found


def test_accents_are_plain_alike_here_and_in_the_database() -> None:
    both = query.ACCENTS + "Straße Ærø 100%_\\ abc"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT translate(lower(%s), '{query.ACCENTS}', '{query.PLAIN}')", [both]
        )
        assert cursor.fetchone()[0] == query.plain(both)
    assert len(query.ACCENTS) == len(query.PLAIN)
