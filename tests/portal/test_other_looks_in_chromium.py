"""Every page as it is with another direction, larger words, the colours of the system,
and without motion."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Page

from apps.accounts.models import User
from apps.portal import demo
from tests.portal.test_pages_in_chromium import OPEN, SIGNED_IN

# Those of pages; the console stands on Django's own.
SHEETS = [
    each
    for each in sorted((Path(settings.BASE_DIR) / "static/css").glob("*.css"))
    if each.name != "admin.css"
]
SIDES = re.compile(r"(?:^|[\s-])(?:left|right)(?:-[\w-]+)?:|: (?:left|right);", re.M)
# What is wider than the window, stands outside of it, or is cut.
OUTSIDE = """
() => {
  const root = document.documentElement;
  const faults = [];
  const wider = root.scrollWidth - root.clientWidth;
  if (wider > 0) faults.push(`wider by ${wider} px`);
  document.querySelectorAll("main *").forEach((place) => {
    // What scrolls by itself, and what is there for the ear alone.
    if (!place.checkVisibility() || place.closest(".quietly, .chart-numbers")) return;
    const named = `${place.tagName}.${place.getAttribute("class")}`;
    const box = place.getBoundingClientRect();
    if (box.width && (box.left < -1 || box.right > innerWidth + 1)) faults.push(
        `outside: ${named} ${Math.round(box.left)} to ${Math.round(box.right)}`);
    const cuts = ["hidden", "clip"].includes(getComputedStyle(place).overflowX);
    if (cuts && place.tagName !== "svg" && place.scrollWidth > place.clientWidth + 1)
      faults.push(`cut: ${named}`);
  });
  return faults.slice(0, 5);
}
"""
MOVES = """
() => [...document.querySelectorAll("*")].flatMap((place) =>
  [null, "::before", "::after"].map((part) => getComputedStyle(place, part))
  .filter(({animationName, transitionDuration}) =>
    animationName !== "none" || !/^0s(, 0s)*$/.test(transitionDuration))
  .map(() => place.outerHTML.slice(0, 80)))
"""
RING = """
() => {
  const {outlineStyle, outlineWidth, outlineColor} = getComputedStyle(
      document.activeElement);
  const behind = getComputedStyle(document.body).backgroundColor;
  return [outlineStyle, outlineWidth, outlineColor !== behind,
          document.activeElement.tagName];
}
"""
# Words that nobody reads on paper, where what is behind them is left out.
PALE = """
() => {
  const bright = (colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).map((each) => {
      const part = each / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  return [...document.querySelectorAll("body *")].filter((place) =>
    place.checkVisibility() && !place.closest(".quietly") &&
    [...place.childNodes].some(({nodeType, data}) => nodeType === 3 && data.trim())
  ).filter((place) => 1.05 / (bright(getComputedStyle(place).color) + 0.05) < 4.5)
  .map((place) => place.outerHTML.slice(0, 90));
}
"""
BORDER = """
(place) => {
  const {borderTopStyle, borderTopWidth, borderTopColor} = getComputedStyle(place);
  return [borderTopStyle, borderTopWidth,
          borderTopColor !== getComputedStyle(document.body).backgroundColor];
}
"""


def test_every_page_fits_from_right_to_left_and_in_words_twice_as_large(
    page: Page, site: str, mail_folder: Path, sign_in: Callable[[str], None]
) -> None:
    demo.people()
    demo.history()
    found = {path: _looked_at(page, site, path) for path in OPEN}
    sign_in("alice@example.com")
    found |= {path: _looked_at(page, site, path) for path in SIGNED_IN}
    assert {path: faults for path, faults in found.items() if faults} == {}


def _looked_at(page: Page, site: str, path: str) -> dict[str, list[str]]:
    page.goto(f"{site}{path}")
    found = {}
    page.evaluate("document.documentElement.dir = 'rtl'")
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        found[f"from the right, {width} px"] = page.evaluate(OUTSIDE)
    page.evaluate("document.documentElement.dir = 'ltr'")
    # WCAG 1.4.4.
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    found["twice as large"] = page.evaluate(OUTSIDE)
    return {look: faults for look, faults in found.items() if faults}


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda each: str(each.name))
def test_styles_speak_of_start_and_end_and_not_of_left_and_right(sheet: Path) -> None:
    assert SIDES.findall(sheet.read_text()) == []


def test_the_side_where_an_own_text_stands_changes_with_the_direction(
    page: Page, site: str, sign_in: Callable[[str], None]
) -> None:
    demo.people()
    demo.history()
    sign_in("alice@example.com")
    page.goto(f"{site}/app/conversation/")
    theirs, ours = page.locator(".said-in").first, page.locator(".said:not(.said-in)")
    for direction, is_after in (("ltr", True), ("rtl", False)):
        page.evaluate(f"document.documentElement.dir = '{direction}'")
        mine, other = theirs.bounding_box(), ours.first.bounding_box()
        assert mine and other
        assert (mine["x"] > other["x"]) == is_after, direction


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_colours_of_the_system_show_the_focus_and_what_is_chosen(
    page: Page, site: str, sign_in: Callable[[str], None], scheme: str
) -> None:
    demo.people()
    page.emulate_media(
        forced_colors="active", color_scheme="dark" if scheme == "dark" else "light"
    )
    sign_in("alice@example.com")
    for path in ("/app/", "/app/usage/", "/app/settings/profile/"):
        page.goto(f"{site}{path}")
        for _ in range(4):
            page.keyboard.press("Tab")
            style, width, is_seen, tag = page.evaluate(RING)
            assert (style, width, is_seen) == ("solid", "2px", True), (path, tag)
        chosen = page.locator(".sidebar [aria-current]")
        assert chosen.evaluate(BORDER) == ["solid", "2px", True], path
        other = page.locator(".sidebar a:not([aria-current])").first
        assert other.evaluate(BORDER)[1] == "0px", path
    page.goto(f"{site}/app/usage/")
    period = page.locator("main .button[aria-current]")
    assert period.evaluate(BORDER) == ["solid", "2px", True]


def test_nothing_moves_for_who_wants_no_motion(
    page: Page, site: str, sign_in: Callable[[str], None]
) -> None:
    demo.people()
    demo.history()
    # As the test would be of no use where nothing moved anyway.
    page.goto(f"{site}/")
    assert page.evaluate(MOVES) != []
    page.emulate_media(reduced_motion="reduce")
    sign_in("alice@example.com")
    for path in ("/", "/app/", "/app/conversation/", "/app/settings/appearance/"):
        page.goto(f"{site}{path}")
        assert page.evaluate(MOVES) == [], path


def test_on_paper_there_is_the_content_alone_and_in_ink(
    page: Page, site: str, sign_in: Callable[[str], None]
) -> None:
    demo.people()
    demo.history()
    User.objects.update(theme="dark")
    sign_in("alice@example.com")
    page.emulate_media(media="print", color_scheme="dark")
    for path in ("/app/", "/app/conversation/", "/app/usage/", "/app/activity/"):
        page.goto(f"{site}{path}")
        for frame in (".topbar", ".sidebar", "main .button"):
            assert not page.locator(frame).first.is_visible(), (path, frame)
        assert page.get_by_role("heading", level=1).is_visible()
        assert page.evaluate(PALE) == [], path
