"""Names and addresses that are one long word stay inside of every page."""

from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from playwright.sync_api import Page

from apps.accounts.models import User
from apps.portal import demo

NAME = "W" * 80
ADDRESS = f"{'a' * 60}@{'.'.join(['b' * 60] * 3)}.example"
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("width", [360, 1280])
def test_pages_with_a_long_name_and_address_fit(
    page: Page, site: str, sign_in: Callable[[str], None], width: int
) -> None:
    demo.people()
    page.set_viewport_size({"width": width, "height": 800})
    alice = User.objects.get(email="alice@example.com")
    User.objects.filter(pk=alice.pk).update(name=NAME)
    EmailAddress.objects.create(user=alice, email=ADDRESS, verified=True)
    sign_in("alice@example.com")
    wider = {}
    for path in ("/app/", "/app/settings/profile/", "/accounts/email/"):
        page.goto(f"{site}{path}")
        page.locator(".menu summary").click()
        wider[path] = page.evaluate(WIDER)
    page.goto(f"{site}/accounts/email/")
    page.locator("[name=email]:not([type=hidden])").fill(f"c{ADDRESS[1:]}")
    page.locator("[name=action_add]").click()
    page.wait_for_url(f"{site}/accounts/confirm-email/")
    wider["confirm"] = page.evaluate(WIDER)
    assert set(wider.values()) == {0}, wider


def test_the_page_of_a_person_in_the_console_fits(
    page: Page, site: str, sign_in: Callable[[str], None]
) -> None:
    demo.people()
    page.set_viewport_size({"width": 1280, "height": 800})
    alice = User.objects.get(email="alice@example.com")
    alice.email, alice.name = ADDRESS, NAME
    alice.save()
    EmailAddress.objects.filter(user=alice).update(email=ADDRESS)
    sign_in("ada@example.com")
    page.goto(f"{site}/admin/accounts/user/{alice.pk}/change/")
    assert page.evaluate(WIDER) == 0


def test_words_twice_as_large_fit_on_a_phone(
    page: Page, site: str, sign_in: Callable[[str], None]
) -> None:
    """WCAG 1.4.4."""
    demo.people()
    page.set_viewport_size({"width": 360, "height": 800})
    wider = {}

    def look(*paths: str) -> None:
        for path in paths:
            page.goto(f"{site}{path}")
            page.evaluate("document.documentElement.style.fontSize = '200%'")
            wider[path] = page.evaluate(WIDER)

    look("/", "/accounts/login/", "/accounts/signup/")
    sign_in("ada@example.com")
    look("/app/", "/app/settings/security/factors/", "/admin/")
    assert set(wider.values()) == {0}, wider
