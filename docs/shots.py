"""The pictures of the README, taken of the running thing: `make shots`.

Starts everything as `make run` does, in a folder of its own, lets demo Alice text, and
leaves `docs/images/<page>-<theme>-<width>.webp`.
"""

import base64
import os
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from config import chromium

IMAGES = Path(__file__).parent / "images"
SIZES = {360: 740, 1280: 800}
THEMES = ("light", "dark")
PHONE = "/dev/phone/?number=%2B12025550101"
PAGES = {
    "landing": "/",
    "phone": PHONE,
    "overview": "/app/",
    "conversation": "/app/conversation/",
}
PASSWORD = "correct-horse-battery-staple"
# Letters stay sharp; a picture is a third of what it is as PNG.
QUALITY = 85
# A cold start takes eight seconds; a busy machine takes longer.
START_SECONDS = 90


def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    with running() as (site, _), sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.find(), args=["--no-sandbox", "--disable-gpu"]
        )
        talk(browser, site)
        for theme in THEMES:
            for width in SIZES:
                take(browser, site, theme, width, IMAGES)
        browser.close()


@contextmanager
def running() -> Iterator[tuple[str, str]]:
    """The address of a site with the demo people, and its folder."""
    with tempfile.TemporaryDirectory(prefix="switchboard-shots-") as folder:
        port = _free_port()
        environment = {**os.environ, "DATA_DIR": folder, "PORT": str(port)}
        for name in ("DATABASE_URL", "REDIS_URL", "PUBLIC_URL"):
            environment.pop(name, None)
        command = [sys.executable, "-m", "config.embedded", "run"]
        with open(Path(folder) / "shots.log", "wb") as log:
            process = subprocess.Popen(command, env=environment, stdout=log)
        try:
            site = f"http://localhost:{port}"
            _wait_for(site, process)
            yield site, folder
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(site: str, process: "subprocess.Popen[bytes]") -> None:
    end = monotonic() + START_SECONDS
    while monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(f"{site}/health/ready", timeout=2)
            return
        except (urllib.error.URLError, OSError):
            sleep(0.3)
    sys.exit("The site did not start; try `make run` to see why.")


def talk(browser: Browser, site: str) -> None:
    """A few words, so that the pictures show an answer of today."""
    page = browser.new_page()
    page.goto(site + PHONE)
    for body, answer in (
        ("remind me to call mom sunday at 6pm", "call mom"),
        ("reminders", "Your reminders"),
    ):
        page.get_by_label("Text", exact=True).fill(body)
        page.get_by_role("button", name="Send").click()
        expect(page.locator("#screen")).to_contain_text(answer, timeout=15_000)
    # The carrier reports a moment after the text is there.
    last = page.locator("#screen .said").last
    expect(last).to_contain_text("delivered", timeout=15_000)
    page.close()


def take(
    browser: Browser, site: str, theme: str, width: int, folder: Path
) -> list[Path]:
    """Where the pictures lie, of all pages in that theme and width."""
    context = browser.new_context(
        viewport={"width": width, "height": SIZES[width]},
        color_scheme="dark" if theme == "dark" else "light",
        timezone_id="America/New_York",
        reduced_motion="reduce",
    )
    page, taken = context.new_page(), []
    for name, path in PAGES.items():
        if name == "overview":
            _sign_in(page, site)
        page.goto(site + path)
        if name == "phone":
            page.locator(".phone").scroll_into_view_if_needed()
        taken.append(folder / f"{name}-{theme}-{width}.webp")
        taken[-1].write_bytes(_seen(context, page))
    context.close()
    return taken


def _seen(context: BrowserContext, page: Page) -> bytes:
    """What the window shows. Playwright itself knows PNG and JPEG alone."""
    browser = context.new_cdp_session(page)
    asked = {"format": "webp", "quality": QUALITY}
    return base64.b64decode(browser.send("Page.captureScreenshot", asked)["data"])


def _sign_in(page: Page, site: str) -> None:
    page.goto(f"{site}/accounts/login/")
    page.get_by_label("Email").fill("alice@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{site}/app/")


if __name__ == "__main__":
    main()
