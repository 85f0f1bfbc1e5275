"""What changes by itself, and what works without any script."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from apps.accounts.models import LoginSession, User
from apps.core import paging
from apps.portal import demo
from apps.sms import simulator
from apps.sms.models import Delta
from tests.analytics.rows import drained
from tests.portal.conftest import ALICE, Worker


@pytest.fixture
def cast(transactional_db: None) -> None:
    demo.people()


def test_an_answer_appears_and_is_announced(
    page: Page,
    site: str,
    worker: Worker,
    cast: None,
    sign_in: Callable[[str], None],
) -> None:
    sign_in("alice@example.com")
    page.goto(f"{site}/app/conversation/")
    expect(page.locator("#thread")).to_contain_text("Text this to")
    simulator.text(number=ALICE, body="reminders")
    expect(page.locator("#thread")).to_contain_text("You have no reminders")
    expect(page.locator("#live")).to_contain_text("Switchboard: You have no reminders")


def test_a_table_stays_open_where_it_was_and_figures_come_for_good(
    page: Page,
    site: str,
    worker: Worker,
    cast: None,
    sign_in: Callable[[str], None],
) -> None:
    """Also when nothing has come for a minute: the clock of the page runs ahead."""
    demo.history()
    drained()
    sign_in("alice@example.com")
    page.clock.install()
    page.goto(f"{site}/app/usage/")
    page.clock.fast_forward(1_000)
    for _ in range(30):
        page.clock.run_for(2_000)
    texts = page.locator("#usage-live .tile-figure").first
    before = texts.inner_text()
    head = page.locator("#numbers-texts-head")
    head.click()
    region = page.locator("#numbers-texts-all")
    region.evaluate("place => place.scrollTo(0, 100)")
    region.focus()
    simulator.text(number=ALICE, body="hello")
    worker.wait_until(lambda: Delta.objects.filter(direction="out").exists())
    drained()
    page.clock.run_for(2_000)
    expect(texts).not_to_have_text(before)
    expect(page.locator("#numbers-texts")).to_have_attribute("open", "")
    expect(page.locator("#numbers-cost")).not_to_have_attribute("open", "")
    expect(region).to_be_focused()
    assert region.evaluate("place => place.scrollTop") == 100


@pytest.mark.parametrize("place", ["", "#newest", "?before="])
def test_a_conversation_opens_at_its_end(
    page: Page, site: str, cast: None, sign_in: Callable[[str], None], place: str
) -> None:
    demo.history()
    page.set_viewport_size({"width": 360, "height": 500})
    sign_in("alice@example.com")
    if place.endswith("="):
        # Of what was said so far, from the last of it on.
        place += paging.cursor("sms.threads ", paging.Place((str(10**9),) * 2))
    page.goto(f"{site}/app/conversation/{place}")
    expect(page.locator(".said").first).not_to_be_in_viewport()
    expect(page.locator(".said").last).to_be_in_viewport()


def test_who_reads_the_end_stays_there_and_who_reads_above_stays_too(
    page: Page,
    site: str,
    worker: Worker,
    cast: None,
    sign_in: Callable[[str], None],
) -> None:
    demo.history()
    page.set_viewport_size({"width": 360, "height": 500})
    sign_in("alice@example.com")
    page.goto(f"{site}/app/conversation/")
    simulator.text(number=ALICE, body="undo")
    expect(page.locator("#thread")).to_contain_text("nothing to undo")
    expect(page.locator(".said").last).to_be_in_viewport()

    page.evaluate("scrollTo(0, 0)")
    count = page.locator(".said").count()
    simulator.text(number=ALICE, body="?")
    expect(page.locator(".said")).to_have_count(count + 2)
    expect(page.get_by_role("heading", level=1)).to_be_in_viewport()


def test_without_scripts_the_navigation_leads_to_the_end(
    browser: Browser, site: str, cast: None
) -> None:
    demo.history()
    page = browser.new_context(
        java_script_enabled=False, viewport={"width": 1280, "height": 500}
    ).new_page()
    page.goto(f"{site}/accounts/login/")
    page.get_by_label("Email").fill("alice@example.com")
    page.get_by_label("Password").fill(demo.password())
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("link", name="Conversation", exact=True).first.click()
    expect(page.locator(".said").last).to_be_in_viewport()
    page.goto(f"{site}/app/conversation/")
    expect(page.locator(".said").last).not_to_be_in_viewport()
    page.get_by_role("link", name="Newest").click()
    expect(page.locator(".said").last).to_be_in_viewport()
    page.context.close()


def test_a_session_that_ended_leads_to_signing_in(
    page: Page, site: str, cast: None, sign_in: Callable[[str], None]
) -> None:
    sign_in("alice@example.com")
    page.goto(f"{site}/app/conversation/")
    page.context.clear_cookies()
    page.wait_for_url(f"{site}/accounts/login/?next=/app/conversation/")


def test_words_go_from_a_page_left_open_and_come_back_with_the_password(
    page: Page, site: str, cast: None, sign_in: Callable[[str], None]
) -> None:
    sign_in("alice@example.com")
    page.goto(f"{site}/app/phones/?link=1")
    expect(page.locator(".words")).to_be_visible()
    LoginSession.objects.update(proved_at=timezone.now() - timedelta(minutes=6))
    expect(page.locator(".words")).to_have_count(0)
    page.get_by_role("link", name="Link another phone").click()
    page.get_by_label("Password").fill(demo.password())
    page.get_by_role("button", name="Continue").click()
    expect(page.locator(".words")).to_be_visible()


@pytest.mark.browser_context_args(timezone_id="Asia/Tokyo")
def test_the_zone_of_the_browser_is_offered(
    page: Page, site: str, cast: None, sign_in: Callable[[str], None]
) -> None:
    sign_in("alice@example.com")
    page.goto(f"{site}/app/settings/profile/")
    expect(page.locator("[data-zone-offer]")).to_contain_text("Asia/Tokyo")
    page.get_by_role("button", name="Choose it").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    assert User.objects.get(email="alice@example.com").timezone == "Asia/Tokyo"


def test_the_first_wrong_field_has_the_focus(page: Page, site: str, cast: None) -> None:
    page.goto(f"{site}/accounts/signup/")
    page.get_by_label("Email").fill("dana@example.com")
    page.get_by_label("Password").fill("short")
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_label("Password")).to_be_focused()
    expect(page.get_by_label("Email")).to_have_value("dana@example.com")


def test_a_site_that_is_away_is_told_once_and_by_hand_closed(
    page: Page, site: str, cast: None
) -> None:
    page.goto(f"{site}/dev/phone/")
    page.route("**/dev/phone/**", lambda route: route.abort())
    toast = page.get_by_role("alert")
    expect(toast).to_have_text("No connection. Trying again.Close")
    toast.get_by_role("button", name="Close").click()
    expect(toast).to_have_count(0)


def test_everything_works_without_scripts(
    browser: Browser, site: str, worker: Worker, cast: None
) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{site}/accounts/login/")
    page.get_by_label("Email").fill("bob@example.com")
    page.get_by_label("Password").fill(demo.password())
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("link", name="Profile").first.click()
    page.get_by_label("Name").fill("Bobby")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Saved.")

    page.goto(f"{site}/app/phones/?link=1")
    words = page.locator(".words").inner_text()
    page.goto(f"{site}/dev/phone/?number=%2B12025550177")
    page.get_by_label("Text", exact=True).fill(words)
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#screen")).to_contain_text(words)
    worker.wait_until(lambda: len(simulator.inbox("+12025550177")) == 1)
    page.goto(f"{site}/app/phones/")
    expect(page.locator("#phones-live")).to_contain_text("+1 202 555 0177")

    page.set_viewport_size({"width": 360, "height": 740})
    page.get_by_role("link", name="Menu").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Menu")
    page.context.close()
