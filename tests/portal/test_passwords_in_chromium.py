"""A password can be looked at by whoever types it."""

from playwright.sync_api import Page, expect


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
