"""The letter that proves an address has a code and a link; the link fills the code in."""

import re
from collections.abc import Callable

from allauth.account.models import EmailAddress
from django.core import mail
from playwright.sync_api import Page

from apps.portal import demo


def add_an_address(page: Page, site: str, sign_in: Callable[[str], None]) -> None:
    demo.people()
    sign_in("alice@example.com")
    page.goto(f"{site}/accounts/email/")
    page.locator("[name=email]:not([type=hidden])").fill("new@example.org")
    page.locator("[name=action_add]").click()
    page.wait_for_url(f"{site}/accounts/confirm-email/")


def test_the_link_fills_the_code_in_and_the_button_proves_it(
    page: Page, site: str, sign_in: Callable[[str], None]
) -> None:
    add_an_address(page, site, sign_in)
    found = re.search(r"/accounts/confirm-email/#(\S+)", str(mail.outbox[-1].body))
    assert found
    proved = EmailAddress.objects.filter(email="new@example.org", verified=True)
    page.goto("about:blank")
    page.goto(f"{site}{found[0]}")
    assert page.locator("[name=code]").input_value() == found[1]
    assert not proved.exists()
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(lambda url: "confirm-email" not in url)
    assert proved.exists()
    page.goto(f"{site}{found[0]}")
    assert "browser that asked for it" in page.content()


def test_whatever_stands_after_the_hash_stops_nothing(
    page: Page, site: str, sign_in: Callable[[str], None]
) -> None:
    errors: list[object] = []
    page.on("pageerror", lambda error: errors.append(error))
    add_an_address(page, site, sign_in)
    page.goto("about:blank")
    page.goto(f"{site}/accounts/confirm-email/#%")
    assert page.locator("[name=code]").input_value() == "%"
    # The rest of the script has run: it shows what is for scripts alone.
    page.goto("about:blank")
    page.goto(f"{site}/app/phones/#%")
    assert not errors
