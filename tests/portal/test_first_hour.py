"""What a newcomer does in the first hour, in a real browser, end to end."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from apps.accounts.models import User
from tests.portal.conftest import Worker

NUMBER = "+12025550177"


@pytest.mark.browser_context_args(timezone_id="Europe/Berlin")
def test_from_sign_up_to_a_reminder_that_arrives(
    page: Page,
    site: str,
    worker: Worker,
    mail_folder: Path,
    complaints: list[str],
) -> None:
    _sign_up(page, site)
    _verify(page, site)
    assert User.objects.get().timezone == "Europe/Berlin"

    expect(page.locator("main")).to_contain_text("Step 3 of 4")
    words = page.locator(".words").inner_text()
    assert re.fullmatch(r"LINK [A-Z]+(-[A-Z]+){3}", words)

    phone = page.context.new_page()
    phone.goto(f"{site}/dev/phone/?number=%2B{NUMBER[1:]}")
    _text(phone, words)
    expect(phone.locator("#screen")).to_contain_text("This phone is linked, Dana")
    # The page that shows the words notices by itself.
    expect(page.locator("#phones-live")).to_contain_text("Verified")
    _leave_the_second_factor_for_later(page)

    _text(phone, "remind me to stretch in 5 minutes")
    expect(phone.locator("#screen")).to_contain_text("Reminder set: stretch")
    page.goto(f"{site}/app/")
    expect(page.locator("main")).to_contain_text("stretch")

    worker.fire_what_is_due_within(timedelta(minutes=6))
    expect(phone.locator("#screen")).to_contain_text("Reminder: stretch.")
    expect(phone.locator("#screen")).to_contain_text("delivered")
    page.goto(f"{site}/app/conversation/")
    expect(page.locator("#thread")).to_contain_text("Delivered")
    assert complaints == []


def _sign_up(page: Page, site: str) -> None:
    page.goto(site)
    page.get_by_role("link", name="Create an account").click()
    page.get_by_label("Name").fill("Dana Dahl")
    page.get_by_label("Email").fill("dana@example.com")
    page.get_by_label("Password").fill("a-long-walk-by-the-sea")
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Verify your email")


def _verify(page: Page, site: str) -> None:
    mail = page.context.new_page()
    mail.goto(f"{site}/dev/mail/")
    mail.get_by_role("link", name="Your Switchboard code").click()
    code = re.search(r"code is\s+(\S+)", mail.locator("pre").inner_text())
    assert code is not None
    mail.close()
    page.get_by_label("Code").fill(code[1])
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Phones")


def _leave_the_second_factor_for_later(page: Page) -> None:
    page.get_by_role("link", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Second factors")
    expect(page.locator("main")).to_contain_text("Step 4 of 4")
    page.get_by_role("link", name="Skip for now").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Hello, Dana")
    card = page.get_by_role("region", name="Finish setting up")
    expect(card).to_contain_text("3 of 4")
    expect(card).to_contain_text("Set up a second factor")


def _text(phone: Page, body: str) -> None:
    phone.get_by_label("Text", exact=True).fill(body)
    phone.get_by_role("button", name="Send").click()
    expect(phone.locator("#screen .said-in").last).to_contain_text(body)
