"""The pictures of the README: there, small, and taken by `make shots` of pages as they
are."""

import base64
import re
from pathlib import Path

from django.conf import settings as configured
from playwright.sync_api import Browser
from pytest_django import Settings

from apps.portal import demo
from docs import shots
from tests.portal.conftest import Worker

ROOT = Path(configured.BASE_DIR)
# Bytes of one of them.
MOST = 80_000
# How many colours there are in a picture, and how much of it is of the most frequent.
COLOURS = """
async (source) => {
  const picture = new Image();
  picture.src = source;
  await picture.decode();
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  const pen = canvas.getContext("2d");
  pen.drawImage(picture, 0, 0);
  const points = new Uint32Array(
      pen.getImageData(0, 0, picture.width, picture.height).data.buffer);
  const counts = new Map();
  points.forEach((each) => counts.set(each, (counts.get(each) ?? 0) + 1));
  return [picture.width, counts.size, Math.max(...counts.values()) / points.length];
}
"""


def test_the_pictures_that_the_readme_shows_are_there_and_small() -> None:
    shown = re.findall(r"docs/images/[\w-]+\.\w+", (ROOT / "README.md").read_text())
    assert len(shown) >= 4
    for name in shown:
        assert 2_000 < (ROOT / name).stat().st_size < MOST, name


def test_all_that_there_are_can_be_taken_again() -> None:
    """None of a page that is not taken any more."""
    names = {each.name for each in shots.IMAGES.iterdir()}
    assert names == {
        f"{page}-{theme}-{width}.webp"
        for page in shots.PAGES
        for theme in shots.THEMES
        for width in shots.SIZES
    }


def test_pictures_are_taken_of_every_page_and_none_is_blank(
    browser: Browser, site: str, worker: Worker, tmp_path: Path, settings: Settings
) -> None:
    # As where somebody runs it: with other ways to sign in on the page.
    settings.OAUTH_CLIENTS = {"google": ("id", "secret")}
    demo.people()
    demo.history()
    shots.talk(browser, site)
    taken = shots.take(browser, site, "dark", 360, tmp_path)
    assert len(taken) == len(shots.PAGES)
    reader = browser.new_page()
    for each in taken:
        source = base64.b64encode(each.read_bytes()).decode()
        width, colours, most = reader.evaluate(
            COLOURS, f"data:image/webp;base64,{source}"
        )
        assert (width, colours > 100, most < 0.97) == (360, True, True), each.name
    reader.close()
