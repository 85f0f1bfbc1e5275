"""From sign-up to a second factor and the first answer: by keyboard alone, and without
any script. And what browsers do besides: back, twice, too late."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from django.test import Client
from playwright.sync_api import Browser, Locator, Page, expect

from apps.accounts.models import LoginSession, User
from apps.assistant.models import Reminder
from apps.mfa.models import TOTPDevice
from apps.portal import demo
from apps.sms import simulator
from tests.portal.conftest import Worker

NUMBER, DANA = "+12025550177", "dana@example.com"
PASSWORD = "a-long-walk-by-the-sea"
FACTORS = "/app/settings/security/factors/"
# More stops than any page has on the way to what is asked for.
_MOST_STOPS = 80
_HAS_FOCUS = "place => place === document.activeElement"


class Hands(Protocol):
    page: Page

    def follow(self, name: str) -> None: ...
    def press(self, name: str) -> None: ...
    def fill(self, label: str, words: str) -> None: ...


class Keyboard:
    """Tab, Enter and letters."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def follow(self, name: str) -> None:
        self._reach(self.page.get_by_role("link", name=name).locator("visible=true"))
        self.page.keyboard.press("Enter")

    def press(self, name: str) -> None:
        button = self.page.get_by_role("button", name=name, exact=True)
        self._reach(button)
        self.page.keyboard.press("Enter")

    def fill(self, label: str, words: str) -> None:
        self._reach(self.page.get_by_label(label))
        self.page.keyboard.type(words)

    def _reach(self, place: Locator) -> None:
        place.first.wait_for()
        for _ in range(_MOST_STOPS):
            if place.first.evaluate(_HAS_FOCUS):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"no way there by keyboard: {place}")


class Pointer:
    def __init__(self, page: Page) -> None:
        self.page = page

    def follow(self, name: str) -> None:
        self.page.get_by_role("link", name=name).first.click()

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def fill(self, label: str, words: str) -> None:
        self.page.get_by_label(label).fill(words)


def test_by_keyboard_alone(
    page: Page, site: str, worker: Worker, mail_folder: Path, complaints: list[str]
) -> None:
    _from_sign_up_to_an_answer(Keyboard(page), site, worker, mail_folder)
    assert complaints == []


def test_without_any_script(
    browser: Browser, site: str, worker: Worker, mail_folder: Path
) -> None:
    context = browser.new_context(java_script_enabled=False)
    _from_sign_up_to_an_answer(Pointer(context.new_page()), site, worker, mail_folder)
    context.close()


def _from_sign_up_to_an_answer(
    hands: Hands, site: str, worker: Worker, mail_folder: Path
) -> None:
    page = hands.page
    title = page.get_by_role("heading", level=1)
    page.goto(site)
    hands.follow("Create an account")
    expect(title).to_have_text("Create an account")
    hands.fill("Name", "Dana Dahl")
    hands.fill("Email", DANA)
    hands.fill("Password", PASSWORD)
    hands.press("Create account")
    expect(title).to_have_text("Verify your email")
    hands.fill("Code", _code_of_the_letter(site, worker))
    hands.press("Continue")
    expect(title).to_have_text("Phones")
    simulator.text(number=NUMBER, body=page.locator(".words").inner_text())
    worker.wait_until(lambda: len(simulator.inbox(NUMBER)) == 1)
    page.goto(f"{site}{FACTORS}")
    hands.press("Set up")
    page.get_by_label("Code").wait_for()
    hands.fill("Code", TOTPDevice.objects.get().code())
    hands.press("Set up")
    expect(title).to_have_text("Your recovery codes")
    hands.follow("I have kept them")
    expect(title).to_have_text("Hello, Dana")
    assert TOTPDevice.objects.get().confirmed
    simulator.text(number=NUMBER, body="remind me to stretch in 5 minutes")
    worker.wait_until(lambda: len(simulator.inbox(NUMBER)) == 2)
    hands.follow("Conversation")
    expect(page.locator("#thread")).to_contain_text("Reminder set: stretch")


def _code_of_the_letter(site: str, worker: Worker) -> str:
    """Read elsewhere: mail is no page of ours."""
    found: list[str] = []

    def come() -> bool:
        listed = Client().get("/dev/mail/").content.decode()
        for page in re.findall(r'href="(/dev/mail/[^"]+/)"', listed):
            said = Client().get(page).content.decode()
            found.extend(re.findall(r"code is\s+(\S+)", said))
        return bool(found)

    worker.wait_until(come)
    return found[0]


def test_pressed_twice_is_done_once(
    page: Page, site: str, complaints: list[str], sign_in: Callable[[str], None]
) -> None:
    demo.people()
    sign_in("alice@example.com")
    page.goto(f"{site}/app/reminders/")
    page.get_by_label("What, and when").fill("call Ana every friday at 9 am")
    page.get_by_role("button", name="Set", exact=True).dblclick()
    expect(page.get_by_role("status")).to_contain_text("Reminder set: call Ana")
    assert Reminder.objects.count() == 1
    assert complaints == []


def test_back_leads_to_the_page_before_and_sends_nothing_again(
    page: Page, site: str, complaints: list[str], sign_in: Callable[[str], None]
) -> None:
    demo.people()
    sign_in("alice@example.com")
    page.goto(f"{site}/app/reminders/")
    page.get_by_label("What, and when").fill("call Ana every friday at 9 am")
    page.get_by_role("button", name="Set", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Reminder set: call Ana")
    page.goto(f"{site}/app/lists/")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Reminders")
    expect(page.locator("main")).to_contain_text("call Ana")
    page.reload()
    assert Reminder.objects.count() == 1
    assert complaints == []


def test_back_shows_nothing_after_signing_out(
    page: Page, site: str, sign_in: Callable[[str], None]
) -> None:
    demo.people()
    sign_in("alice@example.com")
    page.goto(f"{site}/app/settings/profile/")
    page.goto(f"{site}/accounts/logout/")
    page.locator("main").get_by_role("button", name="Sign out").click()
    page.wait_for_load_state()
    page.go_back()
    page.go_back()
    page.wait_for_url(f"{site}/accounts/login/?next=/app/settings/profile/")
    assert page.get_by_text("alice@example.com").count() == 0


def test_a_change_after_the_session_ended_asks_to_sign_in_and_changes_nothing(
    page: Page, site: str, sign_in: Callable[[str], None]
) -> None:
    demo.people()
    sign_in("alice@example.com")
    page.goto(f"{site}/app/settings/profile/")
    page.get_by_label("Name").fill("Alix")
    LoginSession.objects.all().delete()
    page.context.clear_cookies()
    page.get_by_role("button", name="Save").click()
    page.wait_for_load_state()
    expect(page.locator("main")).not_to_contain_text("Saved.")
    assert User.objects.get(email="alice@example.com").name == "Alice Archer"
    page.goto(f"{site}/app/settings/profile/")
    page.get_by_label("Email").fill("alice@example.com")
    page.get_by_label("Password").fill(demo.password())
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{site}/app/settings/profile/")
    expect(page.get_by_label("Name")).to_have_value("Alice Archer")
