"""A password can be looked at by whoever types it."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from apps.portal import demo


def test_it_is_shown_and_hidden_again_by_a_button(
    page: Page, site: str, complaints: list[str]
) -> None:
    page.goto(f"{site}/accounts/signup/")
    field = page.get_by_label("Password")
    field.fill("a-long-walk-by-the-sea")
    button = page.get_by_role("button", name="Show Password")
    expect(button).to_have_attribute("aria-pressed", "false")
    button.click()
    expect(field).to_have_attribute("type", "text")
    expect(field).to_be_focused()
    expect(button).to_have_attribute("aria-pressed", "true")
    button.click()
    expect(field).to_have_attribute("type", "password")
    assert complaints == []


def test_recovery_codes_are_copied_from_where_they_stand(
    page: Page, site: str, sign_in: Callable[[str], None], complaints: list[str]
) -> None:
    demo.people()
    sign_in("alice@example.com")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{site}/app/settings/profile/")
    page.evaluate("""document.querySelector("main").innerHTML =
        "<ul id='codes'><li>AAAA-BBBB</li><li>CCCC-DDDD</li></ul>"
        + "<button data-copy='#codes'>Copy</button>" """)
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.split() == ["AAAA-BBBB", "CCCC-DDDD"]
    assert complaints == []
