"""Every page of the second factors as a browser and its user meet it."""

import pytest
from playwright.sync_api import Page, expect

from apps.accounts.models import User
from apps.mfa.models import TOTPDevice
from tests.factories import PASSWORD
from tests.mfa.conftest import app_of, phone_of
from tests.mfa.test_passkeys_in_chromium import alice, complaints, site
from tests.portal.test_pages_in_chromium import EXAMINE

__all__ = ["alice", "complaints", "site"]
pytestmark = pytest.mark.django_db(transaction=True)
HOME = "/app/settings/security/factors/"


def faults(page: Page) -> list[str]:
    page.wait_for_load_state()
    found: list[str] = page.evaluate(EXAMINE)
    return [f"{page.url}: {each}" for each in found]


def sign_in(page: Page, site: str, user: User) -> None:
    page.goto(f"{site}/accounts/login/")
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_quiet_complete_and_fits(
    page: Page,
    site: str,
    alice: User,
    complaints: list[str],
    width: int,
    scheme: str,
) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 800})
    sign_in(page, site, alice)
    page.goto(f"{site}{HOME}")
    found = faults(page)
    page.get_by_role("button", name="Set up").click()
    page.get_by_label("Code").wait_for()
    found += faults(page)
    page.get_by_label("Code").fill(TOTPDevice.objects.get().code())
    page.get_by_role("button", name="Set up").click()
    page.get_by_role("heading", name="Your recovery codes").wait_for()
    found += faults(page)
    page.get_by_role("link", name="I have kept them").click()
    page.wait_for_url(f"{site}{HOME}")
    found += faults(page)
    page.get_by_role("button", name="Text me a code").click()
    page.wait_for_url(f"{site}{HOME}sms/")
    found += faults(page)
    for path in ("recovery/", "totp/remove/"):
        page.goto(f"{site}{HOME}{path}")
        found += faults(page)
    page.goto(f"{site}/accounts/2fa/webauthn/add/")
    found += faults(page)
    assert found == [] and complaints == []


@pytest.mark.parametrize("width", [360, 1280])
def test_the_second_step_fits_and_goes_by_keyboard(
    page: Page, site: str, alice: User, complaints: list[str], width: int
) -> None:
    device = app_of(alice)
    phone_of(alice)
    page.set_viewport_size({"width": width, "height": 800})
    sign_in(page, site, alice)
    page.wait_for_url(f"{site}/accounts/2fa/authenticate/")
    found = faults(page)
    page.get_by_role("link", name="I have lost all of them").click()
    found += faults(page)
    page.get_by_role("link", name="Back").click()
    page.get_by_role("link", name="Get a code by text").click()
    found += faults(page)
    page.get_by_role("button", name="Text me a code").press("Enter")
    page.get_by_label("Code").wait_for()
    found += faults(page)
    page.get_by_role("link", name="Enter the code that your app shows").press("Enter")
    page.wait_for_url("**/?use=totp")
    field, code = page.get_by_label("Code"), device.code()
    # The page puts the cursor there with its first frame, which may follow its load.
    expect(field).to_be_focused()
    page.keyboard.type(code)
    expect(field).to_have_value(code)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site}/app/")
    assert found == [] and complaints == []
