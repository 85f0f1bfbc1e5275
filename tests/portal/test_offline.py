"""Without a network a page says so, and keeps what was typed."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from apps.assistant.models import Note
from apps.portal import demo

WORDS = "You are offline. What you typed is kept."


@pytest.fixture
def cast(transactional_db: None) -> None:
    demo.people()


def test_a_form_stays_as_it_was_filled_in_and_is_sent_later(
    page: Page, site: str, cast: None, sign_in: Callable[[str], None]
) -> None:
    sign_in("alice@example.com")
    page.goto(f"{site}/app/notes/")
    field = page.get_by_label("Note", exact=True)
    field.fill("the gate sticks")
    page.context.set_offline(True)
    field.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text(WORDS)
    expect(field).to_have_value("the gate sticks")
    assert page.url == f"{site}/app/notes/"
    assert not Note.objects.filter(text="the gate sticks").exists()
    page.context.set_offline(False)
    field.focus()
    field.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_load_state()
    expect(page.get_by_text("the gate sticks").first).to_be_visible()
    assert Note.objects.filter(text="the gate sticks").count() == 1


def test_what_sends_itself_says_so_once(
    page: Page, site: str, cast: None, sign_in: Callable[[str], None]
) -> None:
    sign_in("alice@example.com")
    page.goto(f"{site}/app/settings/appearance/")
    page.context.set_offline(True)
    page.get_by_label("Dark").check()
    page.get_by_label("High contrast").check()
    expect(page.get_by_role("alert")).to_have_count(1)
    expect(page.get_by_role("alert")).to_contain_text(WORDS)
    page.context.set_offline(False)
    page.get_by_label("Light", exact=True).check()
    expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
