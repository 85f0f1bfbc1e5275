"""An account is connected in a real browser, by way of the provider's own page."""

import re
from collections.abc import Callable

import pytest
from allauth.socialaccount.models import SocialAccount
from playwright.sync_api import Browser, Page, expect
from pytest_django import Settings

from apps.accounts.models import User
from apps.integrations import connections
from apps.integrations.models import Connection, Token
from tests.factories import PASSWORD
from tests.integrations.accounts import connected
from tests.integrations.servers import Simulator
from tests.portal.conftest import complaints, sign_in, site
from tests.portal.test_long_words import WIDER
from tests.portal.test_pages_in_chromium import EXAMINE

__all__ = ["complaints", "sign_in", "site"]
pytestmark = pytest.mark.django_db(transaction=True)
INDEX = "/app/connections/"
AT_GOOGLE, HERE = re.compile("/o/oauth2/v2/auth"), re.compile(
    f"{INDEX}[0-9a-f-]{{36}}/"
)


@pytest.fixture
def home(site: str, alice: User, providers: Simulator, settings: Settings) -> str:
    """Providers send people back to where they see us."""
    settings.PUBLIC_URL = site
    return site


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light")])
def test_from_the_card_to_the_provider_and_back_and_away_again(
    page: Page,
    home: str,
    sign_in: Callable[[str], None],
    complaints: list[str],
    width: int,
    scheme: str,
) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 800})
    sign_in("alice@example.com")
    page.goto(home + INDEX)
    found = _faults(page)
    page.get_by_role("link", name="Connect Google").click()
    page.locator("summary", has_text="What we will ask Google for").click()
    found += _faults(page)
    assert not page.get_by_label("Read your mailbox").is_checked()

    page.get_by_role("button", name="Continue to Google").click()
    page.wait_for_url(AT_GOOGLE)
    page.get_by_role("button", name="Deny").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing has changed")
    found += _faults(page)

    page.get_by_label("Send mail as you").check()
    page.get_by_role("button", name="Continue to Google").click()
    page.wait_for_url(AT_GOOGLE)
    page.locator("input[value$='gmail.send']").uncheck()
    page.get_by_role("button", name="Allow").click()
    page.wait_for_url(HERE)
    expect(page.locator("main")).to_contain_text("Not allowed there: Send mail as you.")
    found += _faults(page)

    page.get_by_role("link", name="Allow the rest").click()
    found += _faults(page)
    page.get_by_role("button", name="Continue to Google").click()
    page.wait_for_url(AT_GOOGLE)
    page.get_by_role("button", name="Allow").click()
    page.wait_for_url(HERE)
    expect(page.locator("#connection-live")).to_contain_text("2 of 6 allowed")
    page.get_by_role("button", name="Test now").click()
    expect(page.get_by_role("status").first).to_contain_text("Google answered")
    page.locator("summary", has_text="In figures").click()
    found += _faults(page)

    page.get_by_role("link", name="All your consents").click()
    found += _faults(page)
    page.goto(home + INDEX)
    page.get_by_role("link", name="alice@example.com").click()
    page.get_by_role("link", name="Disconnect").click()
    found += _faults(page)
    page.get_by_label("To do it, type Google").fill("Google")
    page.get_by_role("button", name="Disconnect").click()
    expect(page.get_by_role("status").first).to_contain_text("Google is disconnected.")
    assert not Token.objects.exists()
    assert found == [] and complaints == []


def test_a_change_shows_by_itself_and_is_announced(
    page: Page, home: str, alice: User, sign_in: Callable[[str], None]
) -> None:
    sign_in("alice@example.com")
    page.goto(home + INDEX)
    _walk(page)
    for place in (page.url, home + INDEX):
        page.goto(place)
        row = Connection.objects.get()
        # A look every four seconds; a busy machine may take longer to draw it.
        connections.pause(row=row, channel="portal")
        expect(page.locator("[data-poll]")).to_contain_text("You paused it.")
        expect(page.locator("#live")).to_contain_text("Paused")
        connections.resume(row=row, channel="portal")
        expect(page.locator("[data-poll]")).not_to_contain_text("You paused it.")


def test_accounts_that_are_one_long_word_stay_inside_of_every_page(
    page: Page, home: str, alice: User, sign_in: Callable[[str], None]
) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    address = f"{'a' * 60}@{'b' * 60}.{'c' * 60}.example"
    row = connected(alice, "google")
    Connection.objects.update(label=address)
    SocialAccount.objects.create(
        user=alice, provider="google", uid="1", extra_data={"email": address}
    )
    sign_in("alice@example.com")
    wider = {}
    for path in (
        INDEX,
        f"{INDEX}google/",
        f"{INDEX}{row.public_id}/",
        f"{INDEX}{row.public_id}/more/",
        f"{INDEX}{row.public_id}/disconnect/",
        "/app/settings/sign-in-accounts/",
    ):
        page.goto(home + path)
        wider[path] = page.evaluate(WIDER)
    assert set(wider.values()) == {0}, wider


def test_it_all_works_without_scripts_and_by_keyboard(
    browser: Browser, home: str
) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{home}/accounts/login/?next={INDEX}google/")
    page.get_by_label("Email").fill("alice@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{home}{INDEX}google/")
    page.get_by_label("See when you are free").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_url(AT_GOOGLE)
    page.get_by_role("button", name="Allow").press("Enter")
    page.wait_for_url(HERE)
    row = Connection.objects.get()
    assert row.features == ["calendar.read", "calendar.busy"]
    for button, said in (("Pause", "Google is paused."), ("Resume", "Google goes on.")):
        page.get_by_role("button", name=button).press("Enter")
        expect(page.get_by_role("status").first).to_contain_text(said)
    page.get_by_role("button", name=re.compile("Switch off.*See your")).press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("is switched off")
    row.refresh_from_db()
    assert row.features == ["calendar.busy"]


def _walk(page: Page) -> None:
    page.get_by_role("link", name="Connect Google").click()
    page.get_by_role("button", name="Continue to Google").click()
    page.wait_for_url(AT_GOOGLE)
    page.get_by_role("button", name="Allow").click()
    page.wait_for_url(HERE)


def _faults(page: Page) -> list[str]:
    page.wait_for_load_state()
    found: list[str] = page.evaluate(EXAMINE)
    return [f"{page.url}: {each}" for each in found]
