"""Where Chromium is; `python config/chromium.py` installs it where it may.

Standard library only: the Makefile runs it before the tests.
"""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> str | None:
    """The path of a Chromium on PATH; `CHROMIUM` names another one."""
    candidates = (os.environ.get("CHROMIUM", ""), *NAMES)
    return next(filter(None, map(shutil.which, filter(None, candidates))), None)


def require() -> int:
    """Exit code 1 and one sentence when there is none and it may not be installed."""
    if find():
        return 0
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Chromium for the browser tests …", flush=True)
        _install()
    if find():
        return 0
    print(
        "The browser tests need Chromium: install it (Debian: apt install chromium), "
        "or name one with CHROMIUM=/path/to/it."
    )
    return 1


def _install() -> None:
    apt = ["apt-get", "-qq", "--yes", "--no-install-recommends"]
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in ([*apt, "update"], [*apt, "install", "chromium"]):
        subprocess.run(
            command, env=quiet, check=False, stdout=subprocess.DEVNULL
        )  # what went wrong is on stderr, and `require` looks again


if __name__ == "__main__":
    sys.exit(require())
