"""How pages look: a choice with pictures that holds at once, and contrast for all."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from playwright.sync_api import Browser, Page, expect

from apps.accounts.models import User
from apps.portal import demo

PAGE = "/app/settings/appearance/"
TOKENS = Path(settings.BASE_DIR) / "static/css/tokens.css"


def test_each_theme_is_a_choice_with_a_picture(as_alice: Client) -> None:
    with CaptureQueriesContext(connection) as queries:
        page = as_alice.get(PAGE).content.decode()
    assert len(queries) <= 15
    for value, label in User.Theme.choices:
        assert f'<input type="radio" name="theme" value="{value}"' in page
        assert str(label) in page
    assert 'value="system" checked' in page
    assert page.count('<svg width="136"') == len(User.Theme)


@pytest.mark.parametrize("theme", ["dark", "light", "contrast"])
def test_it_holds_on_every_page_of_theirs(
    as_alice: Client, alice: User, theme: str
) -> None:
    answer = as_alice.post(PAGE, {"theme": theme}, follow=True)
    assert "Saved." in answer.content.decode()
    alice.refresh_from_db()
    assert alice.theme == theme
    for path in (PAGE, "/app/", "/help/"):
        shown = as_alice.get(path).content.decode()
        assert f'data-theme="{theme}">' in shown.partition("<head>")[0]


def test_a_script_is_told_that_it_is_kept(as_alice: Client, alice: User) -> None:
    answer = as_alice.post(PAGE, {"theme": "dark"}, headers={"HX-Request": "true"})
    assert answer.content == b"Saved."
    alice.refresh_from_db()
    assert alice.theme == "dark"


@pytest.mark.parametrize("wrong", ["pink", "", '"><script>'])
def test_what_is_no_theme_is_refused(as_alice: Client, alice: User, wrong: str) -> None:
    page = as_alice.post(PAGE, {"theme": wrong}).content.decode()
    assert 'class="errorlist"' in page and "<script>" not in page
    alice.refresh_from_db()
    assert alice.theme == "system"


def test_the_api_knows_it_too(as_alice: Client, alice: User) -> None:
    answer = as_alice.patch(
        "/api/v1/me/preferences",
        {"theme": "contrast"},
        content_type="application/json",
    )
    assert answer.json()["theme"] == "contrast"


def test_a_choice_is_seen_at_once_and_kept(
    page: Page,
    site: str,
    transactional_db: None,
    complaints: list[str],
    sign_in: Callable[[str], None],
) -> None:
    demo.people()
    sign_in("alice@example.com")
    page.goto(f"{site}{PAGE}")
    background = "getComputedStyle(document.body).backgroundColor"
    before = page.evaluate(background)
    page.get_by_label("Dark").check()
    assert page.evaluate(background) != before
    expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    # By keyboard, and the focus stays.
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("High contrast")).to_be_focused()
    expect(page.locator("html")).to_have_attribute("data-theme", "contrast")
    assert page.evaluate(background) == "rgb(255, 255, 255)"
    page.wait_for_load_state("networkidle")
    page.goto(f"{site}/app/")
    expect(page.locator("html")).to_have_attribute("data-theme", "contrast")
    assert complaints == []


def test_without_scripts_it_is_a_form_with_a_button(
    browser: Browser, site: str, transactional_db: None, as_alice: Client
) -> None:
    context = browser.new_context(java_script_enabled=False)
    name = settings.SESSION_COOKIE_NAME
    value = as_alice.cookies[name].value
    context.add_cookies([{"name": name, "value": value, "url": site}])
    page = context.new_page()
    page.goto(f"{site}{PAGE}")
    page.get_by_label("High contrast").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("data-theme", "contrast")
    context.close()


# --- contrast, by the values themselves ------------------------------------------------

_TOKEN = re.compile(r"--c-([a-z-]+): light-dark\((#[0-9a-f]+), (#[0-9a-f]+)\)")
# What is written on what.
PAIRS = [
    *(
        (text, ground)
        for text in ("text", "muted", "accent")
        for ground in ("bg", "surface", "sunken")
    ),
    ("text", "accent-soft"),
    ("accent", "accent-soft"),
    ("on-accent", "accent"),
    *(
        (tone, ground)
        for tone in ("ok", "warn", "bad")
        for ground in ("surface", f"{tone}-soft")
    ),
]


def _blocks() -> Iterator[tuple[str, dict[str, tuple[str, str]]]]:
    css = TOKENS.read_text()
    plain = css[: css.index('[data-theme="contrast"]')]
    usual = {name: (light, dark) for name, light, dark in _TOKEN.findall(plain)}
    yield "usual", usual
    by_choice, by_device = css[len(plain) :].split("@media (prefers-contrast: more)")
    for called, block in (("chosen", by_choice), ("device", by_device)):
        own = {name: (light, dark) for name, light, dark in _TOKEN.findall(block)}
        yield called, {**usual, **own}


def _light(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    r, g, b = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts
    )
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_light(one), _light(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_words_can_be_read_and_with_high_contrast_by_more_people() -> None:
    """4.5 to one (AA), and 7 to one (AAA) in high contrast."""
    found = dict(_blocks())
    assert found["chosen"] == found["device"] != found["usual"]
    for called, tokens in found.items():
        least = 4.5 if called == "usual" else 7
        for text, ground in PAIRS:
            for scheme in (0, 1):
                told = _contrast(tokens[text][scheme], tokens[ground][scheme])
                assert told >= least, (called, text, ground, scheme, round(told, 2))
