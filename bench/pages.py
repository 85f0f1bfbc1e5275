"""Pages as somebody waits for them: how long the server takes, and what Lighthouse says.

The site runs as `make run` starts it. Alice has ten thousand texts and as many rows of
all else; her pages are asked for one after the other, over a connection that is kept,
whole and without what a browser keeps. Lighthouse (of the npm registry, as
`bench/lighthouse/package-lock.json` says) looks at four pages as on a phone with a slow
line, which is its own way.
"""

import json
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import httpx

from bench.sites import said
from bench.webhook import FULL
from config import chromium
from docs.shots import PASSWORD, running
from tests import node

LIGHTHOUSE = Path(__file__).parent / "lighthouse"
TIMES = 200 if FULL else 40
# Milliseconds of the server, of 19 of 20; points of a hundred.
MOST_P95, LEAST = 250.0, 95
SECONDS = 180
WHO = "alice@example.com"
OPEN = ("/", "/accounts/login/", "/help/", "/privacy/")
PAGES = (
    "/app/",
    "/app/conversation/",
    "/app/reminders/",
    "/app/calendar/",
    "/app/lists/",
    "/app/notes/",
    "/app/memory/",
    "/app/phones/",
    "/app/connections/",
    "/app/usage/",
    "/app/usage/texts/",
    "/app/activity/",
    "/app/settings/profile/",
    "/app/settings/notifications/",
)
LOOKED_AT = ("/", "/accounts/login/", "/app/", "/app/connections/")
KINDS = ("performance", "accessibility", "best-practices", "seo")
# A page for one person alone is in no search engine, and says so.
_PRIVATE = "seo"
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
_CHROMIUM = "--headless=new --no-sandbox --disable-gpu --disable-quic"


def main() -> None:
    with running() as (site, folder):
        own = {
            **os.environ,
            "DATA_DIR": folder,
            "DJANGO_SETTINGS_MODULE": "config.settings.dev",
        }
        subprocess.run(
            [sys.executable, "-m", "bench.pages", "fill"], env=own, check=True
        )
        with httpx.Client(base_url=site, timeout=30) as browser:
            print(f"\nPages; {TIMES} times each; milliseconds of the server\n")
            _times(browser, OPEN)
            _sign_in(browser)
            _times(browser, PAGES)
            _points(site, dict(browser.cookies))


def _sign_in(browser: httpx.Client) -> None:
    page = "/accounts/login/"
    token = _TOKEN.search(browser.get(page).text)
    assert token
    form = {"login": WHO, "password": PASSWORD, "csrfmiddlewaretoken": token[1]}
    answer = browser.post(page, data=form, headers={"Referer": f"{browser.base_url}"})
    if answer.headers.get("Location") != "/app/":
        raise SystemExit(f"signing in: {answer.status_code}")


def _times(browser: httpx.Client, paths: Sequence[str]) -> None:
    for path in paths:
        taken = []
        for n in range(TIMES + 3):
            began = time.perf_counter()
            answer = browser.get(path)
            if n >= 3:  # the first are to warm up
                taken.append((time.perf_counter() - began) * 1_000)
            if answer.status_code != 200:
                raise SystemExit(f"{path}: {answer.status_code}")
        middle, p95 = statistics.median(taken), statistics.quantiles(taken, n=20)[-1]
        said(f"{path:30}half within {middle:3.0f}, 19 of 20", p95, MOST_P95)


def _points(site: str, alice: dict[str, str]) -> None:
    print("\nLighthouse; points of a hundred\n")
    node.install(LIGHTHOUSE)
    for path in LOOKED_AT:
        is_own = path.startswith("/app/")
        found = _looked_at(f"{site}{path}", alice if is_own else {})
        told = ", ".join(f"{kind} {points}" for kind, points in found.items())
        is_met = all(
            points >= LEAST
            for kind, points in found.items()
            if not (is_own and kind == _PRIVATE)
        )
        print(f"{path:32}{told}  {'yes' if is_met else 'NO'}")


def _looked_at(url: str, cookies: dict[str, str]) -> dict[str, int]:
    program = LIGHTHOUSE / "node_modules/lighthouse/cli/index.js"
    cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
    command = [str(node.NODE), str(program), url, "--quiet", "--output=json"]
    command += [f"--only-categories={','.join(KINDS)}"]
    command += [f"--chrome-flags={_CHROMIUM}"]
    if cookie:
        command += [f"--extra-headers={json.dumps({'Cookie': cookie})}"]
    told = subprocess.run(
        command,
        env={**os.environ, "CHROME_PATH": str(chromium.find())},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=True,
    )
    kinds = json.loads(told.stdout)["categories"]
    return {kind: round(100 * (kinds[kind]["score"] or 0)) for kind in KINDS}


# A process of its own, beside the site.


def fill() -> None:
    import django

    django.setup()
    from apps.accounts.models import User
    from tests.portal import crowd

    crowd.gather(User.objects.get(email=WHO))


if __name__ == "__main__":
    fill() if sys.argv[1:] == ["fill"] else main()
