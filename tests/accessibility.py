"""What axe finds wrong with a page, at each width and in each theme that people have.

axe comes from the npm registry as `tests/axe/package-lock.json` says. It is run by the
browser's debugger: the policy of the page lets no script of others in.
"""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page, Request

from tests import node

FOLDER = Path(__file__).parent / "axe"
# Reflow is promised down to the first (WCAG 1.4.10); axe looks at the others.
WIDTHS = (320, 360, 1280)
_EXAMINED = WIDTHS[1:]
_TAGS = "wcag2a wcag2aa wcag21a wcag21aa wcag22aa best-practice".split()
# Of the other theme only what has a colour differs.
_COLOURS = ["color-contrast", "link-in-text-block"]
_HEIGHT = 800
_RUN = """
async ([only, preload]) => {
  const found = await axe.run(
    document, {runOnly: only, preload, resultTypes: ["violations"]});
  return found.violations.flatMap((each) => each.nodes.map((place) =>
    `${each.id}: ${place.target.join(" ")} ${place.any[0]?.message ?? ""}`));
}
"""


def complaints(page: Page, *, reads_styles: bool = True) -> list[str]:
    """In words, as "360 px, dark: color-contrast: .badge …".

    Not `reads_styles` where a stylesheet imports another: axe follows that by inline
    styles, which the page complains of. One rule is left out then, of pages that can
    only be read one way up."""
    page.evaluate(_axe())
    return [
        f"{width} px, {scheme}: {each}"
        for width, scheme, only, is_first in _looks()
        for each in _run(page, width, scheme, [only, reads_styles and is_first])
    ]


def elsewhere(page: Page, site: str) -> list[str]:
    """Fills with the addresses of other hosts that the page asks."""
    found: list[str] = []

    def note(request: Request) -> None:
        asked = urlsplit(request.url)
        if asked.scheme in ("http", "https") and asked.netloc != urlsplit(site).netloc:
            found.append(request.url)

    page.on("request", note)
    return found


@lru_cache
def _axe() -> str:
    node.install(FOLDER)
    return (FOLDER / "node_modules/axe-core/axe.min.js").read_text()


def _looks() -> Iterator[tuple[int, str, dict[str, Any], bool]]:
    """Width, theme, rules, and whether it is the first: the stylesheets, which axe would
    fetch anew each time, are the same in all. The theme changes as seldom as it can."""
    whole = {"type": "tag", "values": _TAGS}
    colours = {"type": "rule", "values": _COLOURS}
    narrow, wide = _EXAMINED
    yield narrow, "light", whole, True
    yield narrow, "dark", colours, False
    yield wide, "dark", whole, False
    yield wide, "light", colours, False


def _run(page: Page, width: int, scheme: str, asked: list[Any]) -> list[str]:
    page.set_viewport_size({"width": width, "height": _HEIGHT})
    # Without motion: half-way from one theme to the other there are more colours.
    page.emulate_media(
        color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce"
    )
    found: list[str] = page.evaluate(_RUN, asked)
    return found
